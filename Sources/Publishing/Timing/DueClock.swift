package import Primitives

/// Says when frames are to leave, and when they were captured, by the clock of the host.
///
/// Media times are nanoseconds since the start of the push.
package struct DueClock: Sendable, Equatable {
    package enum Pace: Sendable, Equatable {
        /// A file: each frame at its time.
        case byMediaTime
        /// A camera, or a live stream: what comes is sent, but a heap of it not at once.
        case asItComes
    }

    package enum Limits {
        /// A file that comes later than this has stopped for a moment, and so does the show.
        static let patience: Int64 = 200_000_000
        /// What has piled up leaves so many times as fast as it plays.
        static let catchingUp: Int64 = 2
        /// A live frame waits at most so long for those before it.
        static let longestWait: Int64 = 1_000_000_000
        /// How fast the clock of a camera may run away from ours: a thousandth.
        static let driftDivisor: Int64 = 1000
    }

    package let pace: Pace
    /// When the media time is zero.
    private var anchor: Int64?
    private var lastMedia: Int64 = 0
    private var lastDue: Int64 = .min
    /// How long a file that did not come has held up the show so far.
    package private(set) var stalled: Duration = .zero

    package init(_ pace: Pace) {
        self.pace = pace
    }

    package var hasStarted: Bool { anchor != nil }

    /// Says beforehand when the media time is zero, for who must know it before a frame is there.
    package mutating func begin(at start: Instant) {
        if anchor == nil { anchor = start.nanoseconds }
    }

    /// When a frame that has just come to the head of its queue should leave.
    package mutating func due(_ media: Int64, arrival now: Instant) -> Instant {
        switch pace {
        case .byMediaTime: return byMediaTime(media, now.nanoseconds)
        case .asItComes: return asItComes(media, now.nanoseconds)
        }
    }

    /// When it was captured, as far as the clocks tell; nil before the first frame.
    package func captured(_ media: Int64) -> Instant? {
        anchor.map { Instant(nanoseconds: $0 + media) }
    }

    /// The media time that is on the air at an instant; nil before the first frame.
    package func media(at now: Instant) -> Int64? {
        anchor.map { now.nanoseconds - $0 }
    }

    private mutating func byMediaTime(_ media: Int64, _ now: Int64) -> Instant {
        guard let anchor else {
            self.anchor = now - media
            return Instant(nanoseconds: now)
        }
        let late = now - (anchor + media)
        if late > Limits.patience {
            self.anchor = anchor + late
            stalled += .nanoseconds(late)
            return Instant(nanoseconds: now)
        }
        return Instant(nanoseconds: anchor + media)
    }

    private mutating func asItComes(_ media: Int64, _ now: Int64) -> Instant {
        let step = max(0, media - lastMedia)
        // The quickest way that a frame has taken tells best when it was captured.
        if let anchor {
            self.anchor = min(anchor + step / Limits.driftDivisor, now - media)
        } else {
            anchor = now - media
            lastMedia = media
        }
        let earliest = lastDue == .min ? now : lastDue + step / Limits.catchingUp
        let due = min(max(now, earliest), now + Limits.longestWait)
        lastMedia = max(lastMedia, media)
        lastDue = due
        return Instant(nanoseconds: due)
    }
}
