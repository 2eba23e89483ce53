package import Primitives

/// The last packets that have been sent, for those who ask for them again.
///
/// Packets lie one after the other in one buffer; the oldest make room. Nothing is allocated after
/// the start.
package struct RetransmissionRing: Sendable {
    /// What a request for a packet comes to.
    package enum Answer: Sendable, Equatable {
        /// Where the packet lies; `packet(at:)` lends it until the next `store`.
        case packet(Range<Int>)
        /// It has been sent less than a round trip ago.
        case tooSoon
        /// It has never been sent or has made room.
        case gone
    }

    private struct Entry: Sendable {
        var sequence: UInt16
        var start: Int
        var length: Int
        var sentAt: Instant
        var isResent: Bool
    }

    package let maximumPackets: Int
    package let maximumBytes: Int
    private var arena: [UInt8]
    // A queue of entries, oldest first, and for each number the entry that had it last.
    private var entries: [Entry]
    private var oldest = 0
    package private(set) var count = 0
    private var places: [Int32]
    private var writePosition = 0

    package init(maximumPackets: Int, maximumBytes: Int) {
        let packets = min(max(maximumPackets, 1), 0x8000)
        self.maximumPackets = packets
        self.maximumBytes = max(maximumBytes, 1)
        arena = []
        // Touched when it is first written: a source of little bit rate never needs it all.
        arena.reserveCapacity(self.maximumBytes)
        let empty = Entry(
            sequence: 0, start: 0, length: 0, sentAt: Instant(nanoseconds: 0), isResent: false)
        entries = [Entry](repeating: empty, count: packets)
        // A power of two that holds every number of a run as long as the queue.
        var size = 1
        while size < packets { size *= 2 }
        places = [Int32](repeating: -1, count: size)
    }

    /// Keeps a packet that is being sent; false where it is longer than the whole buffer.
    @discardableResult
    package mutating func store(
        _ packet: Span<UInt8>, sequence: UInt16, at now: Instant
    ) -> Bool {
        guard !packet.isEmpty, packet.count <= maximumBytes else { return false }
        if count == maximumPackets { dropOldest() }
        if writePosition + packet.count > maximumBytes {
            // What lies between here and the end is older than what lies at the start.
            while count > 0, entries[oldest].start >= writePosition { dropOldest() }
            writePosition = 0
        }
        let end = writePosition + packet.count
        while count > 0, entries[oldest].start < end,
            entries[oldest].start + entries[oldest].length > writePosition
        { dropOldest() }
        if end > arena.count {
            arena.append(contentsOf: repeatElement(0, count: end - arena.count))
        }
        arena.copy(packet, to: writePosition)
        let place = (oldest + count) % maximumPackets
        entries[place] = Entry(
            sequence: sequence, start: writePosition, length: packet.count, sentAt: now,
            isResent: false)
        places[Int(sequence) & (places.count - 1)] = Int32(place)
        count += 1
        writePosition = end
        return true
    }

    /// Finds a packet that is asked for, and counts it as sent again now.
    package mutating func resend(
        _ sequence: UInt16, now: Instant, roundTrip: Duration
    ) -> Answer {
        guard let place = place(of: sequence) else { return .gone }
        let entry = entries[place]
        // The first request may come sooner than the round trip that is believed.
        if entry.isResent, now - entry.sentAt < roundTrip { return .tooSoon }
        entries[place].sentAt = now
        entries[place].isResent = true
        return .packet(entry.start..<(entry.start + entry.length))
    }

    /// Where a packet lies that is still to be sent for the first time.
    package func find(_ sequence: UInt16) -> Range<Int>? {
        place(of: sequence).map { entries[$0].start..<(entries[$0].start + entries[$0].length) }
    }

    /// Puts what has been written into a packet as it left into the packet that is kept.
    package mutating func replace(_ range: Range<Int>, with packet: Span<UInt8>) {
        guard packet.count == range.count, range.upperBound <= arena.count else { return }
        arena.copy(packet, to: range.lowerBound)
    }

    @_lifetime(borrow self)
    package func packet(at range: Range<Int>) -> Span<UInt8> {
        arena.span.extracting(range)
    }

    private func place(of sequence: UInt16) -> Int? {
        let place = Int(places[Int(sequence) & (places.count - 1)])
        guard place >= 0, entries[place].sequence == sequence else { return nil }
        let age = (place - oldest + maximumPackets) % maximumPackets
        return age < count ? place : nil
    }

    private mutating func dropOldest() {
        oldest = (oldest + 1) % maximumPackets
        count -= 1
    }
}
