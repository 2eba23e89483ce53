import Media
import Network
import Primitives
import WebRTC

/// Reads one input after another and makes the frames of renditions.
///
/// It belongs to the feed's thread.
final class InputReading: FeedWork {
    enum Limits {
        /// Of one report, so that a burst of large pictures does not fill the memory.
        static let bytes = 4 << 20
        /// A track without frames for so long is not waited for.
        static let sparse: Int64 = 1_000_000_000
        /// Gaps over this are jumps of the clock, in containers that are known for it.
        static let jump: Duration = .seconds(10)
    }

    /// Containers whose clocks are set anew while they go on, by FFmpeg's names.
    private static let jumpingFormats: Set = [
        "mpegts", "mpegtsraw", "mpeg", "flv", "live_flv", "hls", "rtsp", "rtp", "sdp", "rtp_mpegts",
    ]

    let plan: FeedPlan
    private let thread: EventLoop
    private let stop: StopFlag
    let report: FeedReporter
    private let frame = CodedFrame()

    private var reader: InputReader?
    private var input = 0
    private var round = 1
    private var framesOfInput = 0
    private var framesOfRound = 0
    private var renditions: RenditionPlan?
    private var clock = FrameClock()
    private var video: VideoPath?
    private var audio: AudioPath?
    private var pictureTrack: (index: Int, base: TimeBase)?
    private var soundTrack: (index: Int, base: TimeBase)?
    /// Up to where each track has been read.
    private var videoReached: Int64?
    private var audioReached: Int64?
    private var batch: [FeedFrame] = []
    private var batchBytes = 0
    private var hasEnded = false
    private var again: LoopTimer?
    /// When what comes by itself was captured.
    private var arrivals = DueClock(.asItComes)

    init(_ plan: FeedPlan, on thread: EventLoop, stop: StopFlag, report: FeedReporter) {
        self.plan = plan
        self.thread = thread
        self.stop = stop
        self.report = report
    }

    // MARK: - What the push asks

    func open() {
        do throws(FeedProblem) {
            let reader = try open(plan.inputs[0], start: plan.start)
            self.reader = reader
            report(
                .opened(
                    OpenedInput(
                        tracks: reader.tracks, isLive: isLive(reader), duration: reader.duration))
            )
        } catch {
            fail(error)
        }
    }

    func begin(_ renditions: RenditionPlan) {
        guard let reader, self.renditions == nil else { return }
        self.renditions = renditions
        if !renditions.video.isEmpty {
            video = VideoPath(
                renditions.video, stampsBy: plan.burnsStamp ? plan.wallClock : nil)
        }
        if !renditions.audio.isEmpty { audio = AudioPath(renditions.audio) }
        do throws(FeedProblem) {
            try take(reader, start: plan.start)
        } catch {
            return fail(error)
        }
        guard isLive(reader) else { return }
        again = thread.timer { [weak self] in self?.readOn() }
        readOn()
    }

    func want(_ renditions: Set<RenditionName>) {
        video?.want(renditions)
        audio?.want(renditions)
    }

    func makeKeyframe(_ rendition: RenditionName) { video?.makeKeyframe(rendition) }

    func setRate(_ rendition: RenditionName, bitsPerSecond: Int) {
        video?.setRate(rendition, bitsPerSecond: bitsPerSecond)
    }

    func fill(until time: Int64, onAir: Instant?) {
        video?.onAir = onAir
        defer { report(.filled(until: time)) }
        while !hasEnded, !hasReached(time), !stop.isRaised {
            readOne()
            if batchBytes > Limits.bytes { flush() }
        }
        flush()
    }

    private func hasReached(_ time: Int64) -> Bool {
        let reached = [videoReached, audioReached].compactMap(\.self)
        guard let most = reached.max(), let least = reached.min() else { return false }
        return least >= time || most >= time + Limits.sparse
    }

    // MARK: - Reading

    /// What is live is read as it comes; calls from the push have their turn between two frames.
    private func readOn() {
        guard !hasEnded, !stop.isRaised else { return }
        readOne()
        flush()
        again?.set(at: thread.now)
    }

    private func readOne() {
        guard let reader else { return end() }
        do throws(FeedProblem) {
            guard try read(reader) else {
                try finishInput()
                return try next()
            }
            framesOfInput += 1
            try take()
        } catch {
            fail(error)
        }
    }

    private func read(_ reader: InputReader) throws(FeedProblem) -> Bool {
        do throws(MediaError) {
            return try reader.read(into: frame)
        } catch {
            throw .media(error)
        }
    }

    private func take() throws(FeedProblem) {
        let track = frame.track
        let isPicture = track == pictureTrack?.index
        guard let base = isPicture ? pictureTrack?.base : soundTrack?.base,
            isPicture || track == soundTrack?.index
        else { return }
        let kind: MediaKind = isPicture ? .video : .audio
        guard let place = clock.place(kind, times(base)) else { return }
        if place.isAfterJump { report(.notice(.clockJumped(kind))) }
        if isPicture {
            videoReached = place.decoding
            noteArrival(place)
        } else {
            audioReached = place.decoding
        }
        if let limit = plan.duration?.wholeNanoseconds, place.decoding >= limit {
            if isOver(limit) { end() }
            return
        }
        let start = clock.inputStart
        do throws(MediaError) {
            if isPicture {
                if reader?.hasReorderedFrames == true { noteReordering() }
                try video?.take(frame, place, start: start, into: &batch)
            } else {
                try audio?.take(frame, place, start: start, into: &batch)
            }
        } catch {
            throw .media(error)
        }
        batchBytes += frame.count
    }

