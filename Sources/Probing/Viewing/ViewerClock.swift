import Primitives
import WebRTC

/// Our clock and the sender's, as far as they are known.
struct ViewerClock: Sendable {
    let anchor: WallClockAnchor
    /// Nanoseconds that the sender's clock is ahead of ours.
    var ahead: Int64 = 0

    init(_ anchor: WallClockAnchor) { self.anchor = anchor }

    /// Nanoseconds since 1970 on our own clock.
    func wall(_ instant: Instant) -> Int64 { anchor.ntp(at: instant).nanosecondsSince1970 }

    /// Instants beyond it could not be subtracted from others.
    private static let furthest: UInt64 = 1 << 62

    /// When the sender's clock said so; what cannot be is taken as our own beginning.
    func instant(ofSender nanosecondsSince1970: Int64) -> Instant {
        let (since, first) = nanosecondsSince1970.subtractingReportingOverflow(
            anchor.nanosecondsSince1970)
        let (ours, second) = since.subtractingReportingOverflow(ahead)
        let (sum, third) = ours.addingReportingOverflow(anchor.instant.nanoseconds)
        guard !first, !second, !third, sum.magnitude < Self.furthest else { return anchor.instant }
        return Instant(nanoseconds: sum)
    }

    func instant(ofSender time: NTPTime) -> Instant {
        instant(ofSender: time.nanosecondsSince1970)
    }
}

/// How far the clock of sender reports is from ours, estimated of when they come: a report has been
/// on its way for half a round trip, or longer. The quickest of the last ones tells.
struct ReportClock: Sendable {
    private static let remembered = 32
    private var aheads: [Int64] = []
    private var place = 0

    init() {}

    /// Nanoseconds that the clock of the reports is ahead of ours; nil before the first.
    var ahead: Int64? { aheads.max() }

    mutating func add(_ report: NTPTime, wall: Int64, roundTrip: Duration) {
        // Some senders report zero until their clock is set.
        guard report.rawValue != 0 else { return }
        let ahead = report.nanosecondsSince1970 &+ roundTrip.wholeNanoseconds / 2 &- wall
        if aheads.count < Self.remembered {
            aheads.append(ahead)
        } else {
            aheads[place] = ahead
            place = (place + 1) % Self.remembered
        }
    }
}
