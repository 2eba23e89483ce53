/// When one packet arrived, as transport-wide feedback says it.
package struct PacketArrival: Sendable, Equatable {
    package let sequenceNumber: UInt16
    /// In ticks of 250 µs since the receiver's own start; nil where it has not arrived.
    package let ticks: Int64?

    package init(sequenceNumber: UInt16, ticks: Int64?) {
        self.sequenceNumber = sequenceNumber
        self.ticks = ticks
    }
}

/// Arrival times of all packets of a transport
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
package struct TransportFeedback: ~Escapable {
    package static let ticksInSecond: Int64 = 4000
    /// A reference time counts 64 ms.
    static let ticksInReference: Int64 = 256

    package let sender: UInt32
    package let media: UInt32
    package let baseSequence: UInt16
    package let statusCount: Int
    /// 24 bits, signed, in units of 64 ms.
    package let referenceTime: Int32
    package let feedbackCount: UInt8
    private let bytes: Span<UInt8>
    private let deltasStart: Int

    /// Nil where chunks or deltas do not hold what the counts promise.
    @_lifetime(copy bytes)
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 16 else { return nil }
        sender = bytes.uint32(at: 0)
        media = bytes.uint32(at: 4)
        baseSequence = bytes.uint16(at: 8)
        statusCount = Int(bytes.uint16(at: 10))
        let reference = Int32(bitPattern: bytes.uint24(at: 12))
        referenceTime = reference & 0x80_0000 == 0 ? reference : reference - 0x100_0000
        feedbackCount = bytes[15]
        self.bytes = bytes
        var chunks = StatusCursor(bytes, at: 16, count: statusCount)
        var deltaBytes = 0
        while let status = chunks.next() {
            guard status != .reserved else { return nil }
            deltaBytes += status.deltaLength
        }
        guard chunks.isComplete, bytes.count - chunks.position >= deltaBytes else { return nil }
        deltasStart = chunks.position
    }

    /// A walk over the packets, from the base sequence number on.
    @_lifetime(copy self)
    package func arrivals() -> ArrivalCursor {
        ArrivalCursor(
            bytes, statusCount: statusCount, deltasStart: deltasStart, baseSequence: baseSequence,
            referenceTime: referenceTime)
    }
}

/// A walk over what a feedback says of each packet.
package struct ArrivalCursor: ~Escapable {
    private let bytes: Span<UInt8>
    private var chunks: StatusCursor
    private var deltas: Int
    private var sequence: UInt16
    private var ticks: Int64

    @_lifetime(copy bytes)
    init(
        _ bytes: Span<UInt8>, statusCount: Int, deltasStart: Int, baseSequence: UInt16,
        referenceTime: Int32
    ) {
        self.bytes = bytes
        chunks = StatusCursor(bytes, at: 16, count: statusCount)
        deltas = deltasStart
        sequence = baseSequence
        ticks = Int64(referenceTime) * TransportFeedback.ticksInReference
    }

    @_lifetime(self: copy self)
    package mutating func next() -> PacketArrival? {
        guard let status = chunks.next() else { return nil }
        defer { sequence &+= 1 }
        switch status {
        case .missing, .reserved:
            return PacketArrival(sequenceNumber: sequence, ticks: nil)
        case .smallDelta:
            ticks += Int64(bytes[deltas])
        case .largeDelta:
            ticks += Int64(Int16(bitPattern: bytes.uint16(at: deltas)))
        }
        deltas += status.deltaLength
        return PacketArrival(sequenceNumber: sequence, ticks: ticks)
    }
}

/// What two bits of a status chunk say of a packet.
enum ArrivalStatus: UInt8 {
    case missing = 0
    case smallDelta = 1
    case largeDelta = 2
    case reserved = 3

    var deltaLength: Int {
        switch self {
        case .smallDelta: 1
        case .largeDelta: 2
        case .missing, .reserved: 0
        }
    }
}

/// A walk over the status chunks of a feedback.
struct StatusCursor: ~Escapable {
    private let bytes: Span<UInt8>
    /// Behind the chunk that is being read.
    private(set) var position: Int
    private var left: Int
    private var chunk: UInt16 = 0
    private var leftInChunk = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, at position: Int, count: Int) {
        self.bytes = bytes
        self.position = position
        left = count
    }

    var isComplete: Bool { left == 0 }

    @_lifetime(self: copy self)
    mutating func next() -> ArrivalStatus? {
        guard left > 0 else { return nil }
        // A run of zero is legal and says nothing.
        while leftInChunk == 0 {
            guard bytes.count - position >= 2 else { return nil }
            chunk = bytes.uint16(at: position)
            position += 2
            leftInChunk =
                chunk & 0x8000 == 0
                ? Int(chunk & 0x1FFF) : chunk & 0x4000 == 0 ? 14 : 7
        }
        leftInChunk -= 1
        left -= 1
        let bits: UInt16 =
            if chunk & 0x8000 == 0 {
                chunk >> 13 & 3
            } else if chunk & 0x4000 == 0 {
                chunk >> UInt16(leftInChunk) & 1
            } else {
                chunk >> UInt16(leftInChunk * 2) & 3
            }
        return ArrivalStatus(rawValue: UInt8(bits))
    }
}
