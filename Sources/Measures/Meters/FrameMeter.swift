package import Primitives

/// How smoothly pictures come to one viewer: gaps, freezes, stops, rates, and what their stamps say
/// of repeats and skips.
///
/// A freeze or a rebuffer (`GapRule`) is as long as its gap, and belongs to the window in which it
/// ends.
package struct FrameMeter: Sendable {
    package enum Limits {
        /// A jump of stamp numbers beyond it is a new start of who numbers them.
        static let skip: Int64 = 3_000
        /// A window shorter than this says nothing of rates.
        static let shortestRate: Duration = .milliseconds(500)
        static let videoTicks: Int64 = 90_000
    }

    /// What a decoded picture is worth.
    package enum Standing: Sendable, Equatable {
        case new
        /// Its stamp has been shown before: no latency of its own.
        case repeated
        /// Older than the viewer: it counts for the start, not for latency.
        case cached
    }

    /// The clock that a picture carries.
    package struct Stamp: Sendable, Equatable {
        package let number: Int64
        /// On our clock.
        package let captured: Instant

        package init(number: Int64, captured: Instant) {
            self.number = number
            self.captured = captured
        }
    }

    private let joined: Instant
    private var gaps = GapRule()
    private var lastPicture: Instant?
    private var lastStamp: Stamp?
    /// Pictures since then whose stamp was not read: their numbers were not skipped.
    private var unstamped: Int64 = 0
    private var lastKeyframe: (timestamp: UInt32, at: Instant)?
    private var rolled: Instant?
    private var watched: Instant?
    private var picturesInWindow: Int64 = 0
    /// Who joins is given what led up to now in one burst: that is no sign of how smooth it is.
    private var isCatchingUp = true
    private var lastTimestamp: UInt32?

    /// `joined` is when the viewer asked: what was captured before is from somebody's cache.
    package init(joined: Instant) {
        self.joined = joined
    }

    /// Takes a whole coded frame, before it is decoded. The timestamp is RTP's at 90 kHz.
    package mutating func receive(
        isKeyframe: Bool, timestamp: UInt32, at now: Instant, into set: inout MeasureSet
    ) {
        set.count(.framesReceived)
        guard isKeyframe else { return }
        set.count(.keyframes)
        if let last = lastKeyframe {
            let ticks = Int64(Int32(bitPattern: timestamp &- last.timestamp))
            if ticks > 0 {
                set.add(ticks * 1_000_000 / Limits.videoTicks, to: .keyframeInterval)
            }
        }
        lastKeyframe = (timestamp, now)
    }

    /// Takes a picture as it is shown. The timestamp is RTP's at 90 kHz.
    package mutating func decode(
        _ stamp: Stamp?, timestamp: UInt32, at now: Instant, into set: inout MeasureSet
    ) -> Standing {
        set.count(.framesDecoded)
        if let last = lastPicture {
            let gap = max(0, (now - last).wholeMicroseconds)
            isCatchingUp = isCatchingUp && isBurst(gap, timestamp)
            if isCatchingUp {
                beginWindow(now)
            } else {
                picturesInWindow += 1
                set.add(gap, to: .frameGap)
                judge(gap, into: &set)
                gaps.remember(gap)
            }
        } else {
            beginWindow(now)
            watched = now
        }
        lastPicture = now
        lastTimestamp = timestamp
        guard let stamp else {
            unstamped += 1
            return .new
        }
        return standing(stamp, into: &set)
    }

    /// With the picture that is there now.
    private mutating func beginWindow(_ now: Instant) {
        rolled = now
        picturesInWindow = 1
    }

    /// Whether a picture came in less than half of the time that it is to be shown after the last.
    private func isBurst(_ gap: Int64, _ timestamp: UInt32) -> Bool {
        guard let lastTimestamp else { return false }
        let ticks = Int64(Int32(bitPattern: timestamp &- lastTimestamp))
        return gap * 2 < ticks * 1_000_000 / Limits.videoTicks
    }

    /// Closes a window: its frame rate, and what has been watched of it.
    package mutating func roll(now: Instant, into set: inout MeasureSet) {
        watch(until: now, into: &set)
        guard let start = rolled, now - start >= Limits.shortestRate else { return }
        let microseconds = max(1, (now - start).wholeMicroseconds)
        set.add(picturesInWindow * 1_000_000_000 / microseconds, to: .frameRate)
        picturesInWindow = 0
        rolled = now
    }

    /// Ends the watch: what is frozen now has been so up to here.
    package mutating func finish(now: Instant, into set: inout MeasureSet) {
        if let last = lastPicture, now > last {
            judge((now - last).wholeMicroseconds, into: &set)
        }
        roll(now: now, into: &set)
        lastPicture = nil
        rolled = nil
        watched = nil
    }

    private mutating func watch(until now: Instant, into set: inout MeasureSet) {
        guard let since = watched, now > since else { return }
        let whole = (now - since).wholeMicroseconds
        set.count(.watchedMicroseconds, whole)
        watched = since + .microseconds(whole)
    }

    private func judge(_ gap: Int64, into set: inout MeasureSet) {
        if gaps.isFreeze(gap) { set.add(gap, to: .freeze) }
        if gaps.isRebuffer(gap) { set.add(gap, to: .rebuffer) }
    }

    private mutating func standing(_ stamp: Stamp, into set: inout MeasureSet) -> Standing {
        defer { (lastStamp, unstamped) = (stamp, 0) }
        if let last = lastStamp {
            let ahead = stamp.number.subtractingReportingOverflow(last.number)
            if ahead.partialValue == 0, !ahead.overflow {
                set.count(.framesRepeated)
                return .repeated
            }
            let isNear = !ahead.overflow && ahead.partialValue.magnitude <= Limits.skip
            if isNear, ahead.partialValue < 0, stamp.captured <= last.captured {
                set.count(.framesRepeated)
                return .repeated
            }
            if isNear, ahead.partialValue > 1 {
                set.count(.framesSkipped, max(0, ahead.partialValue - 1 - unstamped))
            }
        }
        guard stamp.captured < joined else { return .new }
        set.count(.framesCached)
        return .cached
    }
}
