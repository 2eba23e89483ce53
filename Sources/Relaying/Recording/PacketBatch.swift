import Network
import Primitives
import WebRTC

/// Packets and reports of one publication on their way to the recorder's thread.
struct PacketBatch: Sendable {
    /// Bytes after which a batch goes on its way.
    static let size = 64 << 10
    static let maximumEntries = 1024
    /// How long a packet waits for others.
    static let patience = Duration.milliseconds(50)

    enum Entry: Sendable {
        case packet(PublishedPacket, Range<Int>)
        case report(SenderReport, media: Int, layer: Int, arrival: Instant)
        /// So many packets were dropped here, since the recorder did not keep up.
        case dropped(Int)
    }

    /// Which publication it is of.
    var publication = 0
    var entries: [Entry] = []
    var bytes: [UInt8] = []
    var begun: Instant?

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        begun = nil
    }
}

/// The batches that wait for the recorder's thread, and empty ones to be filled again.
struct BatchQueue: Sendable {
    /// Over all shows: half a minute of eight shows at 1 Mbit/s, or three seconds at 80 Mbit/s.
    static let maximumBytes = 32 << 20
    static let maximumBatches = 16_384
    /// Empty ones that are kept.
    static let maximumSpare = 64

    private(set) var waiting: [PacketBatch] = []
    private var waitingBytes = 0
    private var spare: [PacketBatch] = []

    /// Takes a batch and gives an empty one; false where there is no room.
    mutating func exchange(_ batch: inout PacketBatch) -> (isTaken: Bool, isFirst: Bool) {
        guard waiting.count < Self.maximumBatches,
            waitingBytes + batch.bytes.count <= Self.maximumBytes
        else { return (false, false) }
        waitingBytes += batch.bytes.count
        var empty = spare.popLast() ?? PacketBatch()
        empty.publication = batch.publication
        swap(&batch, &empty)
        waiting.append(empty)
        return (true, waiting.count == 1)
    }

    mutating func takeAll(_ batches: inout [PacketBatch]) {
        swap(&waiting, &batches)
        waitingBytes = 0
    }

    mutating func giveBack(_ batches: inout [PacketBatch]) {
        while var batch = batches.popLast() {
            guard spare.count < Self.maximumSpare else { continue }
            batch.removeAll()
            spare.append(batch)
        }
    }
}
