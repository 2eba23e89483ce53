import Primitives
import Testing

@testable import WebRTC

@Suite struct ICESimulationTests {
    private func pair(
        _ conditions: VirtualNetwork.Conditions = .perfect, seed: UInt64,
        _ first: ICEAgent.Settings = .init(role: .controlling),
        _ second: ICEAgent.Settings = .init(role: .controlled)
    ) -> AgentSimulation {
        var simulation = AgentSimulation(conditions, seed: seed)
        simulation.add(first, at: ["10.0.0.1:1000", "[2001:db8::1]:1000"])
        simulation.add(second, at: ["10.0.0.2:2000", "[2001:db8::2]:2000"])
        return simulation
    }

    @Test func `two full agents choose the same pair, IPv6 first`() {
        var simulation = pair(seed: 1)
        simulation.start()
        simulation.run(2)
        #expect(simulation.isConnected)
        #expect(simulation.sides[0].agent.selected?.remote == address("[2001:db8::2]:2000"))
        #expect(simulation.sides[1].agent.selected?.remote == address("[2001:db8::1]:1000"))
    }

    @Test func `with a tenth of all datagrams lost they connect, or say why`() {
        for seed in 0..<300 as Range<UInt64> {
            var simulation = pair(
                .init(lost: 100, duplicated: 50, delay: 1...80, mtu: 1280), seed: seed)
            simulation.start()
            simulation.run(20)
            #expect(simulation.isConnected, "seed \(seed)")
            let routes = simulation.sides.map { $0.agent.selected?.remote.isIPv4 }
            #expect(routes[0] == routes[1], "seed \(seed): different pairs")
            #expect(simulation.network.tooLong == 0)
        }
    }

    @Test func `roles that collide are settled`() {
        for seed in 0..<20 as Range<UInt64> {
            for role in [ICEAgent.Role.controlling, .controlled] {
                var simulation = pair(seed: seed, .init(role: role), .init(role: role))
                simulation.start()
                simulation.run(5)
                #expect(simulation.isConnected, "seed \(seed), both \(role)")
                #expect(simulation.sides[0].agent.role != simulation.sides[1].agent.role)
            }
        }
    }

    @Test func `a lite agent answers and follows`() {
        var simulation = pair(
            .init(lost: 50, duplicated: 0, delay: 1...30, mtu: 1500), seed: 3,
            .init(role: .controlling), .init(role: .controlled, isLite: true))
        simulation.start()
        simulation.run(10)
        #expect(simulation.isConnected)
        #expect(simulation.sides[1].agent.counters.checksSent == 0)
    }

    /// The client's address changes under way; the server learns the new one from its checks.
    @Test(arguments: [true, false])
    func `a NAT that forgets is survived`(serverIsLite: Bool) {
        var simulation = AgentSimulation(.perfect, seed: 5)
        simulation.network.add(
            VirtualNAT(publicHost: address("203.0.113.1:0"), inside: address("192.168.1.0:0")))
        simulation.stunServer = address("198.51.100.9:3478")
        simulation.add(.init(role: .controlling), at: ["192.168.1.2:1000"])
        simulation.add(.init(role: .controlled, isLite: serverIsLite), at: ["198.51.100.1:2000"])
        simulation.start()
        simulation.run(5)
        #expect(simulation.isConnected)
        let before = simulation.sides[1].agent.selected
        let kinds = simulation.sides[0].candidates.map(\.kind)
        #expect(kinds == [.host, .serverReflexive])

        simulation.network.rebind(nat: 0)
        simulation.run(20)
        #expect(simulation.isConnected)
        #expect(simulation.sides[1].agent.selected != before)
        simulation.run(120)
        #expect(simulation.isConnected)
    }

