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
    /// One for each format of the track.
    private let scans: [PictureScan]

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
        scans = track.formats.map { PictureScan($0) }
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
        let nature: PictureNature
        do throws(FileProblem) {
            nature = try file.nature(of: track.frames[index], scans)
        } catch {
            throw .file(error)
        }
        switch nature {
        case .instant: return .whole
        case .open, .broken: return .open
        case .recovery(frames: 0): return .recovery
        case .recovery, .intra, .skippedLeading, .decodableLeading, .referenced, .disposable,
            .damaged:
            return .none
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
}
