import FileAccess
import Media
import Movies
import Primitives
import WebRTC

/// Cuts the sound track of a movie. Threads may share it.
struct SoundCutter: Sendable {
    let file: ReadableFile
    let track: MovieTrack

    /// Nil for a track without frames.
    init?(_ file: ReadableFile, _ track: MovieTrack) {
        guard !track.frames.isEmpty, !track.formats.isEmpty else { return nil }
        self.file = file
        self.track = track
    }

    /// Ticks that a decoder needs before what is heard is right.
    var settling: Int64 {
        switch track.formats[0].coding {
        // Frames overlap: one before is enough, with band replication two.
        case .aac:
            let configuration = track.formats[0].configuration
            let hasBands =
                AACConfiguration(parsing: configuration.span)?.hasBandReplication ?? false
            return frameLength * (hasBands ? 2 : 1)
        // RFC 7845 4.2: 80 ms.
        case .known(.opus): return Int64(track.timescale) * 80 / 1000
        case .known: return 0
        // Those of MP3 borrow bytes from several before them.
        case .other: return isPlain ? 0 : 6 * frameLength
        }
    }

    /// Samples as they are, of which none needs another.
    private var isPlain: Bool {
        [
            "sowt", "twos", "in24", "in32", "fl32", "fl64", "lpcm", "raw ", "ulaw", "alaw", "ipcm",
            "fpcm",
        ].contains(track.formats[0].name)
    }

    private var frameLength: Int64 {
        let middle = track.frames[track.frames.count / 2].duration
        return Int64(max(1, middle))
    }

    /// `roll` of the copied frames.
    private var roll: Int16? {
        let frames = (settling + frameLength - 1) / frameLength
        return frames > 0 ? -Int16(clamping: frames) : nil
    }

    /// Whether a stretch can be copied: one piece, of one kind.
    func canCopy(from: Int64, to: Int64) -> Bool {
        guard let plan = plan(from: from, to: to) else { return false }
        let format = track.frames[plan.frames.lowerBound].format
        return plan.frames.allSatisfy { track.frames[$0].format == format }
    }

    private func plan(from: Int64, to: Int64) -> SoundPlan? {
        SoundPlan(track.frames, from: from, to: to, settling: settling)
    }

    /// The frames of a stretch, and the edits by which it is heard from its first sample to its
    /// last; `at` is where it begins in the clip, in ticks of the track.
    func copy(from: Int64, to: Int64, at: Int64, movieScale: Int32) -> ClipSound? {
        guard let plan = plan(from: from, to: to) else { return nil }
        var sound = ClipSound(told: ClipOutcome.Sound(isCopied: true, frames: plan.frames.count))
        let first = track.frames[plan.frames.lowerBound]
        var frames: [MovieFrame] = []
        frames.reserveCapacity(plan.frames.count)
        for index in plan.frames {
            var frame = track.frames[index]
            sound.bytes.append(.source(place: frame.place))
            frame.decoding -= first.presentation
            frame.shift = 0
            frame.format = 0
            frames.append(frame)
        }
        // Players that look at nothing else end with the last frame.
        if let last = frames.last {
            let rest = plan.skipped + plan.length - last.decoding
            frames[frames.count - 1].duration = UInt32(clamping: min(Int64(last.duration), rest))
        }
        // Where the stretch begins before the sound does.
        let late = at + max(0, first.presentation + plan.skipped - from)
        sound.track = MovieTrack(
            id: 2, kind: .sound, timescale: track.timescale,
            formats: [track.formats[Int(first.format)]], matrix: track.matrix,
            edits: ClipSound.edits(
                late: late, skipped: plan.skipped, length: plan.length, track.timescale,
                movieScale), frames: frames)
        sound.track.language = track.language
        sound.roll = roll
        return sound
    }
}

/// The sound of a clip as it is put together.
struct ClipSound {
    var track = MovieTrack(
        id: 2, kind: .sound, timescale: 1, formats: [], matrix: [], edits: [], frames: [])
    var bytes: [FrameBytes] = []
    var roll: Int16?
    var told: ClipOutcome.Sound

    init(told: ClipOutcome.Sound) {
        self.told = told
    }

    static func edits(
        late: Int64, skipped: Int64, length: Int64, _ timescale: Int32, _ movieScale: Int32
    ) -> [MovieEdit] {
        func movie(_ ticks: Int64) -> Int64 {
            CutLine.rescale(ticks, Int64(timescale), Int64(movieScale))
        }
        var edits: [MovieEdit] = []
        if late > 0 { edits.append(MovieEdit(duration: movie(late), start: nil)) }
        edits.append(MovieEdit(duration: movie(late + length) - movie(late), start: skipped))
        return edits
    }
}
