package import Primitives

/// Puts the packets of one source back in order.
///
/// A packet whose predecessors are all there comes out at once: whoever plays it has a clock of its
/// own. Behind a gap, packets wait for as long as the network's jitter and a retransmission make
/// likely, between two bounds. Nothing is allocated after the start.
package struct JitterBuffer: Sendable {
    /// How much it holds, and for how long.
    package struct Limits: Sendable {
        /// Rounded up to a power of two, at most 16,384.
        package let maximumPackets: Int
        package let maximumPacketBytes: Int
        package let minimumDelay: Duration
        package let maximumDelay: Duration

        package init(
            maximumPackets: Int, maximumPacketBytes: Int, minimumDelay: Duration,
            maximumDelay: Duration
        ) {
            var size = 1
            while size < min(maximumPackets, 16_384) { size *= 2 }
            self.maximumPackets = size
            self.maximumPacketBytes = max(maximumPacketBytes, 1)
            self.minimumDelay = minimumDelay
            self.maximumDelay = max(minimumDelay, maximumDelay)
        }
    }

    /// What became of a packet that was put in.
    package enum Insertion: Sendable, Equatable {
        case held
        case duplicate
        /// Its place has been passed.
        case late
        case tooLong
        /// There is no place for a number so far ahead: what is held comes out now without
        /// waiting; then the packet can be put in again.
        case full
        /// So far behind that it is believed only together with the next one.
        case doubtful
    }

    /// A packet that has come out; `packet(_:)` lends it until the next `insert`.
    package struct Release: Sendable, Equatable {
        package let sequence: Int64
        package let timestamp: UInt32
        package let arrival: Instant
        /// How many packets are missing right before this one.
        package let missingBefore: Int
        package let bytes: Range<Int>
    }

    private struct Slot: Sendable {
        var sequence: Int64 = 0
        var timestamp: UInt32 = 0
        var arrival = Instant(nanoseconds: 0)
        var length = 0
        var isFull = false
    }

    package let limits: Limits
    /// What a retransmission takes; 0 where none is asked for.
    package var repairDelay = Duration.zero
    package private(set) var held = 0
    package private(set) var lateCount = 0
    package private(set) var duplicateCount = 0
    package private(set) var overflowCount = 0
    package private(set) var missingCount: Int64 = 0
    private let clockRate: UInt32
    private var slots: [Slot]
    private var arena: [UInt8]
    private var unwrapper = SequenceUnwrapper()
    /// The number that comes out next.
    private var next: Int64?
    /// What was missing behind the last packet, where nothing waited for it.
    private var passedOver: Int64 = 0
    private var restartsAt: UInt16?
    /// When the first of the packets that wait behind the gap came.
    private var waitingSince: Instant?
    private var isPressed = false
    private var transit: Int64?
    private var jitterNanoseconds: Int64 = 0

    package init(_ limits: Limits, clockRate: UInt32) {
        self.limits = limits
        self.clockRate = max(clockRate, 1)
        slots = [Slot](repeating: Slot(), count: limits.maximumPackets)
        arena = [UInt8](repeating: 0, count: limits.maximumPackets * limits.maximumPacketBytes)
    }

    /// How long packets wait behind a gap: four times the jitter (nearly all of a normal
    /// distribution), and a retransmission.
    package var targetDelay: Duration {
        let measured = Duration.nanoseconds(jitterNanoseconds * 4) + repairDelay
        return min(max(measured, limits.minimumDelay), limits.maximumDelay)
    }

    /// When `pop` gives something though nothing more arrives; nil where nothing waits.
    package var deadline: Instant? {
        guard held > 0, let waitingSince else { return nil }
        return waitingSince + targetDelay
    }

    package var hasBegun: Bool { next != nil }

    /// Makes room for packets that the very first, `sequence`, may have overtaken.
    package mutating func expectForerunners(_ count: Int64, of sequence: UInt16) {
        guard next == nil else { return }
        next = unwrapper.peek(sequence) &- count
    }

    package mutating func insert(
        _ packet: Span<UInt8>, sequence: UInt16, timestamp: UInt32, at now: Instant
    ) -> Insertion {
        guard packet.count <= limits.maximumPacketBytes else {
            overflowCount &+= 1
            return .tooLong
        }
        var whole = unwrapper.peek(sequence)
        if next == nil || held == 0 && whole >= (next ?? 0) + Int64(slots.count) {
            // The first packet, or one behind a gap that nothing waits for.
            if let next { passedOver &+= whole &- next }
            next = whole
        }
        guard let first = next else { return .doubtful }
        if whole < first {
            let behind = first - whole
            guard let restarted = late(sequence, behind) else {
                lateCount &+= 1
                return behind > Int64(ReceiverStatistics.maximumDropout) ? .doubtful : .late
            }
            whole = restarted
        }
        guard whole - (next ?? whole) < Int64(slots.count) else {
            overflowCount &+= 1
            isPressed = true
            return .full
        }
        let place = Int(truncatingIfNeeded: whole) & (slots.count - 1)
        guard !slots[place].isFull else {
            duplicateCount &+= 1
            return .duplicate
        }
        measure(timestamp, at: now)
        restartsAt = nil
        slots[place] = Slot(
            sequence: whole, timestamp: timestamp, arrival: now, length: packet.count, isFull: true)
        arena.copy(packet, to: place * limits.maximumPacketBytes)
        held += 1
        if whole > unwrapper.last ?? .min { _ = unwrapper.unwrap(sequence) }
        if whole != next, waitingSince == nil { waitingSince = now }
        return .held
    }

    /// The next packet in order, as far as it is there or need not be waited for any more.
    package mutating func pop(now: Instant) -> Release? {
        guard held > 0, let first = next else {
            isPressed = false
            return nil
        }
        var sequence = first
        if !isHeld(first) {
            guard isPressed || deadline.map({ $0 <= now }) ?? true else { return nil }
            repeat { sequence &+= 1 } while !isHeld(sequence)
        }
        let place = Int(truncatingIfNeeded: sequence) & (slots.count - 1)
        let slot = slots[place]
        slots[place].isFull = false
        held -= 1
        next = sequence &+ 1
        let missing = sequence &- first &+ passedOver
        passedOver = 0
        missingCount &+= missing
        if held == 0 {
            waitingSince = nil
            isPressed = false
        } else if sequence != first || waitingSince != nil {
            waitingSince = isHeld(sequence &+ 1) ? waitingSince : earliestArrival()
        }
        let start = place * limits.maximumPacketBytes
        return Release(
            sequence: sequence, timestamp: slot.timestamp, arrival: slot.arrival,
            missingBefore: Int(missing), bytes: start..<(start + slot.length))
    }

    @_lifetime(borrow self)
    package func packet(_ release: Release) -> Span<UInt8> {
        arena.span.extracting(release.bytes)
    }

    private func isHeld(_ sequence: Int64) -> Bool {
        let slot = slots[Int(truncatingIfNeeded: sequence) & (slots.count - 1)]
        return slot.isFull && slot.sequence == sequence
    }

    /// One walk for each gap that is passed.
    private func earliestArrival() -> Instant? {
        var earliest: Instant?
        for slot in slots where slot.isFull {
            earliest = earliest.map { min($0, slot.arrival) } ?? slot.arrival
        }
        return earliest
    }

    /// Two packets in a row from far behind begin anew, once nothing is held any more.
    private mutating func late(_ sequence: UInt16, _ distance: Int64) -> Int64? {
        guard distance > Int64(ReceiverStatistics.maximumDropout) else { return nil }
        guard sequence == restartsAt, held == 0 else {
            restartsAt = sequence &+ 1
            isPressed = held > 0
            return nil
        }
        unwrapper = SequenceUnwrapper()
        passedOver = 0
        transit = nil
        let whole = unwrapper.unwrap(sequence)
        next = whole
        return whole
    }

    /// RFC 3550 A.8 in nanoseconds.
    private mutating func measure(_ timestamp: UInt32, at now: Instant) {
        let ticks = UInt32(truncatingIfNeeded: now.mediaTicks(rate: clockRate)) &- timestamp
        defer { transit = Int64(ticks) }
        guard let transit else { return }
        let difference = Int64(
            Int32(bitPattern: ticks &- UInt32(truncatingIfNeeded: transit)).magnitude)
        // A jump of more than the longest delay is no jitter but a new media clock.
        let nanoseconds = difference * 1_000_000_000 / Int64(clockRate)
        guard nanoseconds <= limits.maximumDelay.wholeNanoseconds * 4 else { return }
        jitterNanoseconds += (nanoseconds - jitterNanoseconds) / 16
    }
}
