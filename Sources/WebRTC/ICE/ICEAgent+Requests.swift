package import Primitives

/// What a datagram turned out to be.
package enum ICEReceipt: Sendable, Equatable {
    /// It was ICE's or a relay's own, and has been dealt with.
    case consumed
    /// It carries something for the layers above: these bytes of it, by this route.
    case payload(Range<Int>, Route)
}

extension ICEAgent {
    /// Takes a datagram that one of our sockets received.
    package mutating func receive(
        _ bytes: Span<UInt8>, from remote: SocketAddress, on socket: SocketID, now: Instant
    ) -> ICEReceipt {
        guard state != .closed else { return .consumed }
        if let relay = relays.firstIndex(where: { $0.socket == socket && $0.server == remote }) {
            if let receipt = receive(bytes, relay: relay, now: now) { return receipt }
        }
        let route = Route(socket: socket, remote: remote)
        guard STUNMessage.isSTUN(bytes) else { return .payload(0..<bytes.count, route) }
        receiveSTUN(bytes, route, now)
        reschedule(now)
        return .consumed
    }

    mutating func receiveSTUN(_ bytes: Span<UInt8>, _ route: Route, _ now: Instant) {
        guard let message = try? STUNMessage(parsing: bytes), message.method == .binding else {
            counters.malformed += 1
            return
        }
        switch message.messageClass {
        case .request: answer(message, bytes, route, now)
        case .success, .failure: receiveResponse(message, bytes, route, now)
        case .indication: break
        }
    }

    // MARK: - Requests

    private mutating func answer(
        _ request: STUNMessage, _ bytes: Span<UInt8>, _ route: Route, _ now: Instant
    ) {
        guard let credentials = credentials(for: request.username) else {
            counters.unknownUfrag += 1
            return
        }
        let key = Array(credentials.password.utf8)
        guard request.hasIntegrity(bytes, key: key.span) else {
            counters.badIntegrity += 1
            return
        }
        counters.checksAnswered += 1
        if !request.unknownAttributes.isEmpty {
            var refusal = request.answer(.failure)
            refusal.errorCode = .init(420, "Unknown Attribute")
            refusal.unknownAttributes = request.unknownAttributes
            return transmit(refusal.bytes(key: key), route, now)
        }
        guard settleRoles(request, key, route, now) else { return }
        var response = request.answer(.success)
        response.mappedAddress = route.remote
        transmit(response.bytes(key: key), route, now)
        if credentials == localCredentials { learn(from: request, route, now) }
    }

    /// Our part of `ours:theirs` names the generation.
    private func credentials(for username: String?) -> ICECredentials? {
        guard let username, let colon = username.firstIndex(of: ":") else { return nil }
        let ufrag = username[..<colon]
        if ufrag == localCredentials.ufrag { return localCredentials }
        return previousCredentials.flatMap { $0.ufrag == ufrag ? $0 : nil }
    }

    /// RFC 8445 7.3.1.1: of two sides with the same role, the one with the larger number controls.
    private mutating func settleRoles(
        _ request: STUNMessage, _ key: [UInt8], _ route: Route, _ now: Instant
    ) -> Bool {
        switch (role, request.role) {
        case (.controlling, .controlling(let theirs)):
            if tieBreaker >= theirs { return refuseRole(request, key, route, now) }
            switchRole(to: .controlled)
        case (.controlled, .controlled(let theirs)):
            if settings.isLite { return true }
            if tieBreaker < theirs { return refuseRole(request, key, route, now) }
            switchRole(to: .controlling)
        default: break
        }
        return true
    }

    private mutating func refuseRole(
        _ request: STUNMessage, _ key: [UInt8], _ route: Route, _ now: Instant
    ) -> Bool {
        var refusal = request.answer(.failure)
        refusal.errorCode = .init(STUNMessage.ErrorCode.roleConflict, "Role Conflict")
        transmit(refusal.bytes(key: key), route, now)
        return false
    }

    mutating func switchRole(to next: Role) {
        role = next
        let isControlling = isControlling
        pairs.sort {
            $0.priority(isControlling: isControlling) > $1.priority(isControlling: isControlling)
        }
    }