    private func noteArrival(_ place: FrameClock.Place) {
        guard plan.burnsStamp, again != nil else { return }
        _ = arrivals.due(place.decoding, arrival: HostClock.read().instant)
        video?.onAir = arrivals.captured(0)
    }

    private func times(_ base: TimeBase) -> FrameClock.Times {
        FrameClock.Times(
            decoding: frame.decoding.map { base.duration($0).wholeNanoseconds },
            presentation: frame.presentation.map { base.duration($0).wholeNanoseconds },
            duration: frame.duration > 0 ? base.duration(frame.duration).wholeNanoseconds : nil)
    }

    private func isOver(_ limit: Int64) -> Bool {
        (pictureTrack == nil || videoReached ?? 0 >= limit)
            && (soundTrack == nil || audioReached ?? 0 >= limit)
            || max(videoReached ?? 0, audioReached ?? 0) >= limit + Limits.sparse
    }

    private func noteReordering() {
        guard let video, video.encodesFromNowOn() else { return }
        report(.notice(.encodes(.video, [.reorderedFrames])))
    }

    // MARK: - One input after another

    private func open(
        _ address: InputAddress, start: Duration
    ) throws(FeedProblem) -> InputReader {
        do throws(MediaError) {
            return try InputReader(
                address,
                options: InputOptions(
                    start: start, probing: .quick, timeout: plan.timeout, trust: plan.trust),
                stop: stop)
        } catch {
            throw .media(error)
        }
    }

    private func isLive(_ reader: InputReader) -> Bool {
        reader.isLive || plan.pacing == .asItComes
    }

    /// Makes an opened input the one that is read.
    private func take(_ reader: InputReader, start: Duration) throws(FeedProblem) {
        self.reader = reader
        framesOfInput = 0
        let picture = video == nil ? nil : reader.tracks.first { $0.kind == .video }
        let sound = audio == nil ? nil : reader.tracks.first { $0.kind == .audio }
        guard picture != nil || sound != nil else {
            throw .rendition(
                .nothingToSend(
                    hasVideo: reader.tracks.contains { $0.kind == .video },
                    hasAudio: reader.tracks.contains { $0.kind == .audio }))
        }
        do throws(MediaError) {
            if let picture, let reasons = try video?.begin(picture, of: reader) {
                report(.notice(.encodes(.video, reasons)))
            }
            if let sound, let reasons = try audio?.begin(sound, of: reader) {
                report(.notice(.encodes(.audio, reasons)))
            }
        } catch {
            throw .media(error)
        }
        pictureTrack = picture.map { ($0.index, $0.timeBase) }
        soundTrack = sound.map { ($0.index, $0.timeBase) }
        for track in reader.tracks
        where track.index != picture?.index && track.index != sound?.index {
            reader.discard(track: track.index)
        }
        videoReached = picture == nil ? nil : clock.end
        audioReached = sound == nil ? nil : clock.end
        // A copy cannot begin but at a keyframe, an encoding can begin anywhere.
        let isInexact = start > .zero && video?.copies ?? true
        clock.beginInput(
            origin: isInexact ? nil : (reader.startTime + start).wholeNanoseconds,
            jumpLimit: Self.jumpingFormats.contains(reader.formatName) ? Limits.jump : nil)
        report(.notice(.began(input: input, round: round)))
    }

    private func finishInput() throws(FeedProblem) {
        do throws(MediaError) {
            try video?.finish(into: &batch)
            try audio?.finish(into: &batch)
        } catch {
            throw .media(error)
        }
        framesOfRound += framesOfInput
        reader = nil
    }

    /// Goes on with the next input that can be read; the push ends where there is none.
    private func next() throws(FeedProblem) {
        while !stop.isRaised {
            input += 1
            if input == plan.inputs.count {
                guard plan.loops else { return end() }
                // Nothing but nonsense in all of the list would be read for ever.
                guard framesOfRound > 0 else { throw .empty }
                (input, round, framesOfRound) = (0, round + 1, 0)
            }
            do throws(FeedProblem) {
                return try take(try open(plan.inputs[input], start: .zero), start: .zero)
            } catch {
                reader = nil
                if plan.inputs.count == 1 { throw error }
                report(.notice(.skipped(input: input, error)))
            }
        }
    }

    private func flush() {
        guard !batch.isEmpty else { return }
        report(.frames(batch))
        batch.removeAll(keepingCapacity: true)
        batchBytes = 0
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        flush()
        reader = nil
        report(.ended)
    }

    private func fail(_ problem: FeedProblem) {
        guard !hasEnded else { return }
        hasEnded = true
        flush()
        reader = nil
        report(
            .failed(
                FeedFailure(
                    input: input, problem: problem, hasBegun: framesOfRound + framesOfInput > 0)))
    }
}
