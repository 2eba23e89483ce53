import Primitives
import WebRTC

/// Where the frames of one source lie on the media time of a show, in ticks of its own clock.
///
/// The way from a timestamp to its place is one addition, so that nothing is rounded and nothing
/// drifts; only a jump that time does not explain, or `shift`, changes what is added.
struct SourceTimeline: Sendable {
    /// A timestamp that lies further from where its arrival says is of another clock.
    static let maximumJump = Duration.seconds(10)

    /// The last frame that was placed.
    struct Mark: Sendable, Equatable {
        let timestamp: UInt32
        let ticks: Int64
        let arrival: Instant
    }

    let clockRate: Int32
    var reports: SenderReportClock
    private var unwrapper = Unwrapper<UInt32>()
    /// The place of the timestamp that counts as zero.
    private var base: Int64?
    private(set) var last: Mark?
    /// How often the clock of the source has jumped.
    private(set) var jumps = 0

    init(clockRate: Int32) {
        self.clockRate = clockRate
        reports = SenderReportClock(clockRate: UInt32(clockRate))
    }

    var isPlaced: Bool { base != nil }

    /// Says where a frame lies; all others follow from it.
    mutating func place(_ timestamp: UInt32, at ticks: Int64) {
        base = ticks &- unwrapper.unwrap(timestamp)
    }

    /// Moves all frames from here on.
    mutating func shift(by ticks: Int64) {
        base = base.map { $0 &+ ticks }
    }

    /// The place of a frame; nil before `place`.
    mutating func time(of timestamp: UInt32, arrival: Instant) -> Int64? {
        guard let base else { return nil }
        let whole = unwrapper.unwrap(timestamp)
        var ticks = base &+ whole
        if let last {
            let passed = (arrival - last.arrival).ticks(clockRate)
            let jump = ticks &- last.ticks &- passed
            if jump.magnitude > UInt64(Self.maximumJump.ticks(clockRate)) {
                jumps += 1
                ticks = last.ticks &+ max(passed, 1)
                self.base = ticks &- whole
            }
        }
        last = Mark(timestamp: timestamp, ticks: ticks, arrival: arrival)
        return ticks
    }
}

extension Duration {
    /// In ticks of a clock, to the nearest.
    func ticks(_ rate: Int32) -> Int64 {
        let product = Int128(wholeNanoseconds) * Int128(rate)
        let half: Int128 = product < 0 ? -500_000_000 : 500_000_000
        return Int64(clamping: (product + half) / 1_000_000_000)
    }

    static func ticks(_ ticks: Int64, rate: Int32) -> Duration {
        .nanoseconds(Int64(clamping: Int128(ticks) * 1_000_000_000 / Int128(rate)))
    }
}
