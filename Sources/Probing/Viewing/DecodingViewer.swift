import Measures
import Media
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import WebRTC

/// What a viewer tells the probe that it belongs to.
enum ViewerEvent {
    case joined
    /// The first packet of media has come.
    case media
    case notice(SessionNotice)
    case remark(ProbeReport.Remark)
    case row(FrameRow)
    case snapshot([UInt8])
    /// It came to nothing, or what it saw is gone.
    case ended(ProbeFailure)
}

/// One viewer that decodes what it gets, and measures all of it. For the loop's thread only.
final class DecodingViewer {
    enum Limits {
        /// How long to wait before a missing keyframe is asked for again.
        static let wish: Duration = .milliseconds(700)
        /// What does not decode is mended by a keyframe, asked for at most so often.
        static let mending: Duration = .seconds(1)
    }

    /// How long a viewer waits for what should come by itself.
    struct Patience: Sendable {
        /// From the connection to the first packet.
        var media: Duration
        /// From the first packet of a picture to the first keyframe.
        var keyframe: Duration
        /// From the first keyframe to the first picture.
        var picture: Duration
        /// From the last packet to giving up hope for another.
        var silence: Duration

        static let usual = Patience(
            media: .seconds(10), keyframe: .seconds(10), picture: .seconds(10),
            silence: .seconds(10))
    }

    /// What is wanted of a viewer beside its measures.
    struct Wishes {
        var rows = false
        var capture = false
        var snapshot = false
    }

    let number: Int
    let loop: EventLoop
    private(set) var session: ClientSession?
    private(set) var failure: ProbeFailure?
    /// Of the windows that are over.
    private(set) var past = MeasureSet()
    /// From the connection on.
    var meters: ViewerMeters?
    /// What has been counted before that, and beside it.
    var current = MeasureSet()
    var facts = ProbeReport.Facts()
    var start = ViewerStart()
    /// When the last packet of media came.
    var heard: Instant?
    var capture: CaptureFile?
    let onEvent: (ViewerEvent) -> Void
    let patience: Patience
    private let wishes: Wishes
    private var clock: ViewerClock
    private(set) var decoding: FrameDecoding?
    private(set) var timer: LoopTimer?
    private var counted = (nacks: 0, keyframes: 0)
    private var hasMended: Instant?
    private(set) var isClosing = false

    init(
        _ number: Int, _ settings: SessionSettings, _ cryptography: FanOutCryptography,
        wishes: Wishes, patience: Patience, on loop: EventLoop,
        onEvent: @escaping (ViewerEvent) -> Void
    ) throws(NetworkError) {
        self.number = number
        self.loop = loop
        self.onEvent = onEvent
        self.wishes = wishes
        self.patience = patience
        clock = ViewerClock(settings.wallClock)
        if wishes.capture { capture = CaptureFile() }
        decoding = try FrameDecoding(on: loop, wantsSnapshot: wishes.snapshot) { [weak self] in
            self?.take($0)
        }
        timer = loop.timer { [weak self] in self?.watch() }
        session = ClientSession(settings, cryptography, on: loop, receiver: self) {
            [weak self] event in self?.take(event)
        }
    }

    func begin() {
        current.count(.viewersAsked)
        session?.start()
    }

    /// Says goodbye; `done` is called once the endpoint has been told, or has had its time.
    func close(_ done: @escaping () -> Void) {
        isClosing = true
        timer?.cancel()
        decoding?.close()
        guard let session else {
            let timer = loop.timer(done)
            return timer.set(at: loop.now)
        }
        session.close(done)
    }

    /// The sender's clock is so far ahead of ours, in nanoseconds.
    func setClock(ahead: Int64) {
        clock.ahead = ahead
        meters?.clock.ahead = ahead
    }

    // MARK: - Measures

    /// Closes a window.
    func roll(now: Instant) {
        guard failure == nil, !isClosing else { return }
        meters?.roll(now: now)
        if let heard, heard + patience.silence <= now { end(.noMedia) }
    }

    /// Ends the watch: what is open now ends here.
    func finish(now: Instant) {
        guard failure == nil else { return }
        meters?.finish(now: now)
    }

    /// What has been measured since the last call.
    func takeMeasures() -> MeasureSet {
        countRequests()
        var taken = MeasureSet()
        swap(&taken, &current)
        if meters != nil {
            var measured = MeasureSet()
            if let measures = meters?.set { measured = measures }
            meters?.set = MeasureSet()
            taken.merge(measured)
        }
        past.merge(taken)
        return taken
    }

    var row: ProbeReport.Viewer {
        ProbeReport.Viewer(
            number: number, isDecoding: true, failure: failure?.code, measures: past)
    }

