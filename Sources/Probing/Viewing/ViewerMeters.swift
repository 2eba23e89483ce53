import Measures
import Primitives
import WebRTC

/// All meters of one viewer, without its network: packets, frames and what they decode to go in.
struct ViewerMeters: Sendable {
    enum Limits {
        /// Sources of packets that are told apart.
        static let sources = 16
        /// How long a cache's frames may be on their way.
        static let caching: Duration = .seconds(10)
        /// A stamp further from now is that of a film with one in it, or of a clock that is wrong.
        static let oldestStamp: Duration = .seconds(60)
        /// A frame that is there so long before it was captured tells that reports do not.
        static let earliestReport: Duration = .milliseconds(-100)
    }

    /// What has been measured and not been taken yet.
    var set = MeasureSet()
    var clock: ViewerClock
    /// There and back, as it was measured last.
    var roundTrip: Duration?

    /// When the viewer set out: what was captured before is from somebody's cache.
    let joined: Instant
    private let kinds: [MediaKind]
    private var notes: [PacketNotes]
    private var sources: [SourceMeters] = []
    private var rate = RateMeter()
    var frames: FrameMeter
    private var sounds: AudioGapMeter
    private var reports: [ReportClock]
    /// Whose sender has reported, so that both are on one clock.
    private var isReported: [Bool]
    var sync = SyncMeter()
    var flashes = FlashFinder()
    private var lastSound: (senderTime: NTPTime, arrival: Instant)?
    private var number: Int64 = 0
    var hasBurned = false
    /// What has been noticed, once each.
    private var noticed: Set<ProbeRemark> = []
    private var untold: [ProbeRemark] = []
    var lastPicture: Instant?

    init(_ kinds: [MediaKind], joined: Instant, clock: ViewerClock) {
        self.kinds = kinds
        self.joined = joined
        self.clock = clock
        notes = kinds.map { _ in PacketNotes() }
        reports = kinds.map { _ in ReportClock() }
        isReported = kinds.map { _ in false }
        frames = FrameMeter(joined: joined)
        sounds = AudioGapMeter(clockRate: Codec.opus.clockRate)
    }

    var videoPlace: Int? { kinds.firstIndex(of: .video) }

    func isVideo(_ place: Int) -> Bool {
        kinds.indices.contains(place) && kinds[place] == .video
    }

    // MARK: - What comes

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        let header = description.header
        rate.receive(bytes: packet.count, at: description.arrival, into: &set)
        if let place = source(header.ssrc, description.media) {
            sources[place].loss.receive(
                sequence: header.sequenceNumber, isRepair: description.isRepaired, into: &set)
            if !description.isRepaired {
                sources[place].jitter.receive(
                    timestamp: header.timestamp, at: description.arrival)
            }
        }
        guard notes.indices.contains(description.media) else { return }
        notes[description.media].take(packet, description)
    }

    mutating func receive(_ report: SenderReport, _ description: ReportDescription) {
        guard let roundTrip, reports.indices.contains(description.media) else { return }
        reports[description.media].add(
            report.ntp, wall: clock.wall(description.arrival), roundTrip: roundTrip)
    }

    /// What is known of a frame that has come whole.
    mutating func receive(_ frame: Span<UInt8>, _ received: ReceivedFrame) -> ViewerFrame {
        number += 1
        let timestamp = received.frame.timestamp
        let note = notes.indices.contains(received.media) ? notes[received.media][timestamp] : nil
        let known = ViewerFrame(
            number: number, media: received.media, codec: received.codec, timestamp: timestamp,
            arrival: received.arrival, bytes: frame.count,
            isKeyframe: received.frame.isKeyframe, captured: note?.captured,
            senderTime: received.senderTime, shown: shown(received))
        switch received.codec.kind {
        case .video:
            frames.receive(
                isKeyframe: known.isKeyframe, timestamp: timestamp, at: known.arrival, into: &set)
        case .audio:
            sounds.take(
                timestamp: timestamp, ticks: OpusPacket.duration(frame) ?? 0,
                isMarked: note?.isMarked ?? false, at: known.arrival, into: &set)
            if let time = known.senderTime { lastSound = (time, known.arrival) }
        }
        return known
    }

    /// On the sender's clock once both media have one, as players bring them together.
    private mutating func shown(_ received: ReceivedFrame) -> Instant {
        guard let time = received.senderTime, isReported.indices.contains(received.media) else {
            return received.arrival
        }
        if !isReported[received.media] {
            isReported[received.media] = true
            // What was seen or heard by its arrival has no partner any more.
            sync = SyncMeter()
        }
        return isReported.allSatisfy { $0 } ? clock.instant(ofSender: time) : received.arrival
    }

    private mutating func source(_ ssrc: UInt32, _ media: Int) -> Int? {
        if let place = sources.firstIndex(where: { $0.ssrc == ssrc }) { return place }
        guard sources.count < Limits.sources else { return nil }
        let rate = (isVideo(media) ? Codec.h264 : Codec.opus).clockRate
        sources.append(SourceMeters(ssrc: ssrc, clockRate: rate))
        return sources.count - 1
    }

    // MARK: - Remarks

    mutating func notice(_ remark: ProbeRemark) {
        if noticed.insert(remark).inserted { untold.append(remark) }
    }

    mutating func takeRemarks() -> [ProbeRemark] {
        defer { untold = [] }
        return untold
    }

    // MARK: - Latency

    /// From capture to the whole frame, estimated of sender reports; nil where they tell of another
    /// clock than the time of day, as some senders' do.
    mutating func networkLatency(of frame: ViewerFrame) -> Duration? {
        guard let time = frame.senderTime, reports.indices.contains(frame.media),
            let ahead = reports[frame.media].ahead
        else { return nil }
        let (late, overflow) = (clock.wall(frame.arrival) &+ ahead)
            .subtractingReportingOverflow(time.nanosecondsSince1970)
        guard !overflow, .nanoseconds(late) >= Limits.earliestReport else {
            notice(.reportsUntrue)
            return nil
        }
        return .nanoseconds(late)
    }

    /// How far the sender's clock has come in the picture, ahead of what it has in the sound that
    /// came with it.
    func reportedLead(of frame: ViewerFrame) -> Duration? {
        guard let time = frame.senderTime, let lastSound else { return nil }
        let arrivals = (frame.arrival - lastSound.arrival).wholeNanoseconds
        return .nanoseconds(time.nanoseconds(since: lastSound.senderTime) &- arrivals)
    }

    // MARK: - Windows

    /// Closes a window: rates belong to it as a whole.
    mutating func roll(now: Instant) {
        frames.roll(now: now, into: &set)
        rate.roll(now: now, into: &set)
        for place in sources.indices { sources[place].jitter.roll(into: &set) }
        if let roundTrip { set.add(roundTrip, to: .roundTrip) }
    }

    /// Ends the watch: what is open now ends here.
    mutating func finish(now: Instant) {
        frames.finish(now: now, into: &set)
        sounds.finish(now: now, into: &set)
        rate.roll(now: now, into: &set)
        for place in sources.indices {
            sources[place].loss.finish(into: &set)
            sources[place].jitter.roll(into: &set)
        }
    }
}

/// The meters of one source's packets.
private struct SourceMeters: Sendable {
    let ssrc: UInt32
    var loss = LossMeter()
    var jitter: JitterMeter

    init(ssrc: UInt32, clockRate: Int) {
        self.ssrc = ssrc
        jitter = JitterMeter(clockRate: clockRate)
    }
}
