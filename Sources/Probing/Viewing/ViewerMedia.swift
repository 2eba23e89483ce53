import Primitives
import WebRTC

/// What a viewer remembers of the media that it gets.
struct ViewerMedia: Sendable {
    private var kinds: [MediaKind] = []
    private var captures: [CaptureRing] = []
    private var frames: Int64 = 0
    var watchedUntil: Instant?
    /// As counted at the end of the last window.
    var nacks = 0
    var keyframesAsked = 0

    init() {}

    mutating func take(_ session: NegotiatedSession?) {
        kinds = session?.media.map(\.kind) ?? []
        captures = kinds.map { _ in CaptureRing() }
    }

    var videoPlace: Int? { kinds.firstIndex(of: .video) }

    func isVideo(_ place: Int) -> Bool {
        kinds.indices.contains(place) && kinds[place] == .video
    }

    mutating func takeNumber() -> Int64 {
        frames += 1
        return frames
    }

    mutating func take(_ packet: Span<UInt8>, _ description: PacketDescription) {
        guard let range = description.extensions.absoluteCaptureTime,
            captures.indices.contains(description.media),
            let time = AbsoluteCaptureTime(packet.extracting(range))
        else { return }
        captures[description.media].add(time.captured, for: description.header.timestamp)
    }

    /// When a frame was captured, as one of its packets has told.
    func captured(_ place: Int, _ timestamp: UInt32) -> NTPTime? {
        captures.indices.contains(place) ? captures[place].time(of: timestamp) : nil
    }
}

/// The capture times of the last frames, by their timestamps.
private struct CaptureRing: Sendable {
    private static let places = 64
    private var entries = [(timestamp: UInt32, time: NTPTime)]()
    private var next = 0

    mutating func add(_ time: NTPTime, for timestamp: UInt32) {
        let last = next == 0 ? entries.count - 1 : next - 1
        guard !entries.indices.contains(last) || entries[last].timestamp != timestamp else {
            return
        }
        if entries.count < Self.places {
            entries.append((timestamp, time))
        } else {
            entries[next] = (timestamp, time)
            next = (next + 1) % Self.places
        }
    }

    func time(of timestamp: UInt32) -> NTPTime? {
        entries.first { $0.timestamp == timestamp }?.time
    }
}
