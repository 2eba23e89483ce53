import Primitives
import WebRTC

/// Raw or nearly raw sound, of which the tables count each sample: what belongs together.
struct SoundPacking: Sendable, Hashable {
    /// Of all channels.
    let samples: Int
    let bytes: Int

    /// About as many samples as a frame of AAC has.
    static let frameLength = 1024
}

/// Reads one entry of `stsd`.
struct FormatReader {
    struct Found {
        var format: MovieFormat
        var packing: SoundPacking?
        var isEncrypted = false
        /// Which entry of `dref` says where its media are, from 1.
        var reference: Int
    }

    private let box: BoxPlace
    private let kind: MovieTrack.Kind
    /// Of the `stsd`: sound of QuickTime and of ISO differ by it.
    private let version: UInt8

    init(_ box: BoxPlace, _ kind: MovieTrack.Kind, _ version: UInt8) {
        self.box = box
        self.kind = kind
        self.version = version
    }

    func read(_ bytes: Span<UInt8>) -> Found {
        var result = Found(
            format: MovieFormat(
                entry: [], name: box.type.name, coding: .other, configuration: [],
                details: .other), reference: 0)
        result.format.entry.append(bytes.extracting(box.whole))
        if box.content.count >= 8 {
            result.reference = Int(bytes.number16(box.content.lowerBound + 6))
        }
        switch box.type {
        case "encv", "enca", "drmi", "drms": result.isEncrypted = true
        default: break
        }
        switch kind {
        case .picture: readPicture(bytes, &result)
        case .sound: SoundFormatReader(box, version).read(bytes, &result)
        case .other: break
        }
        return result
    }

    private func readPicture(_ bytes: Span<UInt8>, _ result: inout Found) {
        let part = box.content
        guard part.count >= 78 else { return }
        let size = PictureSize(
            width: Int(bytes.number16(part.lowerBound + 24)),
            height: Int(bytes.number16(part.lowerBound + 26)))
        result.format.details = .picture(size)
        let coding: (Codec, BoxType)? =
            switch box.type {
            case "avc1", "avc2", "avc3", "avc4", "dva1", "dvav": (.h264, "avcC")
            case "hvc1", "hev1", "dvh1", "dvhe": (.h265, "hvcC")
            case "vp08": (.vp8, "vpcC")
            case "vp09": (.vp9, "vpcC")
            case "av01": (.av1, "av1C")
            default: nil
            }
        let boxes = part.lowerBound + 78..<part.upperBound
        if let (codec, name) = coding {
            result.format.coding = .known(codec)
            if let place = BoxWalk.first(name, in: boxes, of: bytes) {
                result.format.configuration.append(bytes.extracting(place.content))
            }
        } else if let place = BoxWalk.first("esds", in: boxes, of: bytes),
            let found = ElementaryDescriptor(place.content, bytes)
        {
            result.format.configuration.append(bytes.extracting(found.configuration))
        }
    }
}

extension MovieFormat {
    /// What a box within the entry holds, such as `colr`, `pasp` or `btrt`; nil where it has none.
    package func content(of type: BoxType) -> [UInt8]? {
        let header: Int
        switch details {
        case .picture: header = 8 + 78
        case .sound: header = 8 + 28
        case .other: return nil
        }
        let bytes = entry.span
        guard bytes.count >= header,
            let box = BoxWalk.first(type, in: header..<bytes.count, of: bytes)
        else { return nil }
        var content: [UInt8] = []
        content.append(bytes.extracting(box.content))
        return content
    }
}

/// What `esds` says of a coding (ISO/IEC 14496-1 7.2.6).
struct ElementaryDescriptor {
    /// 0x40 is MPEG-4 audio; 0x66 to 0x68 AAC of MPEG-2; 0x69 and 0x6B MP3.
    let objectType: UInt8
    /// Where the decoder's own configuration lies; empty where there is none.
    let configuration: Range<Int>

    init?(_ part: Range<Int>, _ bytes: Span<UInt8>) {
        // Version and flags come first.
        guard part.count > 4 else { return nil }
        var place = part.lowerBound + 4
        guard let outer = Self.descriptor(&place, part.upperBound, bytes), outer.tag == 3,
            outer.content.count >= 3
        else { return nil }
        place = outer.content.lowerBound + 3
        let flags = bytes[outer.content.lowerBound + 2]
        if flags & 0x80 != 0 { place += 2 }
        if flags & 0x40 != 0 {
            guard place < outer.content.upperBound else { return nil }
            place += 1 + Int(bytes[place])
        }
        if flags & 0x20 != 0 { place += 2 }
        guard let decoder = Self.descriptor(&place, outer.content.upperBound, bytes),
            decoder.tag == 4, decoder.content.count >= 13
        else { return nil }
        objectType = bytes[decoder.content.lowerBound]
        place = decoder.content.lowerBound + 13
        if let own = Self.descriptor(&place, decoder.content.upperBound, bytes), own.tag == 5 {
            configuration = own.content
        } else {
            configuration = place..<place
        }
    }

    /// The descriptor that begins at `place`, which then stands behind it.
    private static func descriptor(
        _ place: inout Int, _ end: Int, _ bytes: Span<UInt8>
    ) -> (tag: UInt8, content: Range<Int>)? {
        guard place >= 0, place < end else { return nil }
        let tag = bytes[place]
        place += 1
        var length = 0
        for _ in 0..<4 {
            guard place < end else { return nil }
            let byte = bytes[place]
            place += 1
            length = length << 7 | Int(byte & 0x7F)
            if byte & 0x80 == 0 { break }
        }
        // Some writers count a byte too many.
        let content = place..<min(place + length, end)
        place = content.upperBound
        return (tag, content)
    }
}
