import Primitives
import WebRTC

/// Puts the sources of one publication on one media time: by the sender's clock where its reports
/// tell, by arrival until then.
///
/// Sound keeps its own rate, since a gap or an overlap in it is heard. Pictures follow the sound
/// when the two clocks of a sender drift apart, by too little at a time to be seen.
struct PublicationTimeline: Sendable {
    /// Sound and picture may lie so far apart before pictures begin to follow.
    static let tolerance = Duration.milliseconds(4)
    /// How far one picture is moved at most.
    static let step = Duration.milliseconds(1)
    /// What lies further apart is first believed to be a clock that is being set, and later moved
    /// at once.
    static let believableOffset = Duration.milliseconds(500)
    static let patience = Duration.seconds(10)

    /// The first frame of a source.
    struct First: Sendable {
        let source: Int
        let timestamp: UInt32
        let arrival: Instant
    }

    private(set) var sources: [SourceTimeline] = []
    private var kinds: [MediaKind] = []
    /// Of sound, once there is some.
    private var guide: Int?
    private var isFollowing = false
    private var unbelievableSince: Instant?
    private(set) var hasBegun = false

    mutating func add(_ kind: MediaKind, clockRate: Int32) -> Int {
        sources.append(SourceTimeline(clockRate: clockRate))
        kinds.append(kind)
        return sources.count - 1
    }

    mutating func report(_ report: SenderReport, of source: Int) {
        sources[source].reports.receive(ntp: report.ntp, rtpTimestamp: report.rtpTimestamp)
    }

    func hasReport(_ first: First) -> Bool {
        sources[first.source].reports.senderTime(of: first.timestamp) != nil
    }

    /// Places sources so that the earliest of their first frames is at `start`.
    mutating func begin(_ firsts: [First], at start: Duration) {
        guard let reference = firsts.first(where: hasReport) ?? firsts.first else { return }
        hasBegun = true
        let offsets = firsts.map { offset(of: $0, from: reference) }
        let earliest = offsets.min() ?? .zero
        for (first, offset) in zip(firsts, offsets) {
            let rate = sources[first.source].clockRate
            sources[first.source].place(
                first.timestamp, at: (start + offset - earliest).ticks(rate))
        }
    }

    private func offset(of first: First, from reference: First) -> Duration {
        sources[reference.source].reports.offset(
            of: reference.timestamp, to: sources[first.source].reports, first.timestamp)
            ?? first.arrival - reference.arrival
    }

    /// The place of a frame, in ticks of its source.
    mutating func time(of timestamp: UInt32, source: Int, arrival: Instant) -> Int64? {
        guard hasBegun else { return nil }
        if !sources[source].isPlaced { join(source, timestamp, arrival) }
        if kinds[source] == .audio {
            guide = source
        } else {
            follow(source, timestamp, arrival)
        }
        return sources[source].time(of: timestamp, arrival: arrival)
    }

    /// A source that has come later is placed by one that is there.
    private mutating func join(_ source: Int, _ timestamp: UInt32, _ arrival: Instant) {
        let rate = sources[source].clockRate
        var byArrival: Duration?
        for other in sources.indices where other != source {
            guard let mark = sources[other].last else { continue }
            let start = Duration.ticks(mark.ticks, rate: sources[other].clockRate)
            if let offset = sources[other].reports.offset(
                of: mark.timestamp, to: sources[source].reports, timestamp),
                abs(offset) < Self.patience
            {
                sources[source].place(timestamp, at: (start + offset).ticks(rate))
                return
            }
            if byArrival == nil { byArrival = start + (arrival - mark.arrival) }
        }
        sources[source].place(timestamp, at: (byArrival ?? .zero).ticks(rate))
    }

    /// Moves a source of pictures towards where the sender says it belongs beside the sound.
    private mutating func follow(_ source: Int, _ timestamp: UInt32, _ arrival: Instant) {
        guard let guide, let sound = sources[guide].last, let picture = sources[source].last,
            let between = sources[guide].reports.offset(
                of: sound.timestamp, to: sources[source].reports, picture.timestamp)
        else { return }
        let rate = sources[source].clockRate
        let wanted = Duration.ticks(sound.ticks, rate: sources[guide].clockRate) + between
        let error = wanted - Duration.ticks(picture.ticks, rate: rate)
        guard abs(error) <= Self.believableOffset else {
            let since = unbelievableSince ?? arrival
            unbelievableSince = since
            if arrival - since >= Self.patience {
                sources[source].shift(by: error.ticks(rate))
                unbelievableSince = nil
            }
            return
        }
        unbelievableSince = nil
        if abs(error) > Self.tolerance { isFollowing = true }
        guard isFollowing else { return }
        if abs(error) <= Self.step { isFollowing = false }
        let move = min(max(error, .zero - Self.step), Self.step)
        sources[source].shift(by: move.ticks(rate))
    }

    private func abs(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }
}
