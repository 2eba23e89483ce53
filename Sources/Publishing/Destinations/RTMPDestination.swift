package import Media
package import Network
package import Primitives
import Sessions
import WebRTC

/// What a push to an RTMP server is to be.
package struct RTMPSettings: Sendable {
    /// `rtmp://…` or `rtmps://…`, with its stream key.
    package var url: String
    package var trust: CertificateTrust
    /// For each wait: to connect, and for the server to take what is sent.
    package var timeout: Duration
    package var reconnect: ReconnectLimits

    package init(
        url: String, trust: CertificateTrust, timeout: Duration,
        reconnect: ReconnectLimits
    ) {
        self.url = url
        self.trust = trust
        self.timeout = timeout
        self.reconnect = reconnect
    }

    package static let usualTimeout = Duration.seconds(8)
}

/// An RTMP server, written to by a thread of its own behind a queue that is bounded.
package final class RTMPDestination: Destination {
    package private(set) var state = DestinationState.idle
    package var onEvent: ((DestinationEvent) -> Void)? {
        get { news.onEvent }
        set { news.onEvent = newValue }
    }

    private let settings: RTMPSettings
    private let loop: EventLoop
    private let news: LoopNews<DestinationEvent>
    private var random = SystemRandomNumberGenerator()
    private var rules: ReconnectRules
    private var offer: DestinationOffer?
    private var video: Int?
    private var audio: Int?
    private var writer: RTMPWriter?
    /// Writers are told apart by this: what an old one says does not count.
    private var generation = 0
    private var timer: LoopTimer?
    private var watchTimer: LoopTimer?
    private var closingTimer: LoopTimer?
    private var onClosed: [() -> Void] = []
    private var meter = RateMeter()
    private var counts = DestinationFigures()
    private var droppedSinceNotice = 0
    private var progress = (frames: 0, at: Instant(nanoseconds: 0))

    private static let watchInterval = Duration.milliseconds(200)
    /// A server that takes nothing for so long is silent.
    private static let silence = Duration.seconds(2)
    /// How long what waits may take to be written at the end.
    private static let closing = Duration.seconds(2)

    package init(_ settings: RTMPSettings, on loop: EventLoop) {
        self.settings = settings
        self.loop = loop
        news = LoopNews(on: loop)
        rules = ReconnectRules(settings.reconnect)
        timer = loop.timer { [weak self] in self?.connect() }
        watchTimer = loop.timer { [weak self] in self?.watch() }
    }

    /// Frames are wanted before the server has taken the stream: the first one makes its header.
    package var wants: [MediaWish] {
        guard writer != nil, state != .ended else { return [] }
        var wishes: [MediaWish] = []
        if let video { wishes.append(MediaWish(kind: .video, choice: video, layers: [0])) }
        if let audio { wishes.append(MediaWish(kind: .audio, choice: audio, layers: [0])) }
        return wishes
    }

    package func start(_ offer: DestinationOffer) {
        guard state == .idle else { return }
        self.offer = offer
        video = offer.video.firstIndex { $0.codec == .h264 }
        audio = offer.audio.firstIndex { $0.codec == .aac && !$0.configuration.isEmpty }
        guard video != nil || audio != nil else { return enter(.failed(.nothingToGive)) }
        connect()
    }

    package func send(_ bytes: Span<UInt8>, _ frame: OutgoingFrame, now: Instant) {
        guard let writer, frame.layer == 0,
            frame.choice == (frame.kind == .video ? video : audio)
        else { return }
        switch writer.add(bytes, frame) {
        case .taken:
            counts.frames += 1
            meter.add(bytes.count, isAudio: frame.kind == .audio)
        case .early: break
        case .full(let dropped):
            counts.framesDropped += dropped
            droppedSinceNotice += dropped
        }
    }

    package func figures(now: Instant) -> DestinationFigures {
        var figures = counts
        figures.sentBitsPerSecond = meter.bitsPerSecond
        figures.codec = video == nil ? nil : .h264
        guard let writer else { return figures }
        let own = writer.figures
        figures.bytes += own.writtenBytes
        figures.queuedBytes = own.queuedBytes
        return figures
    }

    package func close(_ done: @escaping () -> Void) {
        timer?.cancel()
        watchTimer?.cancel()
        news.silence()
        state = .ended
        onClosed.append(done)
        guard let writer else {
            let timer = loop.timer { self.tellClosed() }
            return timer.set(at: loop.now)
        }
        writer.finish()
        // A server that does not take the end is left without one.
        let timer = loop.timer { self.writer?.abort() }
        closingTimer = timer
        timer.set(at: loop.now + Self.closing)
    }

    // MARK: - Connections

    private func connect() {
        guard let offer, state != .ended else { return }
        if rules.attempts > 0 {
            counts.reconnects += 1
            news.tell(.notice(.reconnecting(attempt: rules.attempts)))
        }
        generation += 1
        let (own, loop) = (generation, loop)
        let carried = LoopBound(WeakRTMP(destination: self), loop: loop)
        do throws(NetworkError) {
            writer = try RTMPWriter(
                .rtmp(url: settings.url, trust: settings.trust),
                RTMPWriter.Streams(
                    video: video.map { offer.video[$0] }, audio: audio.map { offer.audio[$0] }),
                timeout: settings.timeout, limits: RTMPQueue.usual
            ) { told in
                loop.submit { carried.value.destination?.take(told, of: own) }
            }
        } catch {
            return enter(.failed(.rtmp(.noThread)))
        }
        progress = (0, loop.now)
        meter = RateMeter()
        watchTimer?.set(at: loop.now + Self.watchInterval)
        enter(.connecting)
        if let video { news.tell(.keyframeWanted(choice: video, layer: 0)) }
    }

    private func take(_ told: RTMPWriter.News, of generation: Int) {
        guard generation == self.generation else { return }
        switch told {
        case .opened:
            guard state != .ended else { return }
            rules.becameLive(now: loop.now)
            enter(
                .live(
                    LiveMedia(
                        video: video, audio: audio, layers: video == nil ? 0 : 1,
                        stalledSince: nil, isFallback: false)))
        case .finished: letGo()
        case .ended(let failure):
            letGo()
            if state != .ended { lose(failure) }
        }
    }

    /// The thread has said its last word, so that it does not keep anybody waiting.
    private func letGo() {
        guard let old = writer else { return }
        counts.bytes += old.figures.writtenBytes
        writer = nil
        old.join()
        watchTimer?.cancel()
        if state == .ended { tellClosed() }
    }

    private func tellClosed() {
        closingTimer?.cancel()
        closingTimer = nil
        let told = onClosed
        onClosed = []
        for done in told { done() }
    }

    private func lose(_ failure: RTMPFailure) {
        let reason = DestinationFailure.rtmp(failure)
        let isFinal = reason.isFinal(hasBeenLive: rules.hasBeenLive)
        switch rules.failed(isFinal: isFinal, now: loop.now, using: &random) {
        case .never: enter(.failed(reason))
        case .again(let delay):
            let until = loop.now + delay
            timer?.set(at: until)
            enter(.waiting(until: until, after: reason, attempts: rules.attempts))
        }
    }

    private func enter(_ next: DestinationState) {
        state = next
        news.tell(.changed)
    }

    // MARK: - Watching

    private func watch() {
        guard let writer else { return }
        watchTimer?.set(at: loop.now + Self.watchInterval)
        meter.tick(every: Self.watchInterval)
        if droppedSinceNotice > 0 {
            news.tell(.notice(.dropped(frames: droppedSinceNotice)))
            droppedSinceNotice = 0
            if let video { news.tell(.keyframeWanted(choice: video, layer: 0)) }
        }
        let own = writer.figures
        if own.writtenFrames != progress.frames || own.queuedBytes == 0 {
            progress = (own.writtenFrames, loop.now)
        }
        guard case .live(var live) = state else { return }
        let isSilent = loop.now - progress.at >= Self.silence
        guard isSilent != (live.stalledSince != nil) else { return }
        live.stalledSince = isSilent ? progress.at : nil
        enter(.live(live))
    }
}

/// A destination as its writer's thread may carry it: it is not kept for its sake.
private struct WeakRTMP {
    weak var destination: RTMPDestination?
}
