import WebRTC

/// A byte stream of H.264 in which each frame begins with a delimiter.
enum AnnexBFile {
    static func frames(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for unit in units(bytes) {
            let isDelimiter = bytes[unit.lowerBound] & 0x1F == 9
            if isDelimiter { frames.append([]) }
            guard !isDelimiter, !frames.isEmpty else { continue }
            frames[frames.count - 1] += [0, 0, 0, 1] + bytes[unit]
        }
        return frames.filter { !$0.isEmpty }
    }

    static func unitTypes(_ frame: [UInt8]) -> [UInt8] {
        units(frame).map { frame[$0.lowerBound] & 0x1F }
    }

    private static func units(_ bytes: [UInt8]) -> [Range<Int>] {
        var walk = NALWalk(.annexB)
        var units: [Range<Int>] = []
        while let unit = try? walk.next(in: bytes.span) { units.append(unit) }
        return units
    }
}

/// The container of VP8, VP9 and AV1 that encoders write: a header, then frames with lengths.
enum IVFFile {
    static func frames(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var place = 32
        while place + 12 <= bytes.count {
            let length = Int(little(bytes[place..<place + 4]))
            place += 12
            guard place + length <= bytes.count else { break }
            frames.append(Array(bytes[place..<place + length]))
            place += length
        }
        return frames
    }

    /// A file of frames that came over the wire; `fourCC` names the codec.
    static func write(_ frames: [[UInt8]], fourCC: String, framesPerSecond: Int) -> [UInt8] {
        var bytes = Array("DKIF".utf8) + [0, 0, 32, 0] + Array(fourCC.utf8)
        bytes += little(320, 2) + little(240, 2)
        bytes += little(framesPerSecond, 4) + little(1, 4) + little(frames.count, 4) + little(0, 4)
        for (number, frame) in frames.enumerated() {
            bytes += little(frame.count, 4) + little(number, 8) + frame
        }
        return bytes
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// The packets of an Ogg file with one stream (RFC 3533).
enum OggFile {
    static func packets(_ bytes: [UInt8]) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var open: [UInt8] = []
        var place = 0
        while place + 27 <= bytes.count, bytes[place..<place + 4].elementsEqual("OggS".utf8) {
            let count = Int(bytes[place + 26])
            let laces = bytes[(place + 27)..<min(place + 27 + count, bytes.count)]
            place += 27 + count
            for lace in laces {
                let end = min(place + Int(lace), bytes.count)
                open += bytes[place..<end]
                place = end
                if lace < 255 {
                    packets.append(open)
                    open = []
                }
            }
        }
        return packets
    }
}

/// A row of AV1's units, each with its size.
enum OBUFrame {
    static func types(_ frame: [UInt8]) -> [UInt8] {
        var types: [UInt8] = []
        var place = 0
        while place < frame.count {
            let header = frame[place]
            types.append(header >> 3 & 0x0F)
            place += header & 0x04 != 0 ? 2 : 1
            guard header & 0x02 != 0 else { break }
            var (size, shift) = (0, 0)
            while place < frame.count {
                let byte = frame[place]
                place += 1
                size |= Int(byte & 0x7F) << shift
                shift += 7
                if byte & 0x80 == 0 || shift > 28 { break }
            }
            place += size
        }
        return types
    }
}
