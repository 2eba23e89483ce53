package import Primitives

extension ICEAgent {
    /// Asks a STUN server how each of our sockets looks from outside.
    package mutating func add(stunServer server: SocketAddress, now: Instant) {
        guard !settings.isRelayOnly else { return }
        for base in bases where base.address.isIPv4 == server.isIPv4 {
            guard transactions.count(where: { !$0.isCheck }) < Limits.servers * 2 else { return }
            let message = STUNMessage(.request, .binding, .init(using: &random))
            send(
                message, .reflexive(server: server), Route(socket: base.socket, remote: server), now
            )
        }
        reschedule(now)
    }

    /// Asks a TURN server for an address through this socket.
    package mutating func add(relay server: TURNServer, over socket: SocketID, now: Instant) {
        guard relays.count < Limits.servers else { return }
        var relay = TURNClient(server, socket: socket, seed: random.next())
        relay.start(now: now)
        relays.append(relay)
        forward(relay: relays.count - 1)
        reschedule(now)
    }

    /// The connection to a relay is gone.
    package mutating func close(socket: SocketID, now: Instant) {
        for index in relays.indices where relays[index].socket == socket {
            relays[index].fail(.lost)
            forward(relay: index)
        }
        reschedule(now)
    }

    var isAskingServers: Bool {
        relays.contains(where: \.isAllocating) || transactions.contains { !$0.isCheck }
    }

    mutating func addReflexive(_ response: STUNMessage, _ socket: SocketID) {
        guard let mapped = response.mappedAddress,
            let base = bases.first(where: { $0.socket == socket }), mapped != base.address
        else { return }
        let order = locals.count { $0.candidate.kind == .serverReflexive }
        addLocal(
            ICECandidate(
                foundation: "s\(socket.number)",
                priority: ICECandidate.priority(.serverReflexive, address: mapped, order: order),
                place: .address(mapped), kind: .serverReflexive, related: base.address),
            socket: socket, relay: nil)
    }

    // MARK: - Relays

    /// Stands for our own address where only relays are to be seen.
    private static let hidden = SocketAddress(ipv4: 0, port: 0)

    mutating func timeOutRelays(_ now: Instant) {
        for index in relays.indices where relays[index].deadline.map({ $0 <= now }) ?? false {
            relays[index].handleTimeout(now: now)
            forward(relay: index)
        }
    }

    /// Passes on what a relay's client has to send and to tell.
    mutating func forward(relay index: Int) {
        let route = Route(socket: relays[index].socket, remote: relays[index].server)
        let (outbox, events) = (relays[index].outbox, relays[index].events)
        relays[index].outbox.removeAll(keepingCapacity: true)
        relays[index].events.removeAll()
        for bytes in outbox { put(.send(bytes, route)) }
        for event in events {
            switch event {
            case .allocated(let relayed, let mapped):
                addLocal(
                    ICECandidate(
                        foundation: "r\(index)",
                        priority: ICECandidate.priority(.relayed, address: relayed, order: index),
                        place: .address(relayed), kind: .relayed,
                        related: settings.isRelayOnly ? Self.hidden : mapped ?? relayed),
                    socket: relays[index].socket, relay: index)
            case .failed(let failure):
                for pair in pairs.indices where pairs[pair].route.relay == index {
                    pairs[pair].state = .failed
                    // There is no way to the other side any more; another pair may have one.
                    if pairs[pair].id == selectedPair, state == .connected { enter(.disconnected) }
                }
                put(.relayFailed(index, failure))
            }
        }
    }

    /// Nil when the server's address is used by somebody who talks to us without the relay.
    mutating func receive(
        _ bytes: Span<UInt8>, relay index: Int, now: Instant
    ) -> ICEReceipt? {
        let receipt = relays[index].receive(bytes, now: now)
        forward(relay: index)
        switch receipt {
        case .notTURN: return nil
        case .consumed:
            reschedule(now)
            return .consumed
        case .data(let range, let remote):
            let route = Route(socket: relays[index].socket, remote: remote, relay: index)
            let inner = bytes.extracting(range)
            guard STUNMessage.isSTUN(inner) else { return .payload(range, route) }
            receiveSTUN(inner, route, now)
            reschedule(now)
            return .consumed
        }
    }
}
