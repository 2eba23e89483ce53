import Primitives
import Testing

@testable import WebRTC

/// Parts of a peer that its simulations only touch by chance.
@Suite struct PeerPartsTests {
    private let now = Instant(nanoseconds: 1_000_000_000)

    @Test func `a ring gives back what was written into a packet as it left`() {
        var ring = RetransmissionRing(maximumPackets: 4, maximumBytes: 64)
        ring.store([1, 2, 3].span, sequence: 9, at: now)
        let range = ring.find(9) ?? 0..<0
        ring.replace(range, with: [4, 5, 6].span)
        let isKept = ring.packet(at: range).count == 3 && ring.packet(at: range)[0] == 4
        #expect(isKept)
        ring.replace(range, with: [7, 8].span)
        let isAsBefore = ring.packet(at: range)[0] == 4
        #expect(isAsBefore, "another length belongs to another packet")
    }

    @Test func `only who has shown credentials has been heard`() {
        var random = SeededRandom(seed: 1)
        var agent = ICEAgent(.init(role: .controlled), random: &random)
        let socket = SocketID(0)
        agent.add(socket: socket, address: SocketAddress(ipv4: 1, port: 1), now: now)
        let theirs = ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx")
        agent.setRemote(theirs, now: now)
        let route = Route(socket: socket, remote: SocketAddress(ipv4: 2, port: 2))
        for (password, isHeard) in [("wrong", false), (agent.localCredentials.password, true)] {
            var request = STUNMessage(.request, .binding, .init(using: &random))
            request.username = agent.localCredentials.ufrag + ":abcd"
            request.role = .controlling(tieBreaker: 1)
            request.priority = 1
            let bytes = request.bytes(key: Array(password.utf8))
            _ = agent.receive(bytes.span, from: route.remote, on: socket, now: now)
            #expect(agent.hasHeard(by: route) == isHeard)
        }
    }

    @Test func `a source for repairs that the answer did not take is not used`() throws {
        let offer = Plans.offer(.sendonly, [Plans.media(.video, .sendonly)])
        var plan = Plans.media(.video, .recvonly)
        for usesRTX in [false, true] {
            plan.usesRTX = usesRTX
            let (answer, _) = try Plans.answer(.recvonly, [plan]).answer(to: offer)
            let session = try NegotiatedSession(accepting: answer, for: offer)
            var random = SeededRandom(seed: 1)
            let format = try #require(
                TransmissionFormat.all(of: session.media[0], place: 0, using: &random).first)
            // With one and not the other, a repair would be sealed anew, and with other times.
            #expect((format.rtxSSRC != nil) == usesRTX)
            #expect((format.rtxPayloadType != nil) == usesRTX)
        }
    }

    @Test func `the datagrams of reports leave room for a seal and a relay's header`() {
        #expect(PeerLimits.rtcp + 20 + 36 <= 1200)
        // Header, extensions, the number of a repair, seal, and a channel's header.
        #expect(PeerLimits.payload + 12 + 28 + 2 + 16 + 4 <= 1200)
    }

    @Test func `a repair is waited for longer than it takes to be asked for`() {
        #expect(
            PeerLimits.repairPatience
                > NackGenerator.Limits.video.reorderTolerance
                + NackGenerator.Limits.video.minimumInterval / 2)
    }
}