    @Test func `whip client 12: consent ends thirty seconds after the last answer`() {
        var simulation = pair(seed: 6)
        simulation.start()
        simulation.run(60)
        #expect(simulation.isConnected)
        simulation.network.isLost = { _, _, _ in true }
        simulation.run(20)
        #expect(simulation.sides.allSatisfy { $0.agent.state == .disconnected })
        simulation.run(20)
        for side in simulation.sides {
            guard case .failed(let failure) = side.agent.state else {
                Issue.record("still \(side.agent.state)")
                continue
            }
            #expect(failure.reason == .consentExpired)
            #expect(side.agent.selected == nil)
        }
    }

    @Test func `whip client 12: a silence shorter than consent is survived`() {
        var simulation = pair(seed: 7)
        simulation.start()
        simulation.run(10)
        simulation.network.isLost = { _, _, _ in true }
        simulation.run(20)
        simulation.network.isLost = { _, _, _ in false }
        simulation.run(20)
        #expect(simulation.isConnected)
    }

    @Test func `a restart finds a route with new credentials, and the old one serves until then`() {
        for seed in 0..<20 as Range<UInt64> {
            var simulation = pair(
                .init(lost: 50, duplicated: 10, delay: 1...40, mtu: 1500), seed: seed)
            simulation.start()
            simulation.run(10)
            let old = simulation.sides[0].agent.selected
            let credentials = simulation.sides.map(\.agent.localCredentials)
            for index in 0..<2 {
                simulation.sides[index].agent.restart(
                    now: simulation.now, random: &simulation.random)
                #expect(simulation.sides[index].agent.selected != nil)
            }
            for index in 0..<2 {
                for candidate in simulation.sides[1 - index].candidates {
                    simulation.sides[index].agent.add(remote: candidate, now: simulation.now)
                }
            }
            simulation.exchangeCredentials()
            #expect(
                zip(credentials, simulation.sides).allSatisfy { $0 != $1.agent.localCredentials })
            simulation.run(15)
            #expect(simulation.isConnected, "seed \(seed)")
            #expect(old != nil)
        }
    }

    @Test func `a side that nobody answers says what it tried`() {
        var simulation = pair(seed: 8)
        simulation.network.isLost = { _, _, _ in true }
        simulation.start()
        simulation.run(60)
        guard case .failed(let failure) = simulation.sides[0].agent.state else {
            Issue.record("not failed")
            return
        }
        #expect(failure.attempts.count == 2)
        #expect(failure.attempts.allSatisfy { $0.checksSent > 0 && $0.requestsReceived == 0 })
    }

    @Test func `no candidates at all is told apart`() {
        var simulation = AgentSimulation(.perfect, seed: 9)
        simulation.add(.init(role: .controlling, isRelayOnly: true), at: ["10.0.0.1:1"])
        simulation.add(.init(role: .controlled), at: ["10.0.0.2:1"])
        simulation.start()
        simulation.run(40)
        guard case .failed(let failure) = simulation.sides[0].agent.state else {
            Issue.record("not failed")
            return
        }
        #expect(failure.reason == .noLocalCandidates)
    }

    @Test func `floods of strangers are counted and cost nothing that lasts`() {
        var simulation = pair(seed: 10)
        simulation.start()
        simulation.run(5)
        let before = simulation.sides[0].agent.pairs.count
        for number in 0..<4000 as Range<UInt32> {
            var request = STUNMessage(.request, .binding, .init(using: &simulation.random))
            request.username =
                number % 2 == 0
                ? "nobody:x" : simulation.sides[0].agent.localCredentials.ufrag + ":x"
            let bytes = request.bytes(key: [1, 2, 3])
            _ = simulation.sides[0].agent.receive(
                bytes.span, from: SocketAddress(ipv4: number, port: 9), on: SocketID(0),
                now: simulation.now)
        }
        let agent = simulation.sides[0].agent
        #expect(agent.counters.unknownUfrag == 2000 && agent.counters.badIntegrity == 2000)
        #expect(agent.pairs.count == before && agent.remotes.count == 2)
        simulation.run(30)
        #expect(simulation.isConnected)
    }
}
