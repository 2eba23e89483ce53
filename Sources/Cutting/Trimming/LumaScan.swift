import Media
import Primitives
import WebRTC

/// Looks at the pictures of a file: keyframes, or all from a time on. Each look is small.
final class LumaScan {
    /// How long a picture stands, where the file has a rate.
    let frameMicroseconds: Int64
    private let reader: InputReader
    private let track: TrackDescription
    private let decoder: VideoDecoder
    private let scaler: PictureScaler
    private let frame = CodedFrame()
    private let picture = Picture()
    private let small = Picture()

    /// Nil where the file has no picture.
    init?(_ path: String, stop: StopFlag) throws(MediaError) {
        let options = InputOptions(start: .zero, probing: .quick, timeout: .seconds(60))
        reader = try InputReader(.file(path: path), options: options, stop: stop)
        guard let track = reader.tracks.first(where: { $0.kind == .video }),
            case .picture(let content) = track.content
        else { return nil }
        for other in reader.tracks where other.index != track.index {
            reader.discard(track: other.index)
        }
        self.track = track
        decoder = try VideoDecoder(track: track.index, of: reader, threads: 1)
        scaler = ClipLooks.scaler(for: content.size)
        frameMicroseconds =
            content.rate.map { Int64(1_000_000 / max($0.framesPerSecond, 1)) } ?? 33_333
    }

    /// Gives the keyframes from the one at or before a time on, until `body` has seen enough.
    func keyframes(
        from time: Int64, _ body: (LumaLook) throws(TrimProblem) -> Bool
    ) throws(TrimProblem) {
        try scan(from: time, onlyKeyframes: true, body)
    }

    /// Gives all pictures from the keyframe at or before a time on.
    func pictures(
        from time: Int64, _ body: (LumaLook) throws(TrimProblem) -> Bool
    ) throws(TrimProblem) {
        try scan(from: time, onlyKeyframes: false, body)
    }

    private func scan(
        from time: Int64, onlyKeyframes: Bool,
        _ body: (LumaLook) throws(TrimProblem) -> Bool
    ) throws(TrimProblem) {
        var at: Int64? = time
        do throws(MediaError) {
            try reader.seek(to: .microseconds(max(0, time)) - reader.startTime)
            decoder.reset()
        } catch { throw .media(error, at: at) }
        while true {
            let hasFrame = try media(at: at) { () throws(MediaError) in
                try reader.read(into: frame)
            }
            if hasFrame, frame.track != track.index || onlyKeyframes && !frame.isKeyframe {
                continue
            }
            at = frame.presentation.map { self.time(of: $0) } ?? at
            try media(at: at) { () throws(MediaError) in
                try decoder.send(hasFrame ? frame : nil)
            }
            while let look = try media(at: at, { () throws(MediaError) in try nextLook() }) {
                guard try body(look) else { return }
            }
            if !hasFrame { return }
        }
    }

    private func nextLook() throws(MediaError) -> LumaLook? {
        while try decoder.receive(into: picture) {
            guard let ticks = picture.presentation else { continue }
            try scaler.convert(picture, into: small)
            return LumaLook(small, at: time(of: ticks))
        }
        return nil
    }

    private func time(of ticks: Int64) -> Int64 {
        track.timeBase.rescale(ticks, to: .microseconds)
    }

    private func media<Result>(
        at time: Int64?, _ body: () throws(MediaError) -> Result
    ) throws(TrimProblem) -> Result {
        do throws(MediaError) {
            return try body()
        } catch .stopped {
            throw .stopped
        } catch {
            throw .media(error, at: time)
        }
    }
}
