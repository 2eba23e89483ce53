import Primitives
import Synchronization
import WebRTC

/// What a live peer has put out so far.
struct LiveRecord: Sendable {
    struct Frame: Sendable {
        let media: Int
        let ssrc: UInt32
        let codec: Codec
        let description: FrameDescription
        let hasSenderTime: Bool
        let bytes: [UInt8]
    }

    static let maximumFrames = 8192

    var events: [PeerEvent] = []
    var frames: [Frame] = []
    /// Packets as they came, those that a repair brought among them.
    var packets = 0
    var repairedPackets = 0
    /// How often the other side asked for a keyframe after the connection stood.
    var keyframesWanted = 0
    var sentFrames = 0
    var refusedFrames = 0
    /// Packets of media that were dropped on purpose.
    var dropped = 0
    /// Of the peer, as they stood last.
    var peerCounters: PeerCounters?
    var iceCounters: ICEAgent.Counters?

    private var counters: String {
        "\(peerCounters.map { "\($0)" } ?? ""), \(iceCounters.map { "\($0)" } ?? "")"
    }

    var isConnected: Bool {
        events.contains { if case .connected = $0 { true } else { false } }
    }

    var hasICE: Bool { events.contains(.ice(.connected)) }

    func frames(_ kind: MediaKind) -> [Frame] { frames.filter { $0.codec.kind == kind } }

    /// How far it has come, for whoever waits in vain.
    var phase: String {
        if let failure = events.last(where: { if case .failed = $0 { true } else { false } }) {
            return "ended by \(failure)"
        }
        guard hasICE else { return "reached signalling, not ICE (\(counters))" }
        guard isConnected else { return "reached ICE, not DTLS (\(counters))" }
        let video = frames(.video)
        return """
            reached DTLS; media: \(packets) packets, \(frames(.audio).count) audio and \
            \(video.count) video frames, \(video.count { $0.description.isKeyframe }) keyframes, \
            \(keyframesWanted) keyframes wanted, \(sentFrames) frames sent, \
            \(refusedFrames) refused (\(counters))
            """
    }
}

/// A record that the loop writes and that tests read.
final class LiveRecorder: Sendable {
    private let record = Mutex(LiveRecord())

    var value: LiveRecord { record.withLock { $0 } }

    func change(_ body: (inout sending LiveRecord) -> Void) {
        record.withLock { body(&$0) }
    }
}

/// Sends what a peer has to send on a socket, and notes what it has received.
struct LiveSink: PeerSink {
    let recorder: LiveRecorder
    let transmit: (Span<UInt8>, SocketAddress) -> Void
    /// Every so many packets of media one is dropped; nil drops none.
    var dropInterval: Int?
    /// What is sent as video.
    var video: MediaSource?
    private var lossesLeft = 0
    private var hasLost = false
    private(set) var wantedKeyframes: [Int] = []
    private var mediaPackets = 0

    init(_ recorder: LiveRecorder, _ transmit: @escaping (Span<UInt8>, SocketAddress) -> Void) {
        self.recorder = recorder
        self.transmit = transmit
    }

    mutating func takeWantedKeyframes() -> [Int] {
        defer { wantedKeyframes = [] }
        return wantedKeyframes
    }

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        if DatagramKind(of: datagram) == .rtp {
            mediaPackets += 1
            if isLostForGood(datagram) { return recorder.change { $0.dropped += 1 } }
            if let dropInterval, mediaPackets % dropInterval == 0 {
                return recorder.change { $0.dropped += 1 }
            }
        }
        transmit(datagram, remote)
    }

    mutating func loseForGood(videoPackets count: Int) {
        lossesLeft = count
        hasLost = true
    }

    private mutating func isLostForGood(_ datagram: Span<UInt8>) -> Bool {
        guard hasLost, let video, let header = try? RTPHeader(parsing: datagram) else {
            return false
        }
        guard header.ssrc == video.ssrc, lossesLeft > 0 else { return header.ssrc == video.rtxSSRC }
        lossesLeft -= 1
        return true
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        recorder.change {
            $0.packets += 1
            if description.isRepaired { $0.repairedPackets += 1 }
        }
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(frame.count)
        for index in 0..<frame.count { bytes.append(frame[index]) }
        let noted = LiveRecord.Frame(
            media: description.media, ssrc: description.ssrc, codec: description.codec,
            description: description.frame, hasSenderTime: description.senderTime != nil,
            bytes: bytes)
        recorder.change { record in
            if record.frames.count < LiveRecord.maximumFrames { record.frames.append(noted) }
        }
    }

    mutating func happened(_ event: PeerEvent) {
        if case .keyframeWanted(let media, _) = event {
            wantedKeyframes.append(media)
            return recorder.change { $0.keyframesWanted += 1 }
        }
        recorder.change { $0.events.append(event) }
    }
}
