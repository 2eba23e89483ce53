import Primitives
import WebRTC

/// RTP without its protection.
enum RTPCases {
    static func table() -> BenchTable {
        BenchTable(
            title: "RTP", unit: .nanoseconds, cases: [parse(), places(), rewrite()] + framing(),
            notes: [
                "Packets of 1,200 bytes with three extensions; H.264 frames of 30 kB in payloads of"
                    + " at most 1,120."
            ])
    }

    private static func parse() -> BenchCase {
        let packet = Media.packet(total: 1200)
        return BenchCase("parse a header") { count in
            var total = 0
            for _ in 0..<count {
                guard let header = try? RTPHeader(parsing: packet.span) else { continue }
                total &+= header.headerLength
            }
            consume(total)
        }
    }

    private static func places() -> BenchCase {
        let packet = Media.packet(total: 1200)
        let map = Media.extensions
        return BenchCase("parse a header and find the extensions") { count in
            var total = 0
            for _ in 0..<count {
                guard let header = try? RTPHeader(parsing: packet.span) else { continue }
                let places = RTPExtensionPlaces(packet.span, header, map)
                total &+= places.transportSequence?.lowerBound ?? 0
            }
            consume(total)
        }
    }

    private static func rewrite() -> BenchCase {
        var packet = Media.packet(total: 1200)
        let range = RTPHeader.parsed(packet.span)?.1.transportSequence ?? 0..<0
        return BenchCase("rewrite five fields") { count in
            var span = packet.mutableSpan
            for number in 0..<count {
                RTPRewrite.setSSRC(UInt32(truncatingIfNeeded: number), of: &span)
                RTPRewrite.setSequenceNumber(UInt16(truncatingIfNeeded: number), of: &span)
                RTPRewrite.setTimestamp(UInt32(truncatingIfNeeded: number), of: &span)
                RTPRewrite.setPayloadType(96, of: &span)
                RTPRewrite.setTransportSequence(
                    UInt16(truncatingIfNeeded: number), at: range, of: &span)
            }
            consume(Int(span[3]))
        }
    }

    private static func framing() -> [BenchCase] {
        var packetiser = Packetiser(
            .h264, framing: .annexB, repeatsParameterSets: true, pictureID: 0)
        let frame = Media.h264Frame
        let cut = BenchCase("packetise H.264, a packet") { count, watch in
            var packets = 0
            watch.start()
            while packets < count {
                try? packetiser.packetise(frame.span, maximumPayload: Media.payloadLimit) {
                    payload, _ in packets += payload.isEmpty ? 0 : 1
                }
            }
            watch.stop()
            return packets
        }
        var payloads: [[UInt8]] = []
        let keyframe = Media.h264Keyframe
        try? packetiser.packetise(keyframe.span, maximumPayload: Media.payloadLimit) {
            payload, _ in payloads.append(Array(copying: payload))
        }
        let parts = payloads
        var depacketiser = Depacketiser(
            .h264, framing: .annexB, maximumFrameSize: Depacketiser.maximumFrameSize)
        var timestamp: UInt32 = 0
        let join = BenchCase("depacketise H.264, a packet") { count, watch in
            var packets = 0
            var bytes = 0
            watch.start()
            while packets < count {
                timestamp &+= 3000
                for place in parts.indices {
                    let part = parts[place]
                    depacketiser.receive(
                        payload: part.span, marker: place + 1 == parts.count,
                        timestamp: timestamp, isAfterGap: false
                    ) { _, frame in bytes &+= frame.count }
                }
                packets += parts.count
            }
            watch.stop()
            precondition(bytes >= packets / parts.count * 29_000, "frames have been lost")
            return packets
        }
        return [cut, join]
    }
}

extension RTPHeader {
    /// A header and the places of its extensions.
    static func parsed(_ packet: Span<UInt8>) -> (RTPHeader, RTPExtensionPlaces)? {
        guard let header = try? RTPHeader(parsing: packet) else { return nil }
        return (header, RTPExtensionPlaces(packet, header, Media.extensions))
    }
}