    private func countRequests() {
        guard let session, start.connected != nil else { return }
        let counters = session.counters
        current.count(.nacks, Int64(counters.nacksSent - counted.nacks))
        current.count(.keyframesAsked, Int64(counters.keyframesAsked - counted.keyframes))
        counted = (counters.nacksSent, counters.keyframesAsked)
        if let roundTrip = session.roundTrip { meters?.roundTrip = roundTrip }
        if facts.profile == nil { facts.profile = session.profile?.rawValue }
        if let route = session.route { facts.route = route.text }
    }

    // MARK: - The session

    private func take(_ event: SessionEvent) {
        guard !isClosing, failure == nil else { return }
        switch event {
        case .phase(.connected): join()
        case .phase, .keyframeWanted, .stalled, .resumed: break
        case .notice(let notice): onEvent(.notice(notice))
        case .failed(let failure): end(.session(failure))
        }
    }

    /// Media may come before this is told.
    func join() {
        guard let session, start.connected == nil, let setOut = session.marks.setOut,
            let negotiated = session.negotiated
        else { return }
        start.take(session.marks)
        start.tell(into: &current)
        current.count(.viewersJoined)
        meters = ViewerMeters(negotiated.media.map(\.kind), joined: setOut, clock: clock)
        timer?.set(at: loop.now + patience.media)
        onEvent(.joined)
    }

    private func end(_ failure: ProbeFailure) {
        guard self.failure == nil else { return }
        meters?.finish(now: loop.now)
        self.failure = failure
        timer?.cancel()
        if case .session = failure {} else { session?.close {} }
        current.count(start.hasSeen ? .viewersLost : .viewersFailed)
        onEvent(.ended(failure))
    }

    /// Whether a picture has been agreed on.
    var hasVideo: Bool { meters?.videoPlace != nil }

    /// Looks whether the start goes on.
    private func watch() {
        guard failure == nil, !isClosing, let connected = start.connected else { return }
        let now = loop.now
        guard start.packet != nil else {
            return connected + patience.media <= now
                ? end(.noMedia) : wait(connected, patience.media)
        }
        guard let picture = start.picturePacket else { return }
        guard let keyframe = start.keyframe else {
            guard now < picture + patience.keyframe else { return end(.noKeyframe) }
            if let place = meters?.videoPlace { session?.requestKeyframe(media: place) }
            timer?.set(at: now + Limits.wish)
            return
        }
        guard start.picture == nil else { return }
        guard keyframe + patience.picture <= now else { return wait(keyframe, patience.picture) }
        end(.undecodable(codec: facts.videoCodec ?? ""))
    }

    private func wait(_ start: Instant, _ limit: Duration) {
        timer?.set(at: start + limit)
    }

    // MARK: - What was decoded

    private func take(_ report: DecodeReport) {
        guard !isClosing, failure == nil else { return }
        switch report {
        case .picture(let picture): take(picture)
        case .sound(let sound):
            if !hasVideo { noteStart(sound.done) }
            guard let row = meters?.take(sound), wishes.rows else { return }
            onEvent(.row(row))
        case .damaged(.video, let count):
            current.count(.framesDamaged, Int64(count))
            mend()
        case .damaged(.audio, let count): current.count(.soundsDamaged, Int64(count))
        case .failed(let codec, let error): fail(codec, error)
        case .snapshot(let bytes): onEvent(.snapshot(bytes))
        }
    }

    private func take(_ picture: DecodedPicture) {
        noteStart(picture.done)
        if facts.width != picture.size.width || facts.height != picture.size.height {
            if facts.width != nil { current.count(.resolutionChanges) }
            (facts.width, facts.height) = (picture.size.width, picture.size.height)
        }
        guard let row = meters?.take(picture), wishes.rows else { return }
        onEvent(.row(row))
    }

    private func noteStart(_ done: Instant) {
        guard start.picture == nil else { return }
        start.picture = done
        if let setOut = start.setOut { current.add(done - setOut, to: .startup) }
    }

    /// A decoder that goes wrong goes on being wrong until a keyframe comes.
    private func mend() {
        guard hasMended.map({ $0 + Limits.mending <= loop.now }) ?? true,
            let place = meters?.videoPlace
        else { return }
        hasMended = loop.now
        session?.requestKeyframe(media: place)
    }

    private func fail(_ codec: Codec, _ error: MediaError) {
        onEvent(.remark(ProbeReport.Remark(error.remark, detail: codec.encodingName)))
        if case .noDecoder = error, codec.kind == .video {
            end(.undecodable(codec: codec.encodingName))
        } else if codec.kind == .video {
            current.count(.framesDamaged)
            mend()
        } else {
            current.count(.soundsDamaged)
        }
    }
}

extension MediaError {
    fileprivate var remark: ProbeRemark {
        if case .noDecoder = self { .decoderAbsent } else { .decoderFailed }
    }
}

extension SessionRoute {
    /// Such as `host-srflx/udp`.
    fileprivate var text: String { "\(local.rawValue)-\(remote.rawValue)/udp" }
}
