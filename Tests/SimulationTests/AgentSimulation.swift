import Primitives

@testable import WebRTC

/// Agents that talk over a virtual network, on one virtual clock.
struct AgentSimulation {
    struct Side {
        var agent: ICEAgent
        var addresses: [SocketAddress]
        var candidates: [ICECandidate] = []
        var hasGathered = false
        var routes: [Route] = []
        var payloads: [([UInt8], Route)] = []
    }

    var network: VirtualNetwork
    var sides: [Side] = []
    var now = Instant(nanoseconds: 1_000_000_000)
    var random: SeededRandom
    /// Candidates go to the other side as they are found; otherwise `exchange` takes them.
    var trickles = true
    var stunServer: SocketAddress?
    var largestOutput = 0

    init(_ conditions: VirtualNetwork.Conditions, seed: UInt64) {
        network = VirtualNetwork(conditions, seed: seed)
        random = SeededRandom(seed: seed &+ 1)
    }

    mutating func add(_ settings: ICEAgent.Settings, at addresses: [String]) {
        var side = Side(
            agent: ICEAgent(settings, random: &random), addresses: addresses.map { address($0) })
        for (number, address) in side.addresses.enumerated() {
            side.agent.add(socket: SocketID(number), address: address, now: now)
        }
        sides.append(side)
    }

    mutating func start() {
        for index in sides.indices {
            if let stunServer { sides[index].agent.add(stunServer: stunServer, now: now) }
            sides[index].agent.endGathering(now: now)
        }
        exchangeCredentials()
    }

    mutating func exchangeCredentials() {
        for index in sides.indices {
            sides[index].agent.setRemote(sides[1 - index].agent.localCredentials, now: now)
        }
        drain()
    }

    mutating func drain() {
        for index in sides.indices {
            let outputs = sides[index].agent.takeOutputs()
            largestOutput = max(largestOutput, outputs.count)
            for output in outputs { take(output, from: index) }
        }
    }

    private mutating func take(_ output: ICEAgent.Output, from index: Int) {
        let other = 1 - index
        switch output {
        case .send(let bytes, let route):
            let from = sides[index].addresses[route.socket.number]
            network.send(bytes, from: from, to: route.remote, now: now)
        case .candidate(let candidate):
            sides[index].candidates.append(candidate)
            if trickles, sides.indices.contains(other) {
                sides[other].agent.add(remote: candidate, now: now)
            }
        case .gathered:
            sides[index].hasGathered = true
            if trickles { sides[other].agent.endRemoteCandidates(now: now) }
        case .route(let route): sides[index].routes.append(route)
        case .state, .relayFailed, .heard: break
        }
    }

    /// Goes on to the next thing that happens; false when nothing will before `end`.
    mutating func step(until end: Instant) -> Bool {
        drain()
        let times = sides.compactMap(\.agent.deadline) + [network.next].compactMap { $0 }
        guard let next = times.min(), next <= end else {
            now = max(now, end)
            return false
        }
        now = max(now, next)
        for index in sides.indices where sides[index].agent.deadline.map({ $0 <= now }) ?? false {
            sides[index].agent.handleTimeout(now: now)
        }
        while let (bytes, from, to) = network.receive(by: now) { deliver(bytes, from, to) }
        drain()
        return true
    }

    private mutating func deliver(_ bytes: [UInt8], _ from: SocketAddress, _ to: SocketAddress) {
        if to == stunServer { return answer(bytes, from) }
        for index in sides.indices {
            guard let socket = sides[index].addresses.firstIndex(of: to) else { continue }
            let receipt = sides[index].agent.receive(
                bytes.span, from: from, on: SocketID(socket), now: now)
            if case .payload(let range, let route) = receipt {
                sides[index].payloads.append((Array(bytes[range]), route))
            }
        }
    }

    private mutating func answer(_ bytes: [UInt8], _ from: SocketAddress) {
        guard let stunServer, let request = try? STUNMessage(parsing: bytes.span) else { return }
        var response = request.answer(.success)
        response.mappedAddress = from
        network.send(response.bytes(key: nil), from: stunServer, to: from, now: now)
    }

    mutating func run(_ seconds: Int) {
        let end = now + .seconds(seconds)
        var steps = 0
        while step(until: end) {
            steps += 1
            // No agent has a thousand things to do in a second; one that thinks so is stuck.
            precondition(steps < 1000 * max(seconds, 10), "stuck: \(sides.map(\.agent))")
        }
    }

    var isConnected: Bool { sides.allSatisfy { $0.agent.state == .connected } }
}
