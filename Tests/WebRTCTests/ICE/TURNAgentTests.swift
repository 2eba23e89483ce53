import Primitives
import Testing

@testable import WebRTC

/// An agent that has a relay, the relay's server, and an agent behind it that has none.
private struct RelayedAgents {
    static let far = SocketAddress(ipv4: 0x0A00_0007, port: 7000)
    static let near = SocketAddress(ipv4: 0xC0A8_0102, port: 1000)

    var near: ICEAgent
    var far: ICEAgent
    var bench: TURNBench
    var outputs: [ICEAgent.Output] = []
    var now: Instant { bench.now }

    init(isRelayOnly: Bool, isStream: Bool = false) {
        var random = SeededRandom(seed: 5)
        bench = TURNBench(isStream: isStream)
        near = ICEAgent(.init(role: .controlling, isRelayOnly: isRelayOnly), random: &random)
        far = ICEAgent(.init(role: .controlled), random: &random)
        near.add(socket: SocketID(3), address: Self.near, now: now)
        near.add(relay: bench.client.configuration, over: SocketID(3), now: now)
        near.endGathering(now: now)
        far.add(socket: SocketID(0), address: Self.far, now: now)
        far.endGathering(now: now)
        drain()
    }

    mutating func connect() {
        for candidate in near.localCandidates { far.add(remote: candidate, now: now) }
        for candidate in far.localCandidates { near.add(remote: candidate, now: now) }
        near.setRemote(far.localCredentials, now: now)
        far.setRemote(near.localCredentials, now: now)
        run(.seconds(3))
    }

    mutating func run(_ duration: Duration) {
        let end = now + duration
        drain()
        while let due = [near.deadline, far.deadline].compactMap({ $0 }).min(), due <= end {
            bench.now = max(now, due)
            near.handleTimeout(now: now)
            far.handleTimeout(now: now)
            drain()
        }
        bench.now = end
    }

    mutating func drain() {
        var isBusy = true
        while isBusy {
            isBusy = false
            for output in near.takeOutputs() {
                outputs.append(output)
                isBusy = true
                guard case .send(let bytes, let route) = output, route.remote == TURNBench.server,
                    let answer = bench.serve(bytes)
                else { continue }
                _ = near.receive(
                    answer.span, from: TURNBench.server, on: SocketID(3), now: now)
            }
            for delivery in bench.delivered where delivery.to == Self.far {
                _ = far.receive(
                    delivery.bytes.span, from: TURNBench.relayed, on: SocketID(0), now: now)
            }
            bench.forgetDeliveries()
            for output in far.takeOutputs() {
                guard case .send(let bytes, let route) = output,
                    route.remote == TURNBench.relayed
                else { continue }
                isBusy = true
                var message = STUNMessage(.indication, .data, .init(high: 1, low: 2))
                message.peerAddress = Self.far
                message.data = bytes
                let wrapped = message.bytes(key: nil, hasFingerprint: false)
                _ = near.receive(
                    wrapped.span, from: TURNBench.server, on: SocketID(3), now: now)
            }
        }
    }

    var states: [ICEAgent.State] {
        outputs.compactMap { if case .state(let state) = $0 { state } else { nil } }
    }

    var relayFailures: [TURNFailure] {
        outputs.compactMap { if case .relayFailed(_, let failure) = $0 { failure } else { nil } }
    }
}

@Suite struct TURNAgentTests {
    @Test func `an agent that shows only relays hides its own address`() {
        let open = RelayedAgents(isRelayOnly: false)
        #expect(open.near.localCandidates.map(\.kind) == [.host, .relayed])
        #expect(open.near.localCandidates.last?.related == TURNBench.mapped)
        let hidden = RelayedAgents(isRelayOnly: true)
        #expect(hidden.near.localCandidates.map(\.address) == [TURNBench.relayed])
        #expect(
            hidden.near.localCandidates.map(\.related) == [SocketAddress(ipv4: 0, port: 0)])
        #expect(hidden.outputs.last == .gathered)
    }

    @Test func `the chosen way gets a channel`() throws {
        var agents = RelayedAgents(isRelayOnly: true)
        agents.connect()
        #expect(agents.near.state == .connected && agents.far.state == .connected)
        let route = try #require(agents.near.selected)
        #expect(route.relay == 0 && route.remote == RelayedAgents.far)
        #expect(agents.bench.count(.channelBind) == 1)
        agents.run(.seconds(3600))
        #expect(agents.states == [.checking, .connected])
        #expect(agents.bench.dropped == 0)
    }

    @Test func `a connection that is gone is told once, and ends the way by it`() {
        var agents = RelayedAgents(isRelayOnly: true, isStream: true)
        agents.connect()
        agents.near.close(socket: SocketID(3), now: agents.now)
        agents.near.close(socket: SocketID(3), now: agents.now)
        agents.run(.seconds(7))
        #expect(agents.relayFailures == [.lost])
        #expect(agents.states == [.checking, .connected, .disconnected])
        agents.run(.seconds(40))
        guard case .failed(let failure) = agents.states.last else {
            Issue.record("not noticed: \(agents.states)")
            return
        }
        #expect(failure.reason == .consentExpired)
        guard case .failed = agents.far.state else {
            Issue.record("not noticed behind the relay")
            return
        }
    }

    @Test func `a connection that is gone early ends the gathering`() {
        var random = SeededRandom(seed: 5)
        var agent = ICEAgent(.init(role: .controlling, isRelayOnly: true), random: &random)
        let bench = TURNBench(isStream: true)
        agent.add(relay: bench.client.configuration, over: SocketID(3), now: bench.now)
        agent.endGathering(now: bench.now)
        agent.close(socket: SocketID(3), now: bench.now)
        let outputs = agent.takeOutputs()
        #expect(outputs.contains(.relayFailed(0, .lost)) && outputs.last == .gathered)
    }
}
