import WebRTC

/// Finds out what pictures of one format are, from a few of their first bytes.
package struct PictureScan: Sendable {
    /// Nil where the container is taken at its word, as for codecs without NAL units.
    private let syntax: NALSyntax?
    private let lengthSize: Int

    /// Units that may stand before the picture: parameter sets, messages.
    private static let maximumUnits = 64
    /// Of a message that is looked into.
    private static let maximumMessage = 4096

    package init(_ format: MovieFormat) {
        let bytes = format.configuration.span
        switch format.coding {
        case .known(.h264):
            syntax = .h264
            lengthSize = AVCConfiguration(parsing: bytes)?.lengthSize.rawValue ?? 4
        case .known(.h265):
            syntax = .h265
            lengthSize = HEVCConfiguration(parsing: bytes)?.lengthSize.rawValue ?? 4
        case .known, .aac, .other:
            syntax = nil
            lengthSize = 4
        }
    }

    /// Whether it is said by the bytes, rather than by the container.
    package var looksAtBytes: Bool { syntax != nil }

    /// Nil where the bytes could not be read.
    package func look(at frame: MovieFrame, _ read: @escaping MovieReader.Read) -> PictureLook? {
        guard let syntax else {
            return PictureLook(nature: frame.isSync ? .instant : .referenced)
        }
        var look = PictureLook(nature: .damaged)
        var recovery: Int?
        var window = Window(frame, read)
        var place = 0
        for _ in 0..<Self.maximumUnits {
            guard place + lengthSize + syntax.headerLength <= Int(frame.count) else { return look }
            guard window.load(place, lengthSize + 16) else { return nil }
            var length = 0
            for index in 0..<lengthSize { length = length << 8 | Int(window[place + index]) }
            place += lengthSize
            guard length <= Int(frame.count) - place else { return look }
            guard length >= syntax.headerLength else {
                place += length
                continue
            }
            let first = window[place]
            let type = syntax.type(firstByte: first)
            let role = syntax.role(of: type)
            if role.isParameterSet { look.hasParameterSets = true }
            if syntax == .h264, type == 6, recovery == nil {
                guard window.load(place, min(length, Self.maximumMessage)) else { return nil }
                recovery = window.recoveryPoint(place + 1, place + length)
            }
            if role.isPicture {
                guard window.load(place, min(length, 24)) else { return nil }
                look.nature =
                    syntax == .h265
                    ? Self.h265(type)
                    : window.h264(first, type, place + 1, place + length, recovery)
                return look
            }
            place += length
        }
        return look
    }

    private static func h265(_ type: UInt8) -> PictureNature {
        switch type {
        case 19, 20: .instant
        case 21: .open
        case 16...18: .broken
        case 8, 9: .skippedLeading
        case 6, 7: .decodableLeading
        // Those of even type below 16 are not referred to within their layer, and WebRTC's layers
        // apart there is one.
        case 0...15 where type % 2 == 0: .disposable
        default: .referenced
        }
    }
}

/// The bytes of a frame that have been read, which are looked at by their place in it.
private struct Window {
    private let frame: MovieFrame
    private let read: MovieReader.Read
    private var bytes: [UInt8] = []
    private var start = 0

    init(_ frame: MovieFrame, _ read: @escaping MovieReader.Read) {
        self.frame = frame
        self.read = read
    }

    subscript(place: Int) -> UInt8 {
        place >= start && place - start < bytes.count ? bytes[place - start] : 0
    }

    /// Has `count` bytes from `place` on, or as many as the frame has; false where they cannot be
    /// read.
    mutating func load(_ place: Int, _ count: Int) -> Bool {
        let end = min(place + count, Int(frame.count))
        guard place < start || end > start + bytes.count else { return true }
        let wanted = min(max(count, 256), Int(frame.count) - place)
        guard let bytes = read(frame.place + Int64(place), wanted), bytes.count == wanted else {
            return false
        }
        self.bytes = bytes
        start = place
        return true
    }

    private func part(_ lower: Int, _ upper: Int) -> Range<Int> {
        let from = min(max(lower - start, 0), bytes.count)
        return from..<max(from, min(upper - start, bytes.count))
    }

    func h264(
        _ first: UInt8, _ type: UInt8, _ lower: Int, _ upper: Int, _ recovery: Int?
    ) -> PictureNature {
        if type == 5 { return .instant }
        if let recovery { return .recovery(frames: recovery) }
        if type == 1, H264Slice.isIntra(bytes.span.extracting(part(lower, upper))) {
            return first & 0x60 == 0 ? .disposable : .intra
        }
        return first & 0x60 == 0 ? .disposable : .referenced
    }

    /// The frames that a message says it takes until pictures are right (ITU-T H.264 D.1.8); nil
    /// where it says nothing of that.
    func recoveryPoint(_ lower: Int, _ upper: Int) -> Int? {
        let range = part(lower, upper)
        var place = range.lowerBound
        while place + 2 < range.upperBound {
            var (type, size) = (0, 0)
            while place < range.upperBound, bytes[place] == 0xFF {
                type += 255
                place += 1
            }
            guard place < range.upperBound else { return nil }
            type += Int(bytes[place])
            place += 1
            while place < range.upperBound, bytes[place] == 0xFF {
                size += 255
                place += 1
            }
            guard place < range.upperBound else { return nil }
            size += Int(bytes[place])
            place += 1
            if type == 6, place < range.upperBound {
                return Self.golomb(bytes.span.extracting(place..<range.upperBound))
            }
            place += size
        }
        return nil
    }

    /// An exp-Golomb number at the start of bytes; 0 where it is cut.
    private static func golomb(_ bytes: Span<UInt8>) -> Int {
        var bits: UInt64 = 0
        for place in 0..<8 { bits = bits << 8 | UInt64(place < bytes.count ? bytes[place] : 0) }
        let zeros = bits.leadingZeroBitCount
        guard zeros < 24 else { return 0 }
        return Int(bits >> UInt64(63 - 2 * zeros)) - 1
    }
}
