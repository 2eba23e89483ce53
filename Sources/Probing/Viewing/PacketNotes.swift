import Primitives
import WebRTC

/// What packets have told of the last frames of an m-line, by their timestamps.
struct PacketNotes: Sendable {
    private static let places = 64

    struct Note: Sendable {
        var timestamp: UInt32
        var captured: NTPTime?
        /// The mark of the frame's last packet; of sound, that of one after a pause.
        var isMarked: Bool
    }

    private var notes: [Note] = []
    private var last = 0

    init() {
        notes.reserveCapacity(Self.places)
    }

    mutating func take(_ packet: Span<UInt8>, _ description: PacketDescription) {
        let timestamp = description.header.timestamp
        if notes.isEmpty || notes[last].timestamp != timestamp {
            let place = notes.lastIndex { $0.timestamp == timestamp }
            last = place ?? add(timestamp)
        }
        if description.header.marker { notes[last].isMarked = true }
        guard notes[last].captured == nil, let range = description.extensions.absoluteCaptureTime
        else { return }
        notes[last].captured = AbsoluteCaptureTime(packet.extracting(range))?.captured
    }

    subscript(timestamp: UInt32) -> Note? { notes.first { $0.timestamp == timestamp } }

    private mutating func add(_ timestamp: UInt32) -> Int {
        let note = Note(timestamp: timestamp, captured: nil, isMarked: false)
        guard notes.count == Self.places else {
            notes.append(note)
            return notes.count - 1
        }
        let place = (last + 1) % Self.places
        notes[place] = note
        return place
    }
}
