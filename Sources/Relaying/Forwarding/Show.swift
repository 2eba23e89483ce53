import Primitives
import Signaling
import WebRTC

/// One show: who publishes it, what has come of it, and who watches.
///
/// It outlives its publisher as long as somebody watches, and goes on with the next one.
final class Show {
    let name: String
    var publisher: RelayPublisher?
    /// Audio and video, at most one of each; viewers know them by their kind.
    var tracks: [ShowTrack] = []
    var viewers: [RelayViewer] = []
    var activeSince: Instant?
    var packetsForwarded = 0
    /// When what is pending is forwarded at the latest.
    var due: Instant?
    /// Who was first at the last flush, so that it is somebody else each time.
    var turn = 0
    /// What the publisher's clock is behind ours, the way to us included.
    var clockDifference: Int64?

    init(_ name: String) {
        self.name = name
    }

    func track(_ kind: MediaKind) -> ShowTrack? {
        tracks.first { $0.kind == kind }
    }

    var isUnused: Bool { publisher == nil && viewers.isEmpty }
}

/// The audio or the video of a show.
final class ShowTrack {
    let kind: MediaKind
    let codec: Codec
    /// As the publisher wrote it.
    var format: CodecFormat
    var layers: [ShowLayer]
    private var formats: [ForwardFormat] = []

    /// Viewers of other programs have other numbers; so many are told apart at a time.
    static let maximumFormats = 64

    init(_ codec: Codec, _ format: CodecFormat, rids: [String]) {
        kind = codec.kind
        self.codec = codec
        self.format = format
        layers = (rids.isEmpty ? [""] : rids).map { ShowLayer($0, codec) }
    }

    /// The format for viewers that have agreed on this; one that many share.
    func format(_ key: ForwardFormat.Key) -> ForwardFormat {
        if let known = formats.first(where: { $0.key == key }) { return known }
        let format = ForwardFormat(key)
        if formats.count >= Self.maximumFormats { formats.removeFirst() }
        formats.append(format)
        return format
    }

    /// The layer to begin with: the largest that is there.
    var best: Int {
        let active = layers.indices.filter { layers[$0].ring.lastArrival != nil }
        return active.max { layers[$0].bitsPerSecond < layers[$1].bitsPerSecond } ?? 0
    }
}

/// One layer of a track: its packets, and the publisher's clock for them.
final class ShowLayer {
    let rid: String
    let ring: ForwardRing
    var clock: SenderReportClock
    private(set) var bitsPerSecond = 0
    private var measuredBytes: Int64 = 0
    private var measuredAt: Instant?

    init(_ rid: String, _ codec: Codec) {
        self.rid = rid
        ring = ForwardRing(codec)
        clock = SenderReportClock(clockRate: UInt32(codec.clockRate))
    }

    /// Over the time since this was called last.
    func measure(_ now: Instant) {
        defer { (measuredBytes, measuredAt) = (ring.bytes, now) }
        guard let measuredAt, measuredAt < now else { return }
        let milliseconds = max((now - measuredAt).wholeMilliseconds, 1)
        bitsPerSecond = Int((ring.bytes - measuredBytes) * 8000 / milliseconds)
    }

    /// Begins anew with another publisher, whose clock is another.
    func endSource() {
        ring.endSource()
        clock = SenderReportClock(clockRate: clock.clockRate)
    }

    /// The ring's timestamp at a time of the publisher's clock; nil before his first report.
    func timestamp(at time: NTPTime) -> UInt32? {
        guard let newest = ring.entry(ring.newest)?.timestamp,
            let then = clock.senderTime(of: newest &- ring.timestampBase)
        else { return nil }
        let ticks =
            Int128(time.nanoseconds(since: then)) * Int128(clock.clockRate) / 1_000_000_000
        return newest &+ UInt32(truncatingIfNeeded: ticks)
    }

    /// The publisher's time of one of the ring's timestamps.
    func senderTime(of timestamp: UInt32) -> NTPTime? {
        clock.senderTime(of: timestamp &- ring.timestampBase)
    }
}
