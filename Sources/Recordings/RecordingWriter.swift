import Movies
package import Primitives
import WebRTC

/// Writes a recording: a fragmented MP4 that can be played while it grows, and after a kill.
///
/// A fragment ends before a keyframe, at the latest after `longestFragment`, and at a gap. It is
/// on the disk when the call that ended it returns. Used by one thread.
package final class RecordingWriter {
    /// A fragment has about a hundred bytes of its own, so it is not worth a few frames.
    package static let shortestFragment = Duration.milliseconds(500)
    package static let longestFragment = Duration.seconds(2)
    /// Two frames that lie further apart are not stretched over the time between them.
    package static let longestFrame = Duration.seconds(1)
    /// Two seconds of 128 Mbit/s.
    package static let maximumPendingBytes = 32 << 20

    /// What one track holds so far, in the fragments that are written.
    package struct TrackCounts: Sendable, Hashable {
        package internal(set) var frames = 0
        package internal(set) var keyframes = 0
        package internal(set) var bytes: Int64 = 0
        /// In ticks of the track; nil before its first frame.
        package internal(set) var start: Int64?
        package internal(set) var end: Int64 = 0
    }

    package let tracks: [RecordingTrack]
    package private(set) var counts: [TrackCounts]
    package private(set) var fragments = 0
    private let file: RecordingFile
    private var movie: MovieFragments
    private var digest = SHA256()
    private var pending: [TrackCounts]

    /// Makes the file and writes its header. At least one track; at most one of each kind.
    package init(
        creating path: String, _ tracks: [RecordingTrack], created: WallClock
    ) throws(RecordingProblem) {
        precondition(!tracks.isEmpty, "a recording of nothing")
        self.tracks = tracks
        counts = Array(repeating: TrackCounts(), count: tracks.count)
        pending = counts
        file = try RecordingFile(creating: path)
        movie = MovieFragments(tracks)
        var header = BoxWriter()
        MovieHeader(tracks: tracks, created: created).write(to: &header)
        try file.append(header.bytes.span)
        digest.update(header.bytes.span)
    }

    /// Bytes that are written.
    package var length: Int64 { file.length }

    /// Takes a frame; times are from the start of the recording, in ticks of the track.
    ///
    /// - Parameter duration: of a frame that tells it, as Opus does.
    package func append(
        _ track: Int, time: Int64, duration: Int64?, isSync: Bool, _ bytes: Span<UInt8>
    ) throws(RecordingProblem) {
        if endsFragment(track, time, isSync, bytes.count) {
            try flush(following: (track, time))
        }
        movie.append(track, time: time, isSync: isSync, bytes)
        pending[track].frames += 1
        if isSync { pending[track].keyframes += 1 }
        pending[track].bytes += Int64(bytes.count)
        if pending[track].start == nil { pending[track].start = time }
        let usual = Int64(tracks[track].timescale) / 30
        pending[track].end = max(pending[track].end, time + (duration ?? usual))
    }

    private func endsFragment(
        _ track: Int, _ time: Int64, _ isSync: Bool, _ count: Int
    ) -> Bool {
        guard !movie.isEmpty else { return false }
        if movie.isFull || movie.pendingBytes + count > Self.maximumPendingBytes { return true }
        guard let first = movie.firstTime(track), let last = movie.lastTime(track) else {
            return false
        }
        let scale = tracks[track].timescale
        if time - last > Self.longestFrame.ticks(scale) { return true }
        let length = time - first
        if tracks[track].kind == .video {
            return isSync && length >= Self.shortestFragment.ticks(scale)
                || length >= Self.longestFragment.ticks(scale)
        }
        // Pictures decide, as long as there are some.
        let hasPictures = tracks.indices.contains {
            tracks[$0].kind == .video && movie.firstTime($0) != nil
        }
        return length >= Self.longestFragment.ticks(scale) * (hasPictures ? 2 : 1)
    }

    /// Writes what waits, as when nothing more is to be expected for a while.
    package func flush() throws(RecordingProblem) {
        try flush(following: nil)
    }

    private func flush(following next: (track: Int, time: Int64)?) throws(RecordingProblem) {
        guard !movie.isEmpty else { return }
        var following: [Int64?] = tracks.indices.map {
            tracks[$0].kind == .audio ? pending[$0].end : nil
        }
        if let next, tracks[next.track].kind == .video,
            let last = movie.lastTime(next.track),
            next.time - last <= Self.longestFrame.ticks(tracks[next.track].timescale)
        {
            following[next.track] = next.time
        }
        let file = file
        var digest = digest
        try movie.write(at: file.length, following: following) { bytes throws(RecordingProblem) in
            try file.append(bytes)
            digest.update(bytes)
        }
        self.digest = digest
        fragments += 1
        for track in tracks.indices { settle(track) }
    }

    private func settle(_ track: Int) {
        let new = pending[track]
        counts[track].frames += new.frames
        counts[track].keyframes += new.keyframes
        counts[track].bytes += new.bytes
        if counts[track].start == nil { counts[track].start = new.start }
        counts[track].end = max(counts[track].end, new.end)
        pending[track] = TrackCounts()
    }

    /// Writes the rest and the index, and gives the SHA-256 of the whole file.
    package func finish() throws(RecordingProblem) -> [UInt8] {
        try flush()
        let file = file
        var digest = digest
        try movie.writeIndex { bytes throws(RecordingProblem) in
            try file.append(bytes)
            digest.update(bytes)
        }
        return digest.finish()
    }

    /// The SHA-256 of what is written, for a file that can't be ended properly.
    package func digestSoFar() -> [UInt8] {
        var digest = digest
        return digest.finish()
    }
}

extension Duration {
    /// In ticks of a timescale, rounded down.
    fileprivate func ticks(_ timescale: Int32) -> Int64 {
        wholeMilliseconds * Int64(timescale) / 1000
    }
}
