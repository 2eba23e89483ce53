import Primitives
import SecureTransport
import Testing

@testable import WebRTC

/// What strangers, and peers that mean harm, may send: it is counted, refused, and soon forgotten.
@Suite struct PeerHostilityTests {
    private func connected(
        seed: UInt64, _ options: PeerSimulation.Options = .init()
    ) -> PeerSimulation {
        var simulation = PeerSimulation(.perfect, seed: seed, options)
        simulation.captured = []
        simulation.run(milliseconds: 1000)
        return simulation
    }

    private func goesOn(_ simulation: inout PeerSimulation) -> Bool {
        simulation.run(milliseconds: 1000)
        let since = simulation.now
        simulation.run(milliseconds: 500)
        let outcome = simulation.outcome()
        return outcome.isConnected && outcome.wrongFrames == 0 && outcome.levels.areWithinLimits
            && outcome.damagedVideo(since: since) == 0 && outcome.goodVideo(since: since) >= 10
    }

    @Test func `a show that is played again is refused, datagram for datagram`() {
        var simulation = connected(seed: 1)
        let before = simulation.outcome()
        let captured = simulation.captured ?? []
        simulation.captured = nil
        let media = captured.count { 128...191 ~= $0.first ?? 0 }
        for bytes in captured {
            simulation.deliver(bytes, simulation.sender.address, simulation.receiver.address)
        }
        let after = simulation.outcome()
        #expect(media > 100 && after.receiver.replayed - before.receiver.replayed == media)
        #expect(after.video.count == before.video.count && after.audio == before.audio)
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
    }

