import Primitives
package import WebRTC

/// Makes the entries of `stsd`, which say how the frames of a track are coded.
package enum FormatEntry {
    /// Of a picture; nil for a codec that has no place in an MP4.
    ///
    /// - Parameter keeping: whole boxes that stand behind the configuration, such as `pasp` and
    ///   `colr`.
    package static func picture(
        _ codec: Codec, configuration: [UInt8], size: PictureSize, keeping boxes: [UInt8]
    ) -> MovieFormat? {
        guard let (name, box) = names(codec) else { return nil }
        var writer = BoxWriter()
        writer.box(name) { writer in
            writer.zeros(6)
            writer.write(UInt16(1))
            writer.zeros(16)
            writer.write(UInt16(clamping: size.width))
            writer.write(UInt16(clamping: size.height))
            // 72 dots an inch, one frame in a sample, no compressor's name, 24 bits deep.
            writer.write(UInt32(0x48_0000))
            writer.write(UInt32(0x48_0000))
            writer.zeros(4)
            writer.write(UInt16(1))
            writer.zeros(32)
            writer.write(UInt16(24))
            writer.write(UInt16(0xFFFF))
            writer.box(box) { $0.write(configuration.span) }
            writer.write(boxes.span)
        }
        return MovieFormat(
            entry: writer.bytes, name: "\(name)", coding: .known(codec),
            configuration: configuration, details: .picture(size))
    }

    /// Parameter sets may stand in the frames as well; 'avc3' would say so, and Safari refuses it.
    private static func names(_ codec: Codec) -> (StaticString, StaticString)? {
        switch codec {
        case .h264: ("avc1", "avcC")
        case .h265: ("hvc1", "hvcC")
        case .vp8: ("vp08", "vpcC")
        case .vp9: ("vp09", "vpcC")
        case .av1: ("av01", "av1C")
        case .opus, .pcmu, .pcma: nil
        }
    }

    /// Of AAC, from its `AudioSpecificConfig`; the rates are in bits a second.
    package static func aac(
        configuration: [UInt8], sampleRate: Int, channels: Int, averageRate: Int
    ) -> MovieFormat {
        var writer = BoxWriter()
        writer.box("mp4a") { writer in
            writeSound(channels: channels, sampleRate: sampleRate, to: &writer)
            writer.fullBox("esds", version: 0, flags: 0) { writer in
                let count = configuration.count
                // ISO/IEC 14496-1 7.2.6: the stream, its decoder, what the decoder needs.
                descriptor(3, count: 3 + 5 + 13 + 5 + count + 5 + 1, to: &writer)
                writer.zeros(3)
                descriptor(4, count: 13 + 5 + count, to: &writer)
                // MPEG-4 audio, a stream of sound; the size of a buffer is not told.
                writer.write(UInt8(0x40))
                writer.write(UInt8(0x15))
                writer.zeros(3)
                writer.write(UInt32(clamping: averageRate))
                writer.write(UInt32(clamping: averageRate))
                descriptor(5, count: count, to: &writer)
                writer.write(configuration.span)
                descriptor(6, count: 1, to: &writer)
                writer.write(UInt8(2))
            }
        }
        return MovieFormat(
            entry: writer.bytes, name: "mp4a", coding: .aac, configuration: configuration,
            details: .sound(sampleRate: sampleRate, channels: channels))
    }

    /// Of Opus, from its `OpusHead` (RFC 7845 5.1); nil where that makes no sense.
    package static func opus(head: [UInt8]) -> MovieFormat? {
        guard head.count >= 19, head[..<8].elementsEqual("OpusHead".utf8), head[9] > 0 else {
            return nil
        }
        var writer = BoxWriter()
        writer.box("Opus") { writer in
            writeSound(channels: Int(head[9]), sampleRate: 48_000, to: &writer)
            writer.box("dOps") { writer in
                writer.write(UInt8(0))
                writer.write(head[9])
                // There its numbers begin with their last byte.
                for place in [11, 10, 15, 14, 13, 12, 17, 16] { writer.write(head[place]) }
                writer.write(head.span.extracting(18..<head.count))
            }
        }
        return MovieFormat(
            entry: writer.bytes, name: "Opus", coding: .known(.opus), configuration: head,
            details: .sound(sampleRate: 48_000, channels: Int(head[9])))
    }

    /// Of Opus of one or two channels at 48 kHz; samples that are to be skipped are an encoder's.
    package static func opus(channels: Int, skipping samples: Int) -> MovieFormat? {
        let skipped = UInt16(clamping: samples)
        let head =
            Array("OpusHead".utf8) + [1, UInt8(clamping: channels)]
            + [UInt8(skipped & 0xFF), UInt8(skipped >> 8), 0x80, 0xBB, 0, 0, 0, 0, 0]
        return opus(head: head)
    }

    private static func writeSound(
        channels: Int, sampleRate: Int, to writer: inout BoxWriter
    ) {
        writer.zeros(6)
        writer.write(UInt16(1))
        writer.zeros(8)
        writer.write(UInt16(clamping: channels))
        writer.write(UInt16(16))
        writer.zeros(4)
        // What does not fit into 16 bits is told by the configuration alone.
        writer.write(sampleRate > 65_535 ? UInt32(0) : UInt32(clamping: sampleRate) << 16)
    }

    /// A length in four bytes of seven bits, as writers of MP4 have it.
    private static func descriptor(_ tag: UInt8, count: Int, to writer: inout BoxWriter) {
        writer.write(tag)
        for shift in [21, 14, 7] { writer.write(0x80 | UInt8(count >> shift & 0x7F)) }
        writer.write(UInt8(count & 0x7F))
    }
}

/// What can be told or changed of an entry without losing what is not understood.
extension MovieFormat {
    /// Bytes before the boxes of an entry of pictures, and of one of sounds.
    private static let pictureHead = 86
    private static let soundHead = 36

    /// Boxes in the entry: their types as text, and where they lie.
    private var boxes: [(type: [UInt8], place: Range<Int>)] {
        var boxes: [(type: [UInt8], place: Range<Int>)] = []
        var start: Int
        switch details {
        case .picture: start = Self.pictureHead
        case .sound: start = Self.soundHead
        case .other: return []
        }
        while start + 8 <= entry.count {
            let size = entry[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, size <= entry.count - start else { break }
            boxes.append((Array(entry[start + 4..<start + 8]), start..<start + size))
            start += size
        }
        return boxes
    }

    /// The whole boxes behind the configuration, such as `pasp` and `colr`: for another entry of
    /// the same picture. Rates are left out, since they are not the same there.
    package var keptBoxes: [UInt8] {
        let left = ["avcC", "hvcC", "vpcC", "av1C", "btrt", "sinf"].map { Array($0.utf8) }
        return boxes.filter { !left.contains($0.type) }.flatMap { entry[$0.place] }
    }

    /// How wide a pixel is, and how high (`pasp`); nil where nothing is said.
    package var pixelAspect: (width: UInt32, height: UInt32)? {
        guard let box = boxes.first(where: { $0.type == Array("pasp".utf8) }),
            box.place.count >= 16
        else { return nil }
        let start = box.place.lowerBound + 8
        let width = entry[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        let height = entry[start + 4..<start + 8].reduce(0) { $0 << 8 | UInt32($1) }
        return width > 0 && height > 0 ? (width, height) : nil
    }
}
