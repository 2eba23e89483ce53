package import Primitives

extension ICEAgent {
    /// A request of ours that has not been answered.
    struct Transaction: Sendable {
        enum Purpose: Sendable, Equatable {
            case check(pair: Int, nominates: Bool, asControlling: Bool)
            case consent(pair: Int)
            case reflexive(server: SocketAddress)
        }

        let id: STUNMessage.TransactionID
        let purpose: Purpose
        let route: Route
        let bytes: [UInt8]
        let sentAt: Instant
        var repetition: STUNRepetition

        var isCheck: Bool {
            if case .reflexive = purpose { return false }
            return true
        }
    }

    /// Does what is due at `now`.
    package mutating func handleTimeout(now: Instant) {
        guard state != .closed else { return }
        repeatRequests(now)
        timeOutRelays(now)
        checkNext(now)
        nominate(now)
        keepConsent(now)
        judge(now)
        reschedule(now)
    }

    // MARK: - Checks

    private mutating func checkNext(_ now: Instant) {
        guard remoteCredentials != nil, !settings.isLite, isTrying else { return }
        guard nextCheck.map({ $0 <= now }) ?? true else { return }
        var next: Int?
        while let first = triggered.first, next == nil {
            triggered.removeFirst()
            next = index(of: first)
        }
        next = next ?? (selectedPair == nil ? pairs.firstIndex { $0.state == .waiting } : nil)
        guard let next else { return }
        sendCheck(next, nominates: false, now)
        nextCheck = now + Limits.pace
    }

    /// Failing ends trying; a restart begins it again.
    var isTrying: Bool {
        switch state {
        case .new, .checking, .connected, .disconnected: true
        case .failed, .closed: false
        }
    }

    mutating func sendCheck(_ index: Int, nominates: Bool, _ now: Instant) {
        let pair = pairs[index]
        if nominates { pairs[index].isNominating = true }
        if pair.state != .succeeded { pairs[index].state = .inProgress }
        pairs[index].checksSent += 1
        counters.checksSent += 1
        let purpose = Transaction.Purpose.check(
            pair: pair.id, nominates: nominates, asControlling: isControlling)
        // A pair that is tried again starts anew: the older request no longer counts.
        transactions.removeAll { $0.purpose == purpose }
        send(checkMessage(pair, nominates: nominates), purpose, pair.route, now)
    }

    private mutating func checkMessage(_ pair: ICEPair, nominates: Bool) -> STUNMessage {
        var message = STUNMessage(.request, .binding, .init(using: &random))
        message.username = "\(remoteCredentials?.ufrag ?? ""):\(localCredentials.ufrag)"
        // The priority that a peer-reflexive candidate found by this check would have.
        message.priority =
            ICECandidate.Kind.peerReflexive.preference << 24 | pair.localPriority & 0xFF_FFFF
        message.role =
            isControlling
            ? .controlling(tieBreaker: tieBreaker) : .controlled(tieBreaker: tieBreaker)
        message.nominates = nominates && isControlling
        return message
    }

    mutating func send(
        _ message: STUNMessage, _ purpose: Transaction.Purpose, _ route: Route, _ now: Instant
    ) {
        let key: [UInt8]? =
            if case .reflexive = purpose { nil } else {
                remoteCredentials.map { Array($0.password.utf8) }
            }
        let bytes = message.bytes(key: key)
        transactions.append(
            Transaction(
                id: message.transaction, purpose: purpose, route: route, bytes: bytes, sentAt: now,
                repetition: STUNRepetition(now: now)))
        transmit(bytes, route, now)
    }

    /// Sends by the route, through its relay if it has one.
    package mutating func transmit(_ bytes: [UInt8], _ route: Route, _ now: Instant) {
        guard let relay = route.relay else { return put(.send(bytes, route)) }
        guard relays.indices.contains(relay) else { return }
        relays[relay].send(bytes, to: route.remote, now: now)
        forward(relay: relay)
    }

    private mutating func repeatRequests(_ now: Instant) {
        var index = 0
        while index < transactions.count {
            guard transactions[index].repetition.next <= now else {
                index += 1
                continue
            }
            if transactions[index].repetition.transmissions >= STUNRepetition.maximumTransmissions {
                giveUp(transactions.remove(at: index))
                continue
            }
            transactions[index].repetition.sentAgain(now: now)
            transmit(transactions[index].bytes, transactions[index].route, now)
            index += 1
        }
    }

    private mutating func giveUp(_ transaction: Transaction) {
        guard case .check(let pair, _, _) = transaction.purpose, let index = index(of: pair) else {
            return
        }
        if pairs[index].state != .succeeded { pairs[index].state = .failed }
        pairs[index].isNominating = false
    }

    // MARK: - Nomination

    /// The controlling side names the best pair that works, once no better one is being tried or
    /// patience has run out (regular nomination, RFC 8445 8.1.1).
    private mutating func nominate(_ now: Instant) {
        guard isControlling, selectedPair == nil, isTrying, let firstSuccess,
            let best = pairs.firstIndex(where: { $0.state == .succeeded }),
            !pairs.contains(where: { $0.isNominating })
        else { return }
        let isBetterPossible = pairs[..<best].contains {
            $0.state == .waiting || $0.state == .inProgress
        }
        if !isBetterPossible || now >= firstSuccess + patience(for: best) {
            sendCheck(best, nominates: true, now)
        }
    }

