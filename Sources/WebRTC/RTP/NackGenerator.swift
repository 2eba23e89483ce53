package import Primitives

/// Tells which packets of a source are missing and when to ask for them.
package struct NackGenerator: Sendable {
    /// How hard it tries.
    package struct Limits: Sendable {
        /// Packets that may be missing at once; more than that needs a keyframe.
        package var maximumMissing: Int
        package var maximumTries: Int
        /// After this a packet is too late to be shown.
        package var maximumAge: Duration
        /// How long a packet may be out of order before it counts as missing.
        package var reorderTolerance: Duration
        /// The shortest time between two requests for one packet; the round trip if that is longer.
        package var minimumInterval: Duration

        package init(
            maximumMissing: Int, maximumTries: Int, maximumAge: Duration,
            reorderTolerance: Duration, minimumInterval: Duration
        ) {
            self.maximumMissing = max(maximumMissing, 1)
            self.maximumTries = max(maximumTries, 1)
            self.maximumAge = maximumAge
            self.reorderTolerance = reorderTolerance
            self.minimumInterval = minimumInterval
        }

        /// As browsers do it.
        package static let video = Limits(
            maximumMissing: 1000, maximumTries: 10, maximumAge: .seconds(2),
            reorderTolerance: .milliseconds(10), minimumInterval: .milliseconds(20))
        /// Opus conceals what comes later than this.
        package static let audio = Limits(
            maximumMissing: 100, maximumTries: 3, maximumAge: .milliseconds(400),
            reorderTolerance: .milliseconds(10), minimumInterval: .milliseconds(20))
    }

    private struct Missing: Sendable {
        let sequence: Int64
        let since: Instant
        var due: Instant
        var tries = 0
        /// For the first time.
        var asked: Instant?
    }

    package let limits: Limits
    /// When `poll` has something to do; nil while nothing is missing.
    package private(set) var deadline: Instant?
    /// Packets that came after they had been missed.
    package private(set) var recovered = 0
    /// Packets that are not asked for any more.
    package private(set) var abandoned = 0
    private var highest = SequenceUnwrapper()
    private var restartsAt: UInt16?
    // In sending order.
    private var missing: [Missing] = []
    private var needsKeyframe = false

    package init(_ limits: Limits) {
        self.limits = limits
        missing.reserveCapacity(limits.maximumMissing)
    }

    package var missingCount: Int { missing.count }
    /// The earliest packet that is missing.
    package var firstMissing: UInt16? {
        missing.first.map { UInt16(truncatingIfNeeded: $0.sequence) }
    }

    /// Takes note of a packet that has arrived, retransmitted or not; says when it was first asked
    /// for, if it was.
    @discardableResult
    package mutating func receive(_ sequence: UInt16, at now: Instant) -> Instant? {
        guard let last = highest.last else {
            _ = highest.unwrap(sequence)
            return nil
        }
        let whole = highest.peek(sequence)
        let ahead = whole &- last
        if ahead <= 0 {
            if ahead < -Int64(ReceiverStatistics.maximumDropout) {
                restart(ifAgain: sequence)
                return nil
            }
            return remove(whole)
        }
        restartsAt = nil
        _ = highest.unwrap(sequence)
        let gap = ahead - 1
        guard gap > 0 else { return nil }
        guard gap + Int64(missing.count) <= Int64(limits.maximumMissing) else {
            // Asking for so much would only add to what has caused it.
            giveUp(missing.count + Int(gap))
            return nil
        }
        let due = now + limits.reorderTolerance
        for step in 1...gap {
            missing.append(Missing(sequence: last &+ step, since: now, due: due))
        }
        deadline = deadline.map { min($0, due) } ?? due
        return nil
    }

    /// A keyframe has arrived whose first packet is `sequence`: what came before it is not needed.
    package mutating func receiveKeyframe(startingAt sequence: UInt16) {
        let whole = highest.peek(sequence)
        missing.removeAll { $0.sequence < whole }
        if missing.isEmpty { deadline = nil }
        needsKeyframe = false
    }

    /// Appends the numbers to ask for now, as many as fit; those left over stay due.
    package mutating func poll(
        now: Instant, roundTrip: Duration, into output: inout OutputSpan<UInt16>
    ) {
        guard let deadline, deadline <= now else { return }
        let interval = max(limits.minimumInterval, roundTrip)
        var next: Instant?
        var kept = 0
        for index in missing.indices {
            var entry = missing[index]
            if entry.due <= now {
                if entry.tries >= limits.maximumTries || now - entry.since > limits.maximumAge {
                    abandoned &+= 1
                    needsKeyframe = true
                    continue
                }
                if output.freeCapacity > 0 {
                    output.append(UInt16(truncatingIfNeeded: entry.sequence))
                    entry.tries += 1
                    entry.asked = entry.asked ?? now
                    entry.due = now + interval
                }
            }
            next = next.map { min($0, entry.due) } ?? entry.due
            missing[kept] = entry
            kept += 1
        }
        missing.removeLast(missing.count - kept)
        self.deadline = next
    }

    /// Whether packets have been given up since this was last asked: only a keyframe helps then.
    package mutating func takeKeyframeRequest() -> Bool {
        defer { needsKeyframe = false }
        return needsKeyframe
    }

    private mutating func giveUp(_ count: Int) {
        abandoned &+= count
        missing.removeAll(keepingCapacity: true)
        deadline = nil
        needsKeyframe = true
    }

    /// Two packets in a row from far behind: the source counts from a new start.
    private mutating func restart(ifAgain sequence: UInt16) {
        guard sequence == restartsAt else {
            restartsAt = sequence &+ 1
            return
        }
        restartsAt = nil
        giveUp(missing.count)
        highest = SequenceUnwrapper()
        _ = highest.unwrap(sequence)
    }

    private mutating func remove(_ sequence: Int64) -> Instant? {
        var low = 0
        var high = missing.count
        while low < high {
            let middle = (low + high) / 2
            if missing[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        guard low < missing.count, missing[low].sequence == sequence else { return nil }
        let found = missing.remove(at: low)
        recovered &+= 1
        if missing.isEmpty { deadline = nil }
        return found.asked
    }
}
