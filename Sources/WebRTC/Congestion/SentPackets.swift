package import Primitives

/// What a feedback says of a packet that we have sent.
package struct PacketOutcome: Sendable, Equatable {
    package let sentAt: Instant
    package let bytes: Int
    /// On the receiver's clock; nil where it has not arrived.
    package let arrival: Instant?
}

/// The packets that have been sent and not yet been spoken of, by transport-wide number.
package struct SentPackets: Sendable {
    /// A power of two: at 1,200 bytes a packet, 4,096 are two seconds of 20 Mbit/s.
    package static let maximumPackets = 4096

    private struct Entry: Sendable {
        var sequence: Int64 = -1
        var sentAt = Instant(nanoseconds: 0)
        var bytes = 0
    }

    private var entries = [Entry](repeating: Entry(), count: Self.maximumPackets)
    private var next: Int64 = 0
    private var reference: Int64?
    package private(set) var inFlightBytes = 0

    package init() {}

    /// Gives a packet its number.
    package mutating func send(bytes: Int, at now: Instant) -> UInt16 {
        let place = Int(truncatingIfNeeded: next) & (Self.maximumPackets - 1)
        if entries[place].sequence >= 0 { inFlightBytes -= entries[place].bytes }
        entries[place] = Entry(sequence: next, sentAt: now, bytes: bytes)
        inFlightBytes += bytes
        defer { next &+= 1 }
        return UInt16(truncatingIfNeeded: next)
    }

    /// Matches a feedback with what has been sent; packets that are not known are passed over.
    package mutating func receive(
        _ feedback: borrowing TransportFeedback, _ body: (PacketOutcome) -> Void
    ) {
        let origin = unwrap(feedback.referenceTime)
        let told = Int64(feedback.referenceTime) * TransportFeedback.ticksInReference
        var cursor = feedback.arrivals()
        while let arrival = cursor.next() {
            let behind = UInt16(truncatingIfNeeded: next) &- arrival.sequenceNumber
            let sequence = next - Int64(behind)
            let place = Int(truncatingIfNeeded: sequence) & (Self.maximumPackets - 1)
            guard behind > 0, entries[place].sequence == sequence else { continue }
            let entry = entries[place]
            entries[place].sequence = -1
            inFlightBytes -= entry.bytes
            let at = arrival.ticks.map {
                Instant(
                    nanoseconds: (origin &* TransportFeedback.ticksInReference &+ $0 &- told)
                        &* (1_000_000_000 / TransportFeedback.ticksInSecond))
            }
            body(PacketOutcome(sentAt: entry.sentAt, bytes: entry.bytes, arrival: at))
        }
    }

    /// The receiver's clock past the 24 bits that a feedback has.
    private mutating func unwrap(_ referenceTime: Int32) -> Int64 {
        guard let last = reference else {
            reference = Int64(referenceTime)
            return Int64(referenceTime)
        }
        // The difference of 24 bits, with its sign.
        let difference = ((Int32(truncatingIfNeeded: last) &- referenceTime) &<< 8) &>> 8
        var whole = last &- Int64(difference)
        // Times that no receiver reaches honestly begin anew, so that instants cannot overflow.
        if whole.magnitude > 1 << 35 { whole = Int64(referenceTime) }
        reference = whole
        return whole
    }
}
