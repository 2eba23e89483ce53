import Primitives
import SecureTransport
import WebRTC

/// What a relay does with a packet for each viewer, without the socket.
enum ForwardCases {
    static func table() -> BenchTable {
        BenchTable(
            title: "Forwarding, a packet for one viewer", unit: .nanoseconds,
            cases: [
                RawGCM.benchCase(SealCases.raw),
                forward("parse, rewrite, seal", viewers: 1, parsesEach: true, target: "< 700 ns"),
                forward("the same for 1000 viewers", viewers: 1000, parsesEach: true, target: ""),
                forward("parsed once, for 1000", viewers: 1000, parsesEach: false, target: ""),
            ],
            notes: [
                "Header and extensions are parsed, the packet is copied, SSRC, number, timestamp,"
                    + " payload type and",
                "transport-wide number are rewritten, and it is sealed with AES-128-GCM into an"
                    + " arena.",
            ])
    }

    /// What differs from viewer to viewer.
    private struct Viewer {
        let sealer: FanOutSealer
        let ssrc: UInt32
        var sequence: UInt16
        var transport: UInt16
    }

    private static func forward(
        _ name: String, viewers count: Int, parsesEach: Bool, target: String
    ) -> BenchCase {
        let packet = Media.packet(total: SealCases.packetBytes)
        var viewers = (0..<count).compactMap { number in
            (try? FanOutSealer(Media.key(.aeadAES128GCM, seed: UInt64(number)))).map {
                Viewer(sealer: $0, ssrc: UInt32(number), sequence: 0, transport: 0)
            }
        }
        let map = Media.extensions
        var scratch = [UInt8](repeating: 0, count: 1500)
        // As many packets as one call of sendmmsg takes.
        var arena = [[UInt8]](repeating: [UInt8](repeating: 0, count: 1536), count: 64)
        var next = 0
        return BenchCase(name, peer: SealCases.raw, target: target) { rounds in
            var total = 0
            guard var header = try? RTPHeader(parsing: packet.span) else { return }
            var places = RTPExtensionPlaces(packet.span, header, map)
            for number in 0..<rounds {
                if parsesEach {
                    guard let again = try? RTPHeader(parsing: packet.span) else { return }
                    header = again
                    places = RTPExtensionPlaces(packet.span, header, map)
                }
                var slot = arena[number & 63].mutableSpan
                var copy = scratch.mutableSpan
                total &+= step(packet.span, header, places, &viewers[next], &copy, &slot)
                next = next + 1 == viewers.count ? 0 : next + 1
            }
            precondition(total == rounds * (packet.count + 16), "not all packets were sealed")
        }
    }

    @inline(__always)
    private static func step(
        _ packet: Span<UInt8>, _ header: RTPHeader, _ places: RTPExtensionPlaces,
        _ viewer: inout Viewer, _ copy: inout MutableSpan<UInt8>, _ slot: inout MutableSpan<UInt8>
    ) -> Int {
        viewer.sequence &+= 1
        viewer.transport &+= 1
        unsafe copy.withUnsafeMutableBytes { target in
            unsafe packet.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        RTPRewrite.setSSRC(viewer.ssrc, of: &copy)
        RTPRewrite.setSequenceNumber(viewer.sequence, of: &copy)
        RTPRewrite.setTimestamp(header.timestamp &+ viewer.ssrc, of: &copy)
        RTPRewrite.setPayloadType(96, of: &copy)
        if let range = places.transportSequence {
            RTPRewrite.setTransportSequence(viewer.transport, at: range, of: &copy)
        }
        return
            (try? viewer.sealer.seal(
                rtp: copy.span.extracting(0..<packet.count), headerLength: header.headerLength,
                into: &slot)) ?? 0
    }
}
