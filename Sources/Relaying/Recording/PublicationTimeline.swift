import Primitives
import WebRTC

/// Puts the sources of one publication on one media time: by the sender's clock where its reports
/// tell, by arrival until then.
///
/// Sound keeps its own rate, since a gap or an overlap in it is heard. Pictures follow the sound
/// when the two clocks of a sender drift apart, by too little at a time to be seen.
struct PublicationTimeline: Sendable {
    /// Sound and picture may lie so far apart before pictures begin to follow.
    static let tolerance = Duration.milliseconds(8)
    /// How far one picture is moved at most.
    static let step = Duration.milliseconds(1)
    /// Reports are as exact as their sender is punctual: only what many of them say is believed.
    static let measuringInterval = Duration.seconds(1)
    static let measurements = 15
    /// What is far more than a sender's lack of punctuality is believed sooner.
    static let largeOffset = Duration.milliseconds(30)
    static let measurementsOfLargeOffset = 5
    /// What lies further apart than this is moved at once.
    static let hugeOffset = Duration.milliseconds(500)
    /// A report that places a source further away is of another clock.
    static let maximumOffset = Duration.seconds(10)

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
    /// How far pictures lay before where they belong beside the sound.
    private var errors: [Duration] = []
    private var measured: Instant?
    /// How far they are still to be moved.
    private var correction = Duration.zero
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
                abs(offset) < Self.maximumOffset
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
        if correction != .zero {
            let isHuge = abs(correction) > Self.hugeOffset
            let move =
                isHuge ? correction : min(max(correction, .zero - Self.step), Self.step)
            sources[source].shift(by: move.ticks(sources[source].clockRate))
            correction -= move
            return
        }
        guard measured.map({ arrival - $0 >= Self.measuringInterval }) ?? true,
            let error = error(of: source)
        else { return }
        measured = arrival
        if errors.count == Self.measurements { errors.removeFirst() }
        errors.append(error)
        let median = errors.sorted()[errors.count / 2]
        let isBelieved =
            errors.count >= Self.measurements && abs(median) > Self.tolerance
            || errors.count >= Self.measurementsOfLargeOffset && abs(median) > Self.largeOffset
        guard isBelieved else { return }
        correction = median
        errors.removeAll(keepingCapacity: true)
    }

    private func error(of source: Int) -> Duration? {
        guard let guide, let sound = sources[guide].last, let picture = sources[source].last,
            let between = sources[guide].reports.offset(
                of: sound.timestamp, to: sources[source].reports, picture.timestamp)
        else { return nil }
        let wanted = Duration.ticks(sound.ticks, rate: sources[guide].clockRate) + between
        return wanted - Duration.ticks(picture.ticks, rate: sources[source].clockRate)
    }

    private func abs(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }
}
