import Primitives

extension TURNClient {
    /// What came from the server.
    enum Receipt: Equatable {
        case consumed
        /// Data from behind the relay: these bytes of what came.
        case data(Range<Int>, from: SocketAddress)
        /// Not a relay's message: the server's address is also somebody's who talks to us directly.
        case notTURN
    }

    mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Receipt {
        if let receipt = receiveChannelData(bytes) { return receipt }
        guard let message = try? STUNMessage(parsing: bytes) else { return .notTURN }
        switch message.messageClass {
        case .indication:
            guard message.method == .data, let address = message.peerAddress,
                let range = message.dataRange
            else { return .notTURN }
            guard state == .allocated else { return .consumed }
            return .data(range, from: address)
        case .success, .failure:
            guard let index = requests.firstIndex(where: { $0.id == message.transaction }) else {
                return message.method == .binding ? .notTURN : .consumed
            }
            let request = requests[index]
            if let key, message.integrityStart != nil {
                guard message.hasIntegrity(bytes, key: key.span) else { return .consumed }
            } else if message.messageClass == .success {
                return .consumed
            }
            requests.remove(at: index)
            if message.messageClass == .success {
                accept(message, request, now)
            } else {
                refuse(message, request, now)
            }
            return .consumed
        case .request: return .notTURN
        }
    }

    /// RFC 8656 12.4: a number from 0x4000 to 0x4FFF and a length.
    private func receiveChannelData(_ bytes: Span<UInt8>) -> Receipt? {
        guard bytes.count >= 4, bytes[0] & 0xF0 == 0x40 else { return nil }
        let (channel, length) = (bytes.uint16(at: 0), Int(bytes.uint16(at: 2)))
        guard length <= bytes.count - 4,
            let remote = remotes.first(where: { $0.channel == channel })
        else { return .consumed }
        return .data(4..<4 + length, from: remote.address)
    }

    private mutating func accept(
        _ message: STUNMessage, _ request: Request, _ now: Instant
    ) {
        switch request.purpose {
        case .allocate:
            // A server that does not know its own address gives one that nobody can reach.
            guard let relayed = message.relayedAddress, !relayed.isUnspecified, relayed.port != 0
            else { return fail(.malformedAnswer) }
            state = .allocated
            scheduleRefresh(message, now)
            events.append(.allocated(relayed: relayed, mapped: message.mappedAddress))
        case .refresh: scheduleRefresh(message, now)
        case .release: break
        case .permission(let address):
            let host = address.with(port: 0)
            for index in remotes.indices where remotes[index].address.with(port: 0) == host {
                remotes[index].isPermitted = true
                if remotes[index].address == address {
                    remotes[index].permissionRenewal = now + Limits.permissionRenewal
                }
                let held = remotes[index].held
                remotes[index].held = []
                for bytes in held { put(bytes, index) }
            }
        case .channel(let address):
            guard let index = remotes.firstIndex(where: { $0.address == address }) else { return }
            remotes[index].isChannelBound = true
            remotes[index].channelRenewal = now + Limits.channelRenewal
        }
    }

    /// A minute before the end, or half way where the server gives little time.
    private mutating func scheduleRefresh(_ message: STUNMessage, _ now: Instant) {
        let seconds = Int64(min(message.lifetimeSeconds ?? Limits.lifetimeSeconds, 3600))
        refreshAt = now + .seconds(max(seconds > 120 ? seconds - 60 : seconds / 2, 1))
        expiresAt = now + .seconds(seconds)
    }

    private mutating func refuse(
        _ message: STUNMessage, _ request: Request, _ now: Instant
    ) {
        let purpose = request.purpose
        let code = message.errorCode?.code ?? 0
        let wantsCredentials =
            code == STUNMessage.ErrorCode.unauthenticated && key == nil
            || code == STUNMessage.ErrorCode.staleNonce
        if wantsCredentials, let nonce = message.nonce, purpose != .release,
            request.authentications < Limits.authenticationTries
        {
            self.nonce = nonce
            realm = message.realm ?? realm
            let secret = "\(configuration.username):\(realm):\(configuration.password)"
            key = MD5.hash(Array(secret.utf8).span)
            return self.request(
                purpose, authentications: request.authentications + 1, now: now)
        }
        let failure: TURNFailure =
            code == STUNMessage.ErrorCode.unauthenticated
            ? .unauthorized : .refused(code: code, reason: message.errorCode?.reason ?? "")
        switch purpose {
        case .allocate, .refresh: fail(failure)
        case .release: break
        case .permission(let address): forget(hostOf: address)
        case .channel(let address):
            // Without a channel the data go in indications.
            guard let index = remotes.firstIndex(where: { $0.address == address }) else { return }
            remotes[index].isChannelBound = false
        }
    }
}
