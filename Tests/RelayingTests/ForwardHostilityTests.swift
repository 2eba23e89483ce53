import Primitives
import SecureTransport
import Testing
import WebRTC

@testable import Relaying

/// What publishers and viewers can do to a relay who have their keys and mean it ill, or are broken.
@Suite struct ForwardHostilityTests {
    @Test
    func `an empty extension at the very end of a packet is no value`() throws {
        // Two-byte form: audio level without a byte, behind three of padding.
        let packet: [UInt8] =
            [0x90, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1] + [0x10, 0x00, 0, 1] + [0, 0, 5, 0]
        let header = try RTPHeader(parsing: packet.span)
        for kind in [RTPExtensionKind.audioLevel, .videoOrientation, .playoutDelay] {
            var map = RTPExtensionMap()
            map[kind] = 5
            let places = RTPExtensionPlaces(packet.span, header, map)
            let values = ForwardedValues(packet.span, places)
            #expect(values.audioLevel == nil && values.orientation == nil)
            #expect(values.playoutDelay == nil)
        }
    }

    @Test(arguments: [Codec.vp8, .opus])
    func `a source that jumps far ahead goes on, as another one would`(codec: Codec) throws {
        let ring = ForwardRing(codec)
        func store(_ sequence: UInt16, isKeyframe: Bool) throws -> Int64? {
            var packet: [UInt8] = [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
            packet += [0, 0, 0, 0, 0, 0, 0, 1]
            packet += [0x10, isKeyframe ? 0 : 1, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00]
            let header = try RTPHeader(parsing: packet.span)
            return ring.store(
                packet.span, header, ForwardedValues(), at: Instant(nanoseconds: 1))
        }
        let first = try #require(try store(7, isKeyframe: true))
        #expect(try store(8, isKeyframe: false) == first + 1)
        // Ten seconds of a fast sender have been lost.
        if codec.isPredictive { #expect(try store(20_007, isKeyframe: false) == nil) }
        let next = try #require(try store(20_008, isKeyframe: true))
        #expect(next == first + 2 + ForwardRing.Limits.headroom)
        #expect(try store(20_009, isKeyframe: false) == next + 1)
    }

    /// A viewer's offer may have RTX for a codec, but not for the one that the show has.
    @Test
    func `what is repaired by the same packet does not tell when it was sent`() throws {
        let show = Show("show")
        show.tracks = [ShowTrack(.vp8, .vp8, rids: ["low", "high"])]
        var random = SeededRandom(seed: 3)
        let simulation = try ForwardSimulation(seed: 3)
        let local = try simulation.publish().peer.localTransport
        for hasRTX in [true, false] {
            let offer = OfferPlan(
                origin: SessionOrigin(sessionID: 1, version: 1), transport: local,
                setup: .actpass,
                media: [
                    MediaPlan(
                        kind: .video, direction: .recvonly, codecs: [.vp8, .vp9(profile: 0)],
                        codecLimit: 2, feedback: [.nack, .pli, .transportCC], usesRTX: true,
                        extensions: [.mid, .transportSequence, .absoluteSendTime], source: nil,
                        layers: .one)
                ]
            ).makeOffer()
            let payloads = try #require(offer.media.first?.payloads)
            let vp8 = try #require(payloads.first { $0.format?.codec == .vp8 }).payloadType
            let vp9 = try #require(payloads.first { $0.format?.codec == .vp9 }).payloadType
            var text = offer.text
            if !hasRTX {
                let parts = text.split(
                    separator: "apt=\(vp8)\r\n", omittingEmptySubsequences: false)
                #expect(parts.count == 2)
                text = parts.joined(separator: "apt=\(vp9)\r\n")
            }
            let read = try SessionDescription(parsing: text)
            let (_, agreed) = try AnswerPlan(
                origin: SessionOrigin(sessionID: 2, version: 1), transport: local,
                preferredRole: .server,
                media: RelayPlans.playing(read, show, random: &random), acceptsPart: true
            ).answer(to: read)
            let key = agreed.media[0].formatKey(.vp8)
            #expect((key.rtxPayloadType != nil) == hasRTX)
            #expect(key.usesTransportSequence == hasRTX)
        }
    }

    @Test
    func `thousands of requests for a keyframe are one wish`() throws {
        let simulation = try ForwardSimulation(seed: 4)
        try simulation.publish()
        simulation.run(milliseconds: 300)
        let core = simulation.core
        for _ in 0..<5000 { core.wantKeyframes(of: "show", now: simulation.now) }
        #expect(core.publishers.first?.wishes.count == 1)
        core.handleTimeout(now: simulation.now)
        #expect(core.publishers.first?.wishes.isEmpty == true)
    }

    @Test
    func `an address that another session has claimed comes back with the next check`() throws {
        let simulation = try ForwardSimulation(seed: 5)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        let viewer = try simulation.play()
        simulation.publish(from: publisher, milliseconds: 500)
        let core = simulation.core
        // As a check of the viewer's own would do that bears the publisher's address.
        guard case .viewer(let member)? = core.member(viewer.session) else {
            Issue.record("no viewer")
            return
        }
        core.directory.learn(publisher.address, for: member.slot)
        let before = core.counters.packetsReceived
        simulation.publish(from: publisher, milliseconds: 8000)
        #expect(core.counters.packetsReceived > before + 100)
        #expect(simulation.ended[publisher.session] == nil)
    }

    private static func seal(
        _ packet: inout [UInt8], _ plain: Int, isReport: Bool,
        _ srtp: OpenSSLCryptography.SRTP?
    ) -> Int {
        var span = packet.mutableSpan
        let sealed =
            isReport
            ? try? srtp?.seal(rtcp: &span, length: plain)
            : try? srtp?.seal(rtp: &span, length: plain)
        return sealed ?? plain
    }

    /// Under its keys a peer may send what it likes, and from its address anybody may.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func `no bytes of publisher, viewer or stranger break the relay`(seed: UInt64) throws {
        let simulation = try ForwardSimulation(seed: seed &+ 600)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        var plan = ForwardSimulation.ClientPlan()
        plan.usesRTX = seed % 2 == 0
        let viewer = try simulation.play(plan)
        simulation.publish(from: publisher, milliseconds: 500)
        #expect(viewer.sink.isConnected)
        let core = simulation.core
        var random = SeededRandom(seed: seed)
        let sources = try #require(core.shows.first?.viewers.first?.tracks.map(\.ssrc))
        let seen = publisher.peer.transport.srtp
        for step in 0..<3000 {
            var packet = HostilePacket.make(step, sources, &random)
            let plain = packet.count
            packet += [UInt8](repeating: 0, count: 40)
            let isPublisher = Bool.random(using: &random)
            let isReport = packet[1] >= 192 && packet[1] < 224
            let srtp = isPublisher ? seen : viewer.peer.transport.srtp
            // One in eight comes as it is, from somebody without keys.
            let sealed =
                step % 8 == 0 ? plain : Self.seal(&packet, plain, isReport: isReport, srtp)
            var datagram = Array(packet[..<sealed])
            var bytes = datagram.mutableSpan
            core.receive(
                &bytes, from: (isPublisher ? publisher : viewer).address, now: simulation.now)
            if step % 16 == 0 { simulation.run(milliseconds: 5) }
            #expect(core.publishers.first?.wishes.count ?? 0 <= 2)
        }
        simulation.run(milliseconds: 2000)
        _ = core.report
    }
}

/// Packets that are nearly right.
private enum HostilePacket {
    static func make(
        _ step: Int, _ sources: [UInt32], _ random: inout SeededRandom
    ) -> [UInt8] {
        let any = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        let source = sources.randomElement(using: &random) ?? 1
        let number = UInt16(truncatingIfNeeded: step &* Int.random(in: 1...3, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return [0x80, 200] + any + [UInt8](repeating: 0, count: 12)
        case 1:
            // Requests for packets of the viewer's sources, right and wrong.
            let body = any.prefix(any.count / 4 * 4)
            return report(205, 1, source, Array(body))
        case 2: return report(206, [1, 4, 15].randomElement(using: &random) ?? 1, source, any)
        case 3: return report(205, 15, source, any)
        case 4:
            // Two-byte extensions of any lengths, some of none.
            let words = UInt8.random(in: 0...8, using: &random)
            let block = (0..<Int(words) * 4).map { _ in UInt8.random(in: 0...16, using: &random) }
            return header(0x90, number, random.next()) + [0x10, 0, 0, words] + block + any
        case 5:
            let words = UInt8.random(in: 0...8, using: &random)
            let block = (0..<Int(words) * 4).map { _ in UInt8.random(in: 0...255, using: &random) }
            return header(0x90, number, 1) + [0xBE, 0xDE, 0, words] + block + any
        case 6: return header(0xA0, number, 2) + any + [UInt8(truncatingIfNeeded: any.count)]
        default: return any.count > 12 ? any : header(0x80, number, 3)
        }
    }

    private static func header(_ first: UInt8, _ number: UInt16, _ ssrc: UInt32) -> [UInt8] {
        [first, 96 + UInt8(number % 4), UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
            + [0, 0, 0, 1] + bytes(ssrc)
    }

    private static func report(
        _ type: UInt8, _ kind: UInt8, _ media: UInt32, _ any: [UInt8]
    ) -> [UInt8] {
        let body = Array(any.prefix(any.count / 4 * 4))
        return [0x80 | kind, type, 0, UInt8(2 + body.count / 4)] + bytes(7) + bytes(media) + body
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
}
