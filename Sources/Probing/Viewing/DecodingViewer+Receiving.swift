import Measures
import Network
import Primitives
import Sessions
import WebRTC

/// What comes while the session is being called: it must not be called back from here.
extension DecodingViewer: SessionReceiver {
    func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        guard !isClosing, failure == nil else { return }
        heard = description.arrival
        if start.packet == nil { begin(description.arrival) }
        if start.picturePacket == nil, meters?.isVideo(description.media) == true {
            start.picturePacket = description.arrival
            timer?.set(at: description.arrival + Limits.wish)
        }
        meters?.receive(packet, description)
        guard let time = meters?.clock.wall(description.arrival) else { return }
        capture?.add(packet, media: description.media, nanosecondsSince1970: time)
    }

    func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        guard !isClosing, failure == nil, let known = meters?.receive(frame, description) else {
            return
        }
        if known.codec.kind == .video {
            facts.videoCodec = known.codec.encodingName
            if known.isKeyframe { takeKeyframe(known.arrival) }
            // Without its keyframe there would be nothing but errors.
            guard start.keyframe != nil else { return }
        } else {
            facts.audioCodec = known.codec.encodingName
        }
        if decoding?.add(frame, known) == false {
            onEvent(.remark(ProbeReport.Remark(.decoderLate)))
        }
    }

    func receive(_ report: SenderReport, _ description: ReportDescription) {
        meters?.receive(report, description)
    }

    private func begin(_ arrival: Instant) {
        // The session tells of its connection in its own time.
        join()
        start.packet = arrival
        timer?.set(at: arrival)
        if let setOut = start.setOut { current.add(arrival - setOut, to: .startPacket) }
        onEvent(.media)
    }

    private func takeKeyframe(_ arrival: Instant) {
        guard start.keyframe == nil else { return }
        start.keyframe = arrival
        timer?.set(at: arrival + patience.picture)
        if let setOut = start.setOut { current.add(arrival - setOut, to: .startKeyframe) }
    }
}
