import Primitives
import WebRTC

/// One source of a publication: its packets in order, put together to frames.
///
/// Nobody watches a recording while it is made, so that repairs are waited for as long as they may
/// take.
final class RecordedReception {
    static let videoLimits = JitterBuffer.Limits(
        maximumPackets: 4096, maximumPacketBytes: 1500, minimumDelay: .milliseconds(700),
        maximumDelay: .seconds(1))
    static let audioLimits = JitterBuffer.Limits(
        maximumPackets: 256, maximumPacketBytes: 1500, minimumDelay: .milliseconds(700),
        maximumDelay: .seconds(1))
    /// Packets that may have been overtaken by the very first.
    static let forerunners: Int64 = 16

    let media: Int
    let layer: Int
    let ssrc: UInt32
    let codec: Codec
    /// Its place in the timeline of its publication.
    let timeline: Int
    let begun: Instant
    private(set) var lastFrame: Instant?
    /// Since the last frame, one had to be thrown away of which nothing was lost.
    private var hasDiscarded = false
    /// Taken out while it works, so that what it emits may ask this source.
    private var order: JitterBuffer?
    private var depacketiser: Depacketiser?
    private var lost = 0

    init(_ packet: PublishedPacket, _ codec: Codec, timeline: Int) {
        media = packet.media
        layer = packet.layer
        ssrc = packet.header.ssrc
        self.codec = codec
        begun = packet.arrival
        self.timeline = timeline
        order = JitterBuffer(
            codec.kind == .video ? Self.videoLimits : Self.audioLimits,
            clockRate: UInt32(codec.clockRate))
        depacketiser = Depacketiser(
            codec, framing: .lengthPrefixed(.four),
            maximumFrameSize: Depacketiser.maximumFrameSize)
    }

    var hasWaiting: Bool { order?.held ?? 0 > 0 }

    func insert(
        _ bytes: Span<UInt8>, _ packet: PublishedPacket,
        emit: (RecordedFrame, Span<UInt8>) -> Void
    ) {
        let header = packet.header
        guard header.payloadLength > 0 || !codec.isPredictive else { return }
        if order?.hasBegun == false, codec.isPredictive,
            !PayloadInspection.isFrameStart(codec, payload: bytes.extracting(header.payloadRange))
        {
            order?.expectForerunners(Self.forerunners, of: header.sequenceNumber)
        }
        for _ in 0..<2 {
            let insertion = order?.insert(
                bytes, sequence: header.sequenceNumber, timestamp: header.timestamp,
                at: packet.arrival)
            release(now: packet.arrival, emit: emit)
            guard insertion == .full else { return }
        }
    }

    /// Takes out what is in order, or need not be waited for any more.
    func release(now: Instant, emit: (RecordedFrame, Span<UInt8>) -> Void) {
        guard var order = order.take(), var depacketiser = depacketiser.take() else { return }
        defer {
            self.order = order
            self.depacketiser = depacketiser
        }
        while let next = order.pop(now: now) {
            let packet = order.packet(next)
            guard let header = try? RTPHeader(parsing: packet) else { continue }
            lost += next.missingBefore
            let (discarded, hasLost) = (depacketiser.counts.framesDiscarded, lost > 0)
            depacketiser.receive(
                payload: packet.extracting(header.payloadRange), marker: header.marker,
                timestamp: header.timestamp, isAfterGap: next.missingBefore > 0
            ) { frame, bytes in
                lastFrame = next.arrival
                emit(
                    RecordedFrame(
                        timestamp: frame.timestamp, isKeyframe: frame.isKeyframe,
                        isDamaged: frame.isDamaged, arrival: next.arrival, lost: lost,
                        hasDiscarded: hasDiscarded),
                    bytes)
                lost = 0
                hasDiscarded = false
            }
            if !hasLost, depacketiser.counts.framesDiscarded > discarded { hasDiscarded = true }
        }
    }

    /// Lets out all that is there, as when nothing more will come.
    func finish(emit: (RecordedFrame, Span<UInt8>) -> Void) {
        guard let due = order?.deadline else { return }
        release(now: due, emit: emit)
    }

    var needsKeyframe: Bool { depacketiser?.needsKeyframe ?? false && codec.isPredictive }
}

/// What is known of a frame that may be recorded.
struct RecordedFrame: Sendable {
    let timestamp: UInt32
    let isKeyframe: Bool
    /// Frames that it builds upon are missing.
    let isDamaged: Bool
    let arrival: Instant
    /// Packets that never arrived since the last frame.
    let lost: Int
    /// Packets arrived since the last frame that made none.
    let hasDiscarded: Bool
}
