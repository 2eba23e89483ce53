package import FileAccess
import Media
package import Movies
import Primitives
package import WebRTC

/// Reads the coded frames of a picture track, and tells how decoding can begin at them.
package struct FrameReader: Sendable {
    package let file: ReadableFile
    package let track: MovieTrack
    package let codec: Codec
    package let framing: NALFraming

    enum Limits {
        /// What is read of a frame at once to look at its first units.
        static let head = 4096
        /// Units before the first slice.
        static let units = 64
    }

    package init(_ file: ReadableFile, _ track: MovieTrack, _ codec: Codec, _ framing: NALFraming) {
        self.file = file
        self.track = track
        self.codec = codec
        self.framing = framing
    }

    package func read(_ index: Int) throws(SpliceProblem) -> [UInt8] {
        let frame = track.frames[index]
        guard frame.count <= CodedFrame.Limits.bytes else {
            throw .undecodable(near: .of(frame.presentation, track.timescale))
        }
        do { return try file.read(at: frame.place, count: Int(frame.count)) } catch {
            throw .file(error)
        }
    }

    /// Puts a frame into a packet for a decoder.
    func read(_ index: Int, into coded: CodedFrame) throws(SpliceProblem) {
        let frame = track.frames[index]
        guard frame.count <= CodedFrame.Limits.bytes else {
            throw .undecodable(near: .of(frame.presentation, track.timescale))
        }
        do throws(FileProblem) {
            try coded.fill(
                count: Int(frame.count), presentation: frame.presentation,
                decoding: frame.decoding, isKeyframe: frame.isSync
            ) { (bytes: inout MutableSpan<UInt8>) throws(FileProblem) in
                try file.read(at: frame.place, into: &bytes)
            }
        } catch {
            throw .file(error)
        }
    }

    /// What a frame that the container calls a keyframe is.
    package func entry(_ index: Int) throws(SpliceProblem) -> FrameEntry {
        switch codec {
        case .h264:
            var isRecovery = false
            var entry = FrameEntry.none
            try units(of: index) { unit in
                switch unit[0] & 0x1F {
                case 5: entry = .whole
                case 6 where Self.isRecoveryPoint(unit):
                    isRecovery = true
                    return true
                case 1...4: entry = isRecovery ? .recovery : .none
                default: return true
                }
                return false
            }
            return entry
        case .h265:
            var entry = FrameEntry.none
            try units(of: index) { unit in
                switch unit[0] >> 1 & 0x3F {
                case 16...18, 21: entry = .open
                case 19, 20: entry = .whole
                case 0...15: entry = .none
                default: return true
                }
                return false
            }
            return entry
        default: return track.frames[index].isSync ? .whole : .none
        }
    }

    /// Gives the units at the beginning of a frame, as far as they are short, until told to stop.
    ///
    /// Of a slice only the first bytes are given.
    package func units(
        of index: Int, _ body: (Span<UInt8>) -> Bool
    ) throws(SpliceProblem) {
        guard case .lengthPrefixed(let size) = framing else { return }
        let frame = track.frames[index]
        let total = Int(frame.count)
        var place = 0
        do {
            var head = try file.read(at: frame.place, count: min(total, Limits.head))
            var start = 0
            for _ in 0..<Limits.units where place + size.rawValue < total {
                if place - start + size.rawValue >= head.count {
                    head = try file.read(
                        at: frame.place + Int64(place), count: min(total - place, Limits.head))
                    start = place
                }
                var length = 0
                for byte in 0..<size.rawValue {
                    length = length << 8 | Int(head[place - start + byte])
                }
                let content = place - start + size.rawValue
                let end = min(head.count, content + length)
                if length > 0, content < end, !body(head.span.extracting(content..<end)) { return }
                place += size.rawValue + length
            }
        } catch {
            throw .file(error)
        }
    }

    /// A message (H.264 D.1.8) that says that from this very frame on all is right.
    private static func isRecoveryPoint(_ unit: Span<UInt8>) -> Bool {
        var place = 1
        while place + 2 < unit.count {
            var (type, size) = (0, 0)
            while place < unit.count, unit[place] == 0xFF {
                type += 255
                place += 1
            }
            guard place < unit.count else { return false }
            type += Int(unit[place])
            place += 1
            while place < unit.count, unit[place] == 0xFF {
                size += 255
                place += 1
            }
            guard place < unit.count else { return false }
            size += Int(unit[place])
            place += 1
            // recovery_frame_cnt, ue(v): 0 is a single one.
            if type == 6 { return place < unit.count && unit[place] & 0x80 != 0 }
            place += size
        }
        return false
    }
}