    /// RFC 8445 7.3.1.3 to 7.3.1.5: a pair for the way the request came, checked in turn.
    private mutating func learn(from request: STUNMessage, _ route: Route, _ now: Instant) {
        guard let local = local(for: route) else { return }
        let isNew = !pairs.contains { $0.route == route && $0.requestsReceived > 0 }
        if isNew, route.relay == nil { put(.heard(route.remote)) }
        var remote = remotes.first { $0.address == route.remote }
        if remote == nil { forgetOldAddress() }
        if remote == nil, remotes.count < Limits.remoteCandidates {
            remote = ICECandidate(
                foundation: "p\(remotes.count)", priority: request.priority ?? 0,
                place: .address(route.remote), kind: .peerReflexive)
            if let remote { remotes.append(remote) }
        }
        guard let remote, let pair = addPair(route, local: local, remote: remote),
            let index = index(of: pair)
        else { return }
        pairs[index].requestsReceived += 1
        pairs[index].lastHeard = now
        if settings.isLite {
            pairs[index].state = .succeeded
            if selectedPair == pair { heardSelected(now) }
            if request.nominates || selectedPair == nil { select(index, now) }
            return
        }
        if selectedPair == pair, state == .disconnected, !triggered.contains(pair) {
            triggered.insert(pair, at: 0)
        }
        if request.nominates, role == .controlled {
            if pairs[index].state == .succeeded { return select(index, now) }
            pairs[index].isNamed = true
        }
        guard pairs[index].state != .succeeded, !triggered.contains(pair),
            triggered.count < Limits.triggered
        else { return }
        // A check under way is repeated at once: its first copy may have met a closed door.
        let isUnderWay = pairs[index].state == .inProgress
        if !isUnderWay || pairs[index].requestsReceived == 1 { triggered.append(pair) }
        if !isUnderWay { pairs[index].state = .waiting }
    }

    /// Makes room where a NAT has given the other side a new address again and again.
    private mutating func forgetOldAddress() {
        guard remotes.count >= Limits.remoteCandidates else { return }
        let current = pairs.first { $0.id == selectedPair }?.route.remote
        let old = remotes.firstIndex { $0.kind == .peerReflexive && $0.address != current }
        guard let old else { return }
        let address = remotes.remove(at: old).address
        pairs.removeAll { $0.route.remote == address && $0.id != selectedPair }
    }

    private func local(for route: Route) -> ICECandidate? {
        let match = locals.first {
            $0.socket == route.socket && $0.relay == route.relay
                && ($0.candidate.kind == .host || $0.candidate.kind == .relayed)
        }
        return match?.candidate
    }

    private mutating func heardSelected(_ now: Instant) {
        lastHeard = now
        if state == .disconnected { enter(.connected) }
    }

    // MARK: - Responses

    private mutating func receiveResponse(
        _ response: STUNMessage, _ bytes: Span<UInt8>, _ route: Route, _ now: Instant
    ) {
        guard let place = transactions.firstIndex(where: { $0.id == response.transaction }) else {
            counters.unmatchedResponses += 1
            return
        }
        let transaction = transactions[place]
        if case .reflexive(let server) = transaction.purpose {
            guard server == route.remote else { return }
            transactions.remove(at: place)
            return addReflexive(response, transaction.route.socket)
        }
        let key = Array((remoteCredentials?.password ?? "").utf8)
        guard response.hasIntegrity(bytes, key: key.span) else {
            counters.badIntegrity += 1
            return
        }
        transactions.remove(at: place)
        switch transaction.purpose {
        case .reflexive: break
        case .consent(let pair):
            // Only an authenticated success by the same way renews consent (RFC 7675 5.1).
            if response.messageClass == .success, pair == selectedPair, route == transaction.route {
                if let index = index(of: pair), transaction.repetition.transmissions == 1 {
                    pairs[index].roundTrip = now - transaction.sentAt
                }
                heardSelected(now)
            }
        case .check(let pair, let nominates, let asControlling):
            guard let index = index(of: pair) else { return }
            pairs[index].isNominating = false
            if response.errorCode?.code == STUNMessage.ErrorCode.roleConflict {
                giveWay(to: asControlling ? .controlled : .controlling)
                if triggered.count < Limits.triggered { triggered.append(pair) }
            } else if response.messageClass == .failure || route != transaction.route {
                pairs[index].state = .failed
            } else {
                if transaction.repetition.transmissions == 1 {
                    pairs[index].roundTrip = now - transaction.sentAt
                }
                succeed(pair, nominates: nominates, now)
            }
        }
    }

    /// Told that both sides had the same role, we take the other, with a new number for the next
    /// time (RFC 8445 7.2.5.1 and 16.1).
    private mutating func giveWay(to next: Role) {
        guard role != next else { return }
        tieBreaker = random.next()
        switchRole(to: next)
    }

    private mutating func succeed(_ pair: Int, nominates: Bool, _ now: Instant) {
        guard let index = index(of: pair) else { return }
        pairs[index].state = .succeeded
        pairs[index].lastHeard = now
        if firstSuccess == nil { firstSuccess = now }
        if selectedPair == pair { heardSelected(now) }
        if nominates && isControlling || pairs[index].isNamed && !isControlling {
            pairs[index].isNamed = false
            select(index, now)
        } else if selected == nil {
            // Media may flow by a pair that works before it is named (RFC 8445 12.1).
            selected = pairs[index].route
            put(.route(pairs[index].route))
        }
    }
}
