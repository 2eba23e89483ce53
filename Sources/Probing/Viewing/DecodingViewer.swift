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
    /// It came to nothing, or what it saw is gone.
    case ended(ProbeFailure)
}

/// One viewer that decodes what it gets, and measures all of it. For the loop's thread only.
final class DecodingViewer {
    enum Limits {
        /// From the connection to the first packet.
        static let media: Duration = .seconds(10)
        /// From the first packet of a picture to the first keyframe.
        static let keyframe: Duration = .seconds(10)
        /// From the first keyframe to the first picture.
        static let picture: Duration = .seconds(10)
        /// How long to wait before a missing keyframe is asked for again.
        static let wish: Duration = .milliseconds(700)
    }

    let number: Int
    let loop: EventLoop
    let wallClock: WallClockAnchor
    private(set) var session: ClientSession?
    private(set) var failure: ProbeFailure?
    /// Of the windows that are over.
    private(set) var past = MeasureSet()
    /// Since the last window.
    var current = MeasureSet()
    var facts = ProbeReport.Facts()
    var start = ViewerStart()
    var media = ViewerMedia()
    private var decoding: FrameDecoding?
    private var timer: LoopTimer?
    private let onEvent: (ViewerEvent) -> Void
    private var isClosing = false

    init(
        _ number: Int, _ settings: SessionSettings, _ cryptography: FanOutCryptography,
        on loop: EventLoop, onEvent: @escaping (ViewerEvent) -> Void
    ) throws(NetworkError) {
        self.number = number
        self.loop = loop
        self.onEvent = onEvent
        wallClock = settings.wallClock
        decoding = try FrameDecoding(on: loop) { [weak self] in self?.take($0) }
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

    /// What has been measured since the last call.
    func takeMeasures(now: Instant) -> MeasureSet {
        gatherFigures(now)
        var taken = MeasureSet()
        swap(&taken, &current)
        past.merge(taken)
        return taken
    }

    var row: ProbeReport.Viewer {
        ProbeReport.Viewer(
            number: number, isDecoding: true, failure: failure?.code, measures: past)
    }

    // MARK: - The session

    private func take(_ event: SessionEvent) {
        guard !isClosing else { return }
        switch event {
        case .phase(.connected): join()
        case .phase, .keyframeWanted, .stalled, .resumed: break
        case .notice(let notice): onEvent(.notice(notice))
        case .failed(let failure): end(.session(failure))
        }
    }

    private func join() {
        guard let session else { return }
        start.take(session.marks)
        start.tell(into: &current)
        current.count(.viewersJoined)
        media.take(session.negotiated)
        facts.profile = session.profile?.rawValue
        facts.route = session.route?.text
        timer?.set(at: loop.now + Limits.media)
        onEvent(.joined)
    }

    private func end(_ failure: ProbeFailure) {
        guard self.failure == nil else { return }
        self.failure = failure
        timer?.cancel()
        if case .session = failure {} else { session?.close {} }
        current.count(start.packet == nil ? .viewersFailed : .viewersLost)
        onEvent(.ended(failure))
    }

    /// Looks whether the start goes on.
    private func watch() {
        guard failure == nil, !isClosing, let connected = start.connected else { return }
        guard start.packet != nil else {
            return connected + Limits.media <= loop.now
                ? end(.noMedia) : wait(connected, Limits.media)
        }
        guard let picture = start.picturePacket else { return }
        guard let keyframe = start.keyframe else {
            guard loop.now < picture + Limits.keyframe else { return end(.noKeyframe) }
            if let place = media.videoPlace { session?.requestKeyframe(media: place) }
            timer?.set(at: loop.now + Limits.wish)
            return
        }
        guard start.picture == nil else { return }
        guard keyframe + Limits.picture <= loop.now else { return wait(keyframe, Limits.picture) }
        end(.undecodable(codec: facts.videoCodec ?? ""))
    }

    private func wait(_ start: Instant, _ limit: Duration) {
        timer?.set(at: start + limit)
    }

    private func gatherFigures(_ now: Instant) {
        if let first = start.picture {
            let since = max(media.watchedUntil ?? first, first)
            current.count(.watchedMicroseconds, (now - since).wholeMicroseconds)
            media.watchedUntil = now
        }
        guard let session, session.phase == .connected else { return }
        let counters = session.counters
        current.count(.nacks, Int64(counters.nacksSent - media.nacks))
        current.count(.keyframesAsked, Int64(counters.keyframesAsked - media.keyframesAsked))
        media.nacks = counters.nacksSent
        media.keyframesAsked = counters.keyframesAsked
        if let roundTrip = session.roundTrip { current.add(roundTrip, to: .roundTrip) }
    }

    // MARK: - What was decoded

    private func take(_ report: DecodeReport) {
        guard !isClosing else { return }
        switch report {
        case .picture(let picture): take(picture)
        case .sound: break
        case .damaged(.video, let count): current.count(.framesDamaged, Int64(count))
        case .damaged(.audio, let count): current.count(.soundsDamaged, Int64(count))
        case .failed(let codec, let error):
            onEvent(.remark(ProbeReport.Remark(code: "decoder", detail: "\(error)")))
            if codec.kind == .video, start.picture == nil {
                end(.undecodable(codec: codec.encodingName))
            }
        }
    }
}

// MARK: - Receiving, while the session is being called

extension DecodingViewer: SessionReceiver {
    func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        let now = description.arrival
        if start.packet == nil {
            start.packet = now
            timer?.set(at: now)
            if let setOut = start.setOut { current.add(now - setOut, to: .startPacket) }
            onEvent(.media)
        }
        if media.isVideo(description.media), start.picturePacket == nil {
            start.picturePacket = now
            timer?.set(at: now + Limits.wish)
        }
        current.count(.packetsReceived)
        current.count(.bytesReceived, Int64(packet.count))
        if description.isRepaired { current.count(.packetsRepaired) }
        media.take(packet, description)
    }

