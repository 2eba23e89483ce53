import Primitives
import WebRTC

/// Listens to one publication on the relay's loop, and does no more there than copy.
final class RecordingTap: PublicationTap {
    private let recorder: Recorder
    private var batch = PacketBatch()
    private var dropped = 0

    init(_ recorder: Recorder, publication: Int) {
        self.recorder = recorder
        batch.publication = publication
    }

    func began(_ publication: Publication) {}

    func packet(_ bytes: Span<UInt8>, _ packet: PublishedPacket) {
        guard makeRoom(bytes.count, packet.arrival) else {
            dropped += 1
            return
        }
        let start = batch.bytes.count
        batch.bytes.append(bytes)
        batch.entries.append(.packet(packet, start..<batch.bytes.count))
    }

    func report(_ report: SenderReport, media: Int, layer: Int, arrival: Instant) {
        guard makeRoom(0, arrival) else { return }
        batch.entries.append(.report(report, media: media, layer: layer, arrival: arrival))
    }

    func ended(at now: Instant) {
        if !send() { dropped += batch.entries.count }
        recorder.ended(batch.publication, dropped: dropped, at: now)
    }

    /// Sends the batch off where it is full or old; false where it is full and has to stay.
    private func makeRoom(_ count: Int, _ arrival: Instant) -> Bool {
        let isFull =
            batch.bytes.count + count > PacketBatch.size
            || batch.entries.count >= PacketBatch.maximumEntries
        if isFull || batch.begun.map({ arrival - $0 >= PacketBatch.patience }) ?? false {
            guard send() || !isFull else { return false }
        }
        if batch.begun == nil {
            batch.begun = arrival
            if dropped > 0 {
                batch.entries.append(.dropped(dropped))
                dropped = 0
            }
        }
        return true
    }

    private func send() -> Bool {
        batch.entries.isEmpty || recorder.take(&batch)
    }
}