    @Test func `forged packets are refused whatever source they name`() {
        var simulation = connected(seed: 2)
        var random = SeededRandom(seed: 2)
        let before = simulation.receiver.peer.counters.forged
        for number in 0..<3000 {
            var bytes = (0..<Int.random(in: 40...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            bytes[0] = 0x80
            bytes[1] = number % 2 == 0 ? 200 : 96
            simulation.deliver(bytes, address("192.0.2.7:7"), simulation.receiver.address)
        }
        #expect(simulation.receiver.peer.counters.forged - before == 3000)
        #expect(simulation.receiver.peer.receptions.count == 2)
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
    }

    @Test func `ten thousand sources of a hostile peer take no more room than sixteen`() {
        var simulation = connected(seed: 3)
        var room = [UInt8](repeating: 0, count: 64)
        for number in 0..<10_000 as Range<UInt32> {
            let header = RTPHeader(
                marker: true, payloadType: number % 2 == 0 ? 111 : 96, sequenceNumber: 7,
                timestamp: 0, ssrc: 1_000_000 + number)
            var packet: [UInt8] = []
            packet.append(addingCapacity: 64) { output in
                try? header.write(extensions: RTPExtensionBlock(.oneByte), into: &output)
            }
            let length = packet.count + 20
            for index in packet.indices { room[index] = packet[index] }
            var span = room.mutableSpan
            let sealed = try? simulation.sender.peer.srtp?.seal(rtp: &span, length: length)
            simulation.deliver(
                Array(room.prefix(sealed ?? 0)), simulation.sender.address,
                simulation.receiver.address)
        }
        let counters = simulation.receiver.peer.counters
        #expect(simulation.receiver.peer.receptions.count <= PeerLimits.receptions)
        #expect(counters.unknownSources > 9000 && counters.forged == 0)
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
    }

    /// Any bytes behind a right header, with right lengths and absurd ones, sealed as by the peer.
    @Test func `reports of a hostile peer are read to their end and no further`() {
        var simulation = connected(seed: 4)
        var random = SeededRandom(seed: 4)
        let wished = !simulation.wantedKeyframes.isEmpty
        var wishes = 0
        for number in 0..<6000 {
            let count = 4 * Int.random(in: 2...280, using: &random)
            var bytes = (0..<count).map { _ in
                Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
            }
            bytes[0] = 0x80 | UInt8.random(in: 0...31, using: &random)
            bytes[1] = UInt8.random(in: 200...207, using: &random)
            let words = number % 3 == 0 ? Int(bytes[3]) : count / 4 - 1
            bytes[2] = UInt8(words >> 8)
            bytes[3] = UInt8(truncatingIfNeeded: words)
            // Sources that exist, where a feedback names one.
            if count >= 12 { bytes.replaceSubrange(8..<12, with: [0, 0, 0x07, 0xD0]) }
            bytes.append(contentsOf: [UInt8](repeating: 0, count: 40))
            var span = bytes.mutableSpan
            let isToSender = number % 2 == 0
            let sealed =
                isToSender
                ? try? simulation.receiver.peer.srtp?.seal(rtcp: &span, length: count)
                : try? simulation.sender.peer.srtp?.seal(rtcp: &span, length: count)
            let (from, to) =
                isToSender
                ? (simulation.receiver.address, simulation.sender.address)
                : (simulation.sender.address, simulation.receiver.address)
            simulation.deliver(Array(bytes.prefix(sealed ?? 0)), from, to)
            wishes += simulation.sender.sink.events.count {
                $0 == .keyframeWanted(media: 1, layer: 0)
            }
            simulation.drain()
        }
        #expect(!wished && wishes <= 1, "all of it came at one instant")
        #expect(simulation.outcome().levels.areWithinLimits)
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
    }

    @Test func `requests for every packet are answered once in a round trip`() {
        var simulation = connected(seed: 5)
        let (sender, ssrc) = (simulation.receiver.peer.reportingSSRC, 2000 as UInt32)
        for _ in 0..<100 {
            var packet: [UInt8] = []
            let missing = (0..<250).map {
                simulation.sender.peer.transmissions[1].sequence &- UInt16($0)
            }
            packet.append(addingCapacity: 1400) { output in
                try? RTCPWriter.nack(
                    sender: sender, media: ssrc, missing: missing.span, into: &output)
            }
            let length = packet.count
            packet.append(contentsOf: [UInt8](repeating: 0, count: 40))
            var span = packet.mutableSpan
            let sealed = try? simulation.receiver.peer.srtp?.seal(rtcp: &span, length: length)
            simulation.deliver(
                Array(packet.prefix(sealed ?? 0)), simulation.receiver.address,
                simulation.sender.address)
        }
        #expect((50...250).contains(simulation.sender.peer.counters.retransmitted))
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
    }

    @Test func `junk of handshakes from strangers disturbs neither the beginning nor the show`() {
        let alert: [UInt8] = [21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40]
        var random = SeededRandom(seed: 6)
        var simulation = PeerSimulation(.perfect, seed: 6)
        for _ in 0..<30 {
            simulation.run(milliseconds: 2)
            for target in [simulation.receiver.address, simulation.sender.address] {
                simulation.deliver(alert, address("192.0.2.7:7"), target)
                for type in 20...25 as ClosedRange<UInt8> {
                    let junk = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
                    simulation.deliver([type, 254, 253] + junk, address("192.0.2.7:7"), target)
                }
            }
            simulation.drain()
        }
        #expect(simulation.receiver.peer.counters.strangers > 0)
        simulation.run(milliseconds: 1000)
        #expect(simulation.outcome().isConnected)
        for _ in 0..<500 {
            simulation.deliver(alert, address("192.0.2.7:7"), simulation.receiver.address)
            simulation.deliver(alert, simulation.sender.address, simulation.receiver.address)
        }
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
    }

    @Test func `checks of strangers and of a silent peer fill no table`() {
        var simulation = connected(seed: 7)
        let ours = simulation.receiver.peer.ice.localCredentials
        let theirs = simulation.sender.peer.ice.localCredentials
        for number in 0..<3000 as Range<UInt32> {
            var request = STUNMessage(.request, .binding, .init(using: &simulation.random))
            request.username = number % 2 == 0 ? "nobody:x" : ours.ufrag + ":x"
            simulation.deliver(
                request.bytes(key: [1, 2, 3]), SocketAddress(ipv4: number, port: 9),
                simulation.receiver.address)
        }
        let counters = simulation.receiver.peer.ice.counters
        #expect(counters.unknownUfrag == 1500 && counters.badIntegrity == 1500)
        let isWell = goesOn(&simulation)
        #expect(isWell, "\(simulation.receiver.peer.counters)")
        // The peer answers nothing any more, but goes on asking, from everywhere.
        simulation.network.isLost = { _, _, _ in true }
        simulation.run(milliseconds: 12_000)
        for number in 0..<2000 as Range<UInt32> {
            var request = STUNMessage(.request, .binding, .init(using: &simulation.random))
            request.username = ours.ufrag + ":" + theirs.ufrag
            request.priority = 1
            request.role = .controlling(tieBreaker: 1)
            request.nominates = number % 3 == 0
            let from =
                number % 2 == 0
                ? simulation.sender.address : SocketAddress(ipv4: 7 + number % 500, port: 9)
            simulation.deliver(
                request.bytes(key: Array(ours.password.utf8)), from, simulation.receiver.address)
            simulation.drain()
            simulation.levels.note(simulation.receiver.peer)
        }
        #expect(simulation.levels.areWithinLimits, "\(simulation.outcome().levels)")
    }
}
