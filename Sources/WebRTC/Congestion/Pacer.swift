package import Primitives

/// Which packet goes first when there is room for one.
package enum PacingPriority: Int, Sendable, CaseIterable {
    case audio, retransmission, video, padding
}

/// Spreads packets over time, so that a frame does not fill the path's queue in one go.
///
/// `Payload` is what the caller finds its packet by. Nothing is allocated after the start.
package struct Pacer<Payload: Sendable>: Sendable {
    /// How much may wait.
    package struct Limits: Sendable {
        /// For each priority.
        package let maximumPackets: Int
        /// For all priorities together.
        package let maximumBytes: Int
        /// What has waited longer is dropped.
        package let maximumAge: Duration
        /// How much may go out at once after a pause.
        package let burst: Duration

        package init(
            maximumPackets: Int, maximumBytes: Int, maximumAge: Duration, burst: Duration
        ) {
            self.maximumPackets = max(maximumPackets, 1)
            self.maximumBytes = max(maximumBytes, 1)
            self.maximumAge = maximumAge
            self.burst = burst
        }
    }

    private struct Waiting: Sendable {
        let payload: Payload
        let bytes: Int
        let since: Instant
    }

    package let limits: Limits
    package private(set) var bitsPerSecond: Double
    package private(set) var queuedBytes = 0
    package private(set) var queuedPackets = 0
    /// Refused because there was no room, or dropped because they had waited too long.
    package private(set) var droppedPackets = 0
    package private(set) var droppedBytes = 0
    // One ring for each priority, one after the other.
    private var rings: [Waiting?]
    private var heads = InlineArray<4, Int>(repeating: 0)
    private var counts = InlineArray<4, Int>(repeating: 0)
    /// When what has been sent is paid for.
    private var paidAt = Instant(nanoseconds: .min / 2)

    package init(_ limits: Limits, bitsPerSecond: Double) {
        self.limits = limits
        self.bitsPerSecond = max(bitsPerSecond, 1000)
        rings = [Waiting?](
            repeating: nil, count: limits.maximumPackets * PacingPriority.allCases.count)
    }

    package mutating func setRate(bitsPerSecond: Double) {
        self.bitsPerSecond = max(bitsPerSecond, 1000)
    }

    /// Queues a packet; false where it had to be dropped.
    @discardableResult
    package mutating func enqueue(
        _ payload: Payload, bytes: Int, _ priority: PacingPriority, at now: Instant
    ) -> Bool {
        let ring = priority.rawValue
        guard counts[ring] < limits.maximumPackets, queuedBytes + bytes <= limits.maximumBytes
        else {
            droppedPackets &+= 1
            droppedBytes &+= bytes
            return false
        }
        let place = (heads[ring] + counts[ring]) % limits.maximumPackets
        rings[ring * limits.maximumPackets + place] = Waiting(
            payload: payload, bytes: bytes, since: now)
        counts[ring] += 1
        queuedBytes += bytes
        queuedPackets += 1
        return true
    }

    /// When `pop` gives a packet; nil while none waits. Audio is so little that it does not wait.
    package var deadline: Instant? {
        guard queuedPackets > 0 else { return nil }
        let audio = PacingPriority.audio.rawValue
        if counts[audio] > 0 {
            return rings[audio * limits.maximumPackets + heads[audio]]?.since
        }
        return paidAt
    }

    /// The packet that goes out now; nil where none waits or what went out is not yet paid for.
    package mutating func pop(now: Instant) -> Payload? {
        for ring in 0..<PacingPriority.allCases.count {
            while let waiting = first(ring) {
                if now - waiting.since > limits.maximumAge {
                    remove(ring, waiting.bytes)
                    droppedPackets &+= 1
                    droppedBytes &+= waiting.bytes
                    continue
                }
                let isAudio = ring == PacingPriority.audio.rawValue
                guard isAudio || paidAt <= now else { return nil }
                remove(ring, waiting.bytes)
                let earliest = now + (.zero - limits.burst)
                let cost = Double(waiting.bytes) * 8 * 1e9 / bitsPerSecond
                paidAt = max(paidAt, earliest) + .nanoseconds(Int64(min(cost, 1e15)))
                return waiting.payload
            }
        }
        return nil
    }

    private func first(_ ring: Int) -> Waiting? {
        counts[ring] == 0 ? nil : rings[ring * limits.maximumPackets + heads[ring]]
    }

    private mutating func remove(_ ring: Int, _ bytes: Int) {
        rings[ring * limits.maximumPackets + heads[ring]] = nil
        heads[ring] = (heads[ring] + 1) % limits.maximumPackets
        counts[ring] -= 1
        queuedBytes -= bytes
        queuedPackets -= 1
    }
}
