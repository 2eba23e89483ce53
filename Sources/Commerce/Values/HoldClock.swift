package import Primitives

/// The clock that deadlines of reservations are counted by: the store's wall clock, made to go
/// forwards only.
///
/// A wall clock that is set back by an hour would keep every held unit from coming back for an hour
/// more. This one goes on from where it was, at the wall clock's pace. One that is set forwards
/// cannot be told from an idle store: what is held then expires, and who pays late is served as
/// long as there is stock.
package struct HoldClock: Sendable, Equatable {
    /// The latest time that it has shown.
    package private(set) var last: WallClock
    /// How far it is ahead of the wall clock.
    package private(set) var ahead: Duration

    package init(last: WallClock = WallClock(millisecondsSince1970: .min), ahead: Duration = .zero)
    {
        self.last = last
        self.ahead = ahead
    }

    /// The time now, where the wall clock says `wall`.
    package mutating func advance(to wall: WallClock) -> WallClock {
        let now = wall + ahead
        if now < last {
            // As durations: what a damaged store says may be as far apart as numbers can be.
            ahead +=
                .milliseconds(last.millisecondsSince1970)
                - .milliseconds(now.millisecondsSince1970)
        } else {
            last = now
        }
        return last
    }

    /// When the wall clock will show a deadline of this clock, if nobody sets it.
    package func wall(of deadline: WallClock) -> WallClock {
        deadline + (.zero - ahead)
    }
}