    func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        let isVideo = description.codec.kind == .video
        current.count(isVideo ? .framesReceived : .soundsReceived)
        if isVideo {
            facts.videoCodec = description.codec.encodingName
            if description.frame.isKeyframe { takeKeyframe(description.arrival) }
        } else {
            facts.audioCodec = description.codec.encodingName
        }
        // Without its keyframe there would be nothing but errors.
        guard !isVideo || start.keyframe != nil else { return }
        let known = ViewerFrame(
            number: media.takeNumber(), codec: description.codec,
            timestamp: description.frame.timestamp, arrival: description.arrival,
            bytes: frame.count, isKeyframe: description.frame.isKeyframe,
            captured: media.captured(description.media, description.frame.timestamp),
            senderTime: description.senderTime)
        if decoding?.add(frame, known) == false {
            onEvent(.remark(ProbeReport.Remark(code: "decoder_late")))
        }
    }

    private func takeKeyframe(_ arrival: Instant) {
        current.count(.keyframes)
        guard start.keyframe == nil else { return }
        start.keyframe = arrival
        timer?.set(at: arrival + Limits.picture)
        if let setOut = start.setOut { current.add(arrival - setOut, to: .startKeyframe) }
    }

    private func take(_ picture: DecodedPicture) {
        if start.picture == nil {
            start.picture = picture.done
            if let setOut = start.setOut { current.add(picture.done - setOut, to: .startup) }
        }
        current.count(.framesDecoded)
        if facts.width != picture.size.width || facts.height != picture.size.height {
            if facts.width != nil { current.count(.resolutionChanges) }
            (facts.width, facts.height) = (picture.size.width, picture.size.height)
        }
        current.add(picture.begun - picture.frame.arrival, to: .delayBuffer)
        current.add(picture.done - picture.begun, to: .delayDecode)
        current.count(picture.code == nil ? .stampsUnread : .stampsRead)
        guard let code = picture.code else { return }
        let done = wallClock.ntp(at: picture.done).nanosecondsSince1970
        let stamp = code.wallClock(near: WallClock(millisecondsSince1970: done / 1_000_000))
        let late = done - stamp.millisecondsSince1970 * 1_000_000
        if let setOut = start.setOut,
            stamp.millisecondsSince1970 * 1_000_000
                < wallClock.ntp(at: setOut).nanosecondsSince1970
        {
            return current.count(.framesCached)
        }
        current.add(.nanoseconds(late), to: .latencyBurned)
    }
}

extension SessionRoute {
    /// Such as `host-srflx/udp`.
    var text: String { "\(local.rawValue)-\(remote.rawValue)/udp" }
}
