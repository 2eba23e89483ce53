import Movies
import Primitives

/// A movie of anybody's: it is read or refused, and what is read keeps its promises.
package func fuzzMP4(_ bytes: [UInt8]) {
    let length = Int64(bytes.count)
    let read = { (place: Int64, count: Int) -> [UInt8]? in
        precondition(place >= 0 && count >= 0, "a place before the file")
        precondition(Int64(count) <= length - place, "more than the file has")
        return Array(bytes[Int(place)..<Int(place) + count])
    }
    guard let movie = try? MovieReader.read(length: length, read) else { return }
    precondition(movie.timescale > 0, "a movie without a timescale")
    let showings = MovieShowings(movie)
    precondition(showings.tracks.count == movie.tracks.count, "a track that is not shown")
    _ = showings.end.milliseconds
    for (track, showing) in zip(movie.tracks, showings.tracks) {
        checkFrames(of: track, length)
        checkShowing(showing, of: track)
        guard track.kind == .picture else { continue }
        for frame in track.frames.prefix(200) {
            precondition(
                PictureScan(track.formats[Int(frame.format)]).look(at: frame, read) != nil,
                "a frame that is not in the file")
        }
    }
}

private func checkFrames(of track: MovieTrack, _ length: Int64) {
    for frame in track.frames {
        precondition(
            frame.place >= 0 && frame.place + Int64(frame.count) <= length,
            "a frame beyond the end")
        precondition(Int(frame.format) < track.formats.count, "a frame of no format")
        // Times fit on any timescale that a track may have.
        _ = MediaTime(ticks: frame.presentation, timescale: track.timescale)
            .rescaled(to: 1_000_000_000)
    }
    for format in track.formats {
        _ = format.content(of: "colr")
        _ = AACConfiguration(parsing: format.configuration.span)
    }
}

private func checkShowing(_ showing: MovieShowing, of track: MovieTrack) {
    var before: Int64?
    for frame in showing.frames {
        precondition(frame.duration > 0, "a frame that is not shown")
        precondition(track.frames.indices.contains(Int(frame.index)), "a frame of no track")
        if let before { precondition(frame.presentation >= before, "shown before the one before") }
        before = frame.end
    }
    let end = showing.end
    let places: [Int64] = [.min, -1, 0, 1, end / 3, end - 1, end, .max / 2]
    for ticks in places {
        _ = showing.frame(at: ticks)
        let cut = showing.nearestCut(to: MediaTime(ticks: ticks, timescale: showing.timescale))
        precondition(showing.frames.isEmpty || cut <= end, "a cut beyond the end")
        let stop = ticks.addingReportingOverflow(1000)
        guard !stop.overflow else { continue }
        for run in showing.sound(in: ticks..<stop.partialValue, of: track) {
            precondition(track.frames.indices.contains(run.frames.lowerBound), "no such frame")
            precondition(run.frames.upperBound <= track.frames.count, "no such frame")
            precondition(run.length >= 0 && run.skippedAfter >= 0, "less than nothing")
        }
    }
}
