import FileAccess
import Media
import Movies
import Primitives
import WebRTC

/// The picture of a clip as it is put together: frames in the order of decoding.
struct ClipPicture {
    var frames: [MovieFrame] = []
    var bytes: [FrameBytes] = []
    /// On the clip's line, in ticks of the track.
    var presentations: [Int64] = []
    var formats: [MovieFormat] = []
    var told: ClipOutcome.Picture
    /// When the last frame is no longer shown.
    var end: Int64 = 0

    mutating func append(
        _ place: FrameBytes, count: Int, presentation: Int64, isSync: Bool
    ) {
        frames.append(
            MovieFrame(
                place: 0, decoding: 0, count: UInt32(clamping: count), shift: 0, duration: 0,
                format: 0, isSync: isSync))
        bytes.append(place)
        presentations.append(presentation)
    }

    /// The track of the new file, with times that agree; its edits are in ticks of `timescale`.
    func track(like source: MovieTrack, movieScale: Int32) -> MovieTrack {
        let times = FrameTimes(presentations)
        let first = times.decoding.first ?? 0
        var frames = frames
        for index in frames.indices {
            let decoding = times.decoding[index]
            let next = index + 1 < frames.count ? times.decoding[index + 1] : max(end, decoding)
            frames[index].decoding = decoding - first
            frames[index].shift = Int32(clamping: presentations[index] + times.delay - decoding)
            frames[index].duration = UInt32(clamping: next - decoding)
        }
        func movie(_ ticks: Int64) -> Int64 {
            CutLine.rescale(ticks, Int64(source.timescale), Int64(movieScale))
        }
        var edits: [MovieEdit] = []
        if first > 0 { edits.append(MovieEdit(duration: movie(first), start: nil)) }
        edits.append(MovieEdit(duration: movie(end) - movie(first), start: times.delay))
        var track = MovieTrack(
            id: 1, kind: .picture, timescale: source.timescale, formats: formats,
            matrix: source.matrix, edits: edits, frames: frames)
        track.language = source.language
        return track
    }
}