    private func patience(for pair: Int) -> Duration {
        pairs[pair].localKind == .relayed
            ? Limits.relayNominationPatience : Limits.nominationPatience
    }

    mutating func select(_ index: Int, _ now: Instant) {
        let pair = pairs[index]
        let isNew = selectedPair != pair.id
        selectedPair = pair.id
        // Being named again is no proof of consent; only the first time starts its clock.
        if isNew { lastHeard = now }
        if isNew, let relay = pair.route.relay, relays.indices.contains(relay) {
            relays[relay].bindChannel(pair.route.remote, now: now)
            forward(relay: relay)
        }
        if nextConsent == nil, !settings.isLite { scheduleConsent(now) }
        previousCredentials = isNew ? nil : previousCredentials
        if selected != pair.route {
            selected = pair.route
            put(.route(pair.route))
        }
        enter(.connected)
    }

    // MARK: - Consent

    mutating func scheduleConsent(_ now: Instant) {
        let spread = Double.random(in: 0.8...1.2, using: &random)
        nextConsent = now + Limits.consentInterval * spread
    }

    private mutating func keepConsent(_ now: Instant) {
        guard let selectedPair, let index = index(of: selectedPair) else { return }
        if !settings.isLite, let nextConsent, nextConsent <= now {
            scheduleConsent(now)
            transactions.removeAll { $0.purpose == .consent(pair: selectedPair) }
            // Naming the pair again lets a lite peer follow us when a NAT gives us a new address.
            let message = checkMessage(pairs[index], nominates: isControlling)
            send(message, .consent(pair: selectedPair), pairs[index].route, now)
        }
        guard let lastHeard else { return }
        if now >= lastHeard + Limits.consentLife {
            fail(.consentExpired)
        } else if now >= lastHeard + Limits.silence {
            enter(.disconnected)
            moveToLivingPair(now)
        }
    }

    /// Another pair that has worked and has been heard of since is better than a silent one.
    private mutating func moveToLivingPair(_ now: Instant) {
        guard isControlling, !settings.isLite,
            let living = pairs.firstIndex(where: {
                $0.id != selectedPair && $0.state == .succeeded && !$0.isNominating
                    && ($0.lastHeard.map { $0 + Limits.silence > now } ?? false)
            })
        else { return }
        sendCheck(living, nominates: true, now)
    }

    // MARK: - The end

    private mutating func judge(_ now: Instant) {
        guard state == .checking, selectedPair == nil, let startedChecking else { return }
        if now >= startedChecking + Limits.establishment {
            let reason: ICEFailure.Reason =
                locals.isEmpty
                ? .noLocalCandidates
                : pairs.isEmpty && !settings.isLite ? .noRemoteCandidates : .tookTooLong
            return fail(reason)
        }
        guard hasToldGathered, areRemotesComplete, !settings.isLite else { return }
        if locals.isEmpty { return fail(.noLocalCandidates) }
        if !pairs.isEmpty, pairs.allSatisfy({ $0.state == .failed }) { fail(.allPairsFailed) }
    }

    private mutating func fail(_ reason: ICEFailure.Reason) {
        let attempts = attempts
        selected = nil
        selectedPair = nil
        enter(.failed(ICEFailure(reason: reason, attempts: attempts)))
    }

    /// What has been tried so far, and what came of it.
    package var attempts: [ICEFailure.Attempt] {
        pairs.map {
            ICEFailure.Attempt(
                local: $0.localKind, remote: $0.route.remote, remoteKind: $0.remoteKind,
                state: $0.state, checksSent: $0.checksSent, requestsReceived: $0.requestsReceived)
        }
    }

    /// The earliest of everything that is due.
    mutating func reschedule(_ now: Instant) {
        if isGatheringEnded, !hasToldGathered, !isAskingServers {
            hasToldGathered = true
            put(.gathered)
        }
        guard isTrying else {
            deadline = relays.compactMap(\.deadline).min()
            return
        }
        var next = transactions.map(\.repetition.next).min()
        func consider(_ instant: Instant?) {
            if let instant { next = next.map { min($0, instant) } ?? instant }
        }
        relays.forEach { consider($0.deadline) }
        let hasWork = !triggered.isEmpty || pairs.contains { $0.state == .waiting }
        if remoteCredentials != nil, hasWork, selectedPair == nil || !triggered.isEmpty {
            consider(nextCheck.map { max($0, now) } ?? now)
        }
        if selectedPair != nil {
            consider(nextConsent)
            if let lastHeard {
                consider(lastHeard + (state == .disconnected ? Limits.consentLife : Limits.silence))
            }
        } else {
            consider(startedChecking.map { $0 + Limits.establishment })
            if isControlling, let firstSuccess, !pairs.contains(where: \.isNominating),
                let best = pairs.firstIndex(where: { $0.state == .succeeded })
            {
                consider(firstSuccess + patience(for: best))
            }
        }
        deadline = next
    }
}
