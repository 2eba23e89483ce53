package import Network
package import Primitives
package import WebRTC

/// Conducts a push: has the input opened, decides what goes out, paces it and hands it to the
/// destinations.
///
/// For its loop's thread only.
package final class Pusher {
    package enum Limits {
        /// Events that nobody has read yet.
        static let events = 1024
        /// How far a file is read ahead: over the hiccups of a disk or a server.
        static let copyLead: Int64 = 500_000_000
        /// Less, where it is encoded: what has been encoded cannot be a keyframe any more.
        static let encodingLead: Int64 = 120_000_000
        /// How long the first destination that is there waits for the others.
        static let startGrace: Duration = .milliseconds(300)
        /// Repairs of the last frames are still asked for.
        static let lastWords: Duration = .milliseconds(250)
        /// For DELETE, and what else destinations do at the end.
        static let closing: Duration = .seconds(5)
    }

    struct Entry {
        let destination: any Destination
        let isWebRTC: Bool
        var state: DestinationState = .idle
        var wasLive = false
        /// It takes frames.
        var isReady = false
        /// By choice of video.
        var targets: [Double?] = []
        /// What it had done when it was closed.
        var last: DestinationFigures?
        var isClosing = false
        var isClosed = false
    }

    let loop: EventLoop
    let feed: any FrameFeed
    let wish: RenditionWish
    let needs: DestinationNeeds
    let asItComes: Bool
    let duration: Duration?
    let wallClock: WallClockAnchor

    private let targets: [PlannedDestination]
    private let makeDestinations: (RenditionPlan) -> [any Destination]
    var entries: [Entry] = []
    var plan: RenditionPlan?
    var phase: PushReport.Phase = .opening {
        didSet { if case .ended = phase { onNews?() } }
    }
    var ending: PushEnding?
    var isLiveInput = false
    var clock = DueClock(.byMediaTime)
    var queue = FrameQueue()
    /// When the frame at the head of the queue leaves.
    var headDue: Instant?
    var askedUntil: Int64 = 0
    var isFilling = false
    var hasInputEnded = false
    var firstReady: Instant?
    var wanted: Set<RenditionName> = []
    var wishes = KeyframeWishes()
    var rates: [RenditionName: Int] = [:]
    private var stamps: FrameStamps?
    var layersOn: [Bool] = []
    var videoFrames = 0
    var audioFrames = 0
    var keyframes = 0
    var videoBytes = 0
    var audioBytes = 0
    var framesDropped = 0
    var lastMedia: Int64 = 0
    private var events: [PushEvent] = []
    /// Called when there are events to take, and when it has ended.
    package var onNews: (() -> Void)?
    private var timer: LoopTimer?
    private var closer: LoopTimer?

    /// `makeDestinations` gives those of the plan, in their order, once it is known what goes out.
    package init(
        on loop: EventLoop, plan: PushPlan, feed: any FrameFeed, wallClock: WallClockAnchor,
        makeDestinations: @escaping (RenditionPlan) -> [any Destination]
    ) {
        self.loop = loop
        self.feed = feed
        self.wallClock = wallClock
        wish = plan.wish
        needs = plan.needs
        asItComes = plan.pacing == .asItComes
        duration = plan.duration
        targets = plan.targets
        self.makeDestinations = makeDestinations
        timer = loop.timer { [weak self] in self?.advance() }
        closer = loop.timer { [weak self] in self?.closeAll() }
    }

    /// Begins; all else follows by itself.
    package func start() {
        feed.onReport = { [weak self] in self?.take($0) }
        feed.open()
    }

    private func makeEntries(_ plan: RenditionPlan) {
        entries = zip(makeDestinations(plan), targets).map { destination, target in
            Entry(destination: destination, isWebRTC: target.address.isWebRTC)
        }
        for place in entries.indices {
            entries[place].destination.onEvent = { [weak self] in self?.take($0, from: place) }
        }
    }

    /// Ends it: says goodbye to all destinations first.
    package func stop() { finish(.stopped) }

    package func takeEvents() -> [PushEvent] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    package func report(now: Instant) -> PushReport {
        PushReport(
            phase: phase, mediaTime: .nanoseconds(lastMedia), videoFrames: videoFrames,
            audioFrames: audioFrames, keyframes: keyframes, videoBytes: videoBytes,
            audioBytes: audioBytes, framesDropped: framesDropped, stalled: clock.stalled,
            destinations: entries.map {
                DestinationReport(
                    state: $0.state, figures: $0.last ?? $0.destination.figures(now: now),
                    wasLive: $0.wasLive)
            })
    }

    func note(_ event: PushEvent) {
        if events.count < Limits.events { events.append(event) }
        if events.count == 1 { onNews?() }
    }

    // MARK: - What the feed tells

    private func take(_ report: FeedReport) {
        guard ending == nil else { return }
        switch report {
        case .opened(let input): open(input)
        case .frames(let frames): take(frames)
        case .filled: isFilling = false
        case .notice(let notice): note(.feed(notice))
        case .ended: hasInputEnded = true
        case .failed(let failure): return finish(.inputFailed(failure))
        }
        advance()
    }

    private func open(_ input: OpenedInput) {
        guard plan == nil else { return }
        note(.opened(input))
        isLiveInput = input.isLive
        clock = DueClock(input.isLive || asItComes ? .asItComes : .byMediaTime)
        do throws(RenditionProblem) {
            let plan = try RenditionPlan(tracks: input.tracks, wish: wish, needs: needs)
            self.plan = plan
            note(.planned(plan))
            layersOn = plan.layers.map { _ in true }
            if wish.stamp == .sei { stamps = FrameStamps(plan.video.map(\.choice), wallClock) }
            makeEntries(plan)
            feed.begin(plan)
            setWanted(expected(plan))
            phase = .connecting
            for entry in entries { entry.destination.start(plan.offer) }
        } catch {
            finish(.refused(error))
        }
    }

    private func take(_ frames: [FeedFrame]) {
        // What comes by itself while nobody can have it yet is gone.
        if isLiveInput, firstReady == nil { return }
        for frame in frames where !queue.append(frame) { framesDropped += 1 }
    }

    // MARK: - Time passes

    /// Does all that is due, and sees to it that it is called again.
    func advance() {
        guard ending == nil else { return }
        let now = loop.now
        while let rendition = wishes.takeDue(now: now) { feed.makeKeyframe(rendition) }
        if begins(now) { deliver(now) }
        readAhead(now)
        if hasInputEnded, queue.isEmpty { return finish(.finished) }
        let next = [headDue, wishes.deadline, graceEnd(now)].compactMap(\.self).min()
        if let next { timer?.set(at: next) } else { timer?.cancel() }
    }

    /// Whether media flow: nothing of a file is sent before somebody is there to have it.
    private func begins(_ now: Instant) -> Bool {
        guard let firstReady else { return false }
        if clock.hasStarted || isLiveInput { return true }
        return entries.allSatisfy(\.isSettled) || now >= firstReady + Limits.startGrace
    }

    private func graceEnd(_ now: Instant) -> Instant? {
        guard let firstReady, !clock.hasStarted else { return nil }
        let end = firstReady + Limits.startGrace
        return end > now ? end : nil
    }

    private func deliver(_ now: Instant) {
        while let time = queue.nextTime {
            let due = headDue ?? clock.due(time, arrival: now)
            guard due <= now else {
                headDue = due
                return
            }
            headDue = nil
            if let frame = queue.take() { send(frame, now) }
        }
        headDue = nil
    }

    private func send(_ frame: FeedFrame, _ now: Instant) {
        let isVideo = frame.rendition.kind == .video
        if videoFrames + audioFrames == 0 {
            phase = .onAir
            note(.onAir)
        }
        if isVideo {
            videoFrames += 1
            videoBytes += frame.bytes.count
            keyframes += frame.isKeyframe ? 1 : 0
        } else {
            audioFrames += 1
            audioBytes += frame.bytes.count
        }
        lastMedia = max(lastMedia, frame.presentation + frame.duration)
        let captured = frame.captured ?? clock.captured(frame.presentation)
        let outgoing = OutgoingFrame(
            kind: frame.rendition.kind, choice: frame.rendition.choice,
            layer: frame.rendition.layer, isKeyframe: frame.isKeyframe,
            mediaTime: .nanoseconds(frame.presentation),
            decodeTime: .nanoseconds(frame.decoding), duration: .nanoseconds(frame.duration),
            captured: captured.map(wallClock.ntp(at:)))
        let isStamped = isVideo && stamps != nil
        if isStamped { stamps?.put(frame, captured: captured ?? now, sent: now) }
        let bytes = isStamped ? stamps?.bytes ?? frame.bytes : frame.bytes
        for place in entries.indices {
            entries[place].destination.send(bytes.span, outgoing, now: now)
        }
    }

    private func readAhead(_ now: Instant) {
        guard let plan, !isLiveInput, !hasInputEnded, !isFilling else { return }
        if wish.stamp == .picture, !plan.video.isEmpty {
            // What is burned in says when it is on the air, so that must be known first.
            guard begins(now) else { return }
            clock.begin(at: now + .nanoseconds(Limits.encodingLead))
        }
        let encodes = wanted.contains { !plan.isCopy($0) }
        let lead = encodes ? Limits.encodingLead : Limits.copyLead
        let until = max(clock.media(at: now) ?? 0, 0) + lead
        // Asked for a piece at a time, so that the thread does not wake for each frame.
        guard askedUntil == 0 || until - askedUntil >= lead / 2 || queue.isEmpty else { return }
        askedUntil = until
        isFilling = true
        feed.fill(until: until, onAir: clock.captured(0))
    }

    // MARK: - The end

    func finish(_ ending: PushEnding) {
        guard self.ending == nil else { return }
        self.ending = ending
        phase = .closing
        feed.close()
        queue.removeAll()
        timer?.cancel()
        let wasSending = clock.hasStarted && ending == .finished
        closer?.set(at: wasSending ? loop.now + Limits.lastWords : loop.now)
    }

    private func closeAll() {
        guard case .closing = phase, let ending else { return }
        if entries.contains(where: \.isClosing) || entries.isEmpty {
            // It was given its time, and has not used it.
            return phase = .ended(ending)
        }
        closer?.set(at: loop.now + Limits.closing)
        for place in entries.indices {
            entries[place].last = entries[place].destination.figures(now: loop.now)
            entries[place].isClosing = true
        }
        for place in entries.indices {
            entries[place].destination.close { [weak self] in self?.closed(place) }
        }
    }

    private func closed(_ place: Int) {
        entries[place].isClosed = true
        guard let ending, entries.allSatisfy(\.isClosed) else { return }
        closer?.cancel()
        phase = .ended(ending)
    }
}

extension Pusher.Entry {
    /// It takes frames, or it is not known when it will.
    var isSettled: Bool {
        if isReady { return true }
        return switch state {
        case .idle, .connecting: false
        case .live, .waiting, .failed, .ended: true
        }
    }
}

extension RenditionPlan {
    func isCopy(_ name: RenditionName) -> Bool {
        switch name.kind {
        case .video: name.choice < video.count && video[name.choice].making.isCopy
        case .audio: name.choice < audio.count && audio[name.choice].making.isCopy
        }
    }
}
