import HTTP
import Network
import Primitives
import Signaling
import WebRTC

/// Our own addresses, and those that STUN and TURN servers give us.
extension ClientSession {
    // MARK: - Hosts

    /// Opens a socket at each address that the other side may be told of.
    func openHosts() throws(SessionFailure) {
        guard !settings.isRelayOnly else { return }
        let addresses: [SocketAddress]
        do throws(NetworkError) {
            addresses = try usableAddresses()
        } catch {
            throw .noSocket(error)
        }
        var problem: NetworkError?
        for address in addresses {
            do throws(NetworkError) {
                try openHost(address)
            } catch {
                problem = error
            }
        }
        guard hosts.isEmpty else { return }
        throw problem.map { .noSocket($0) } ?? .noAddress
    }

    private func usableAddresses() throws(NetworkError) -> [SocketAddress] {
        HostAddresses.usable(
            try lookUp(), endpoint: settings.signaling.endpoint.host,
            limit: settings.limits.sockets)
    }

    private func openHost(_ address: SocketAddress) throws(NetworkError) {
        let (id, bound) = try sockets.open(at: address)
        hosts.append((address, id))
        change { peer, sink, now in
            peer.add(socket: id, address: bound, now: now, into: &sink)
        }
    }

    /// Looks whether the host's addresses are still those that are in use.
    func watchAddresses() {
        guard phase == .connected else { return }
        watchTimer?.set(at: loop.now + settings.limits.addressInterval)
        guard !settings.isRelayOnly, let now = try? usableAddresses() else { return }
        let lost = hosts.filter { !now.contains($0.address) }
        var isNew = false
        for address in now where !hosts.contains(where: { $0.address == address }) {
            if (try? openHost(address)) != nil { isNew = true }
        }
        hosts.removeAll { host in lost.contains { $0.socket == host.socket } }
        let selected = peer.ice.selected?.socket
        for host in lost { sockets.close(host.socket) }
        if lost.contains(where: { $0.socket == selected }) {
            hasLostRoute = true
        } else {
            guard isNew, stalledSince != nil || hasLostRoute else { return }
        }
        askForRestart(.addresses)
    }

    // MARK: - Candidates

    func local(_ candidate: ICECandidate) -> LocalCandidate {
        LocalCandidate(mid: "0", mediaIndex: 0, attribute: candidate.text)
    }

    func trickle(_ candidate: ICECandidate) {
        guard isOffered else { return }
        hasTrickled = true
        perform(signaling.add([local(candidate)]))
    }

    func gathered() {
        hasGathered = true
        if phase == .gathering {
            guard !peer.ice.localCandidates.isEmpty else { return runOut() }
            post()
        } else if hasTrickled {
            perform(signaling.endCandidates())
        }
    }

    /// Ends gathering once there is nobody left to ask.
    func endGatheringIfDone() {
        guard unresolved == 0, phase == .gathering || negotiated != nil else { return }
        change { peer, sink, now in peer.endGathering(now: now, into: &sink) }
    }

    // MARK: - Servers

    func add(_ servers: [ICEServer]) {
        for server in servers {
            guard let address = ICEServerAddress(server.url) else {
                note(server.url, .badURL)
                continue
            }
            guard relays.count + unresolved < settings.limits.iceServers else {
                note(server.url, .tooMany)
                continue
            }
            resolve(server, address)
        }
    }

    private func resolve(_ server: ICEServer, _ address: ICEServerAddress) {
        if let known = SocketAddress(host: address.host, port: address.port) {
            return add(server, address, at: [known])
        }
        unresolved += 1
        let carried = LoopBound(WeakSession(session: self), loop: loop)
        do throws(NetworkError) {
            try Names.resolve(address.host, port: address.port, on: loop) { result in
                guard let session = carried.value.session, session.phase != .ended else { return }
                session.unresolved -= 1
                switch result {
                case .success(let found): session.add(server, address, at: found)
                case .failure(let error): session.note(server.url, .unresolved(error))
                }
                session.endGatheringIfDone()
            }
        } catch {
            unresolved -= 1
            note(server.url, .unresolved(error))
        }
    }

    private func add(
        _ server: ICEServer, _ address: ICEServerAddress, at found: [SocketAddress]
    ) {
        guard let first = found.first else { return }
        // One of each family: one of them may lead nowhere, and each has candidates of its own.
        let other = found.first { $0.isIPv4 != first.isIPv4 }
        for place in [first] + (other.map { [$0] } ?? []) {
            switch address.kind {
            case .stun:
                change { peer, sink, now in
                    peer.add(stunServer: place, now: now, into: &sink)
                }
            case .turn(let transport): add(server, address, transport, at: place)
            }
        }
    }

    private func add(
        _ server: ICEServer, _ address: ICEServerAddress, _ transport: ICEServerAddress.Transport,
        at place: SocketAddress
    ) {
        do throws(RelayFailure) {
            let socket = try openRelay(server.url, address, transport, at: place)
            relays.append(Relay(url: server.url, socket: socket))
            change { peer, sink, now in
                peer.add(
                    relay: TURNServer(
                        address: place, username: server.username ?? "",
                        password: server.credential ?? "", isStream: transport != .udp),
                    over: socket, now: now, into: &sink)
            }
        } catch {
            relayFailures.append(error)
            tell(.notice(.relay(error)))
        }
    }

    private func openRelay(
        _ url: String, _ address: ICEServerAddress, _ transport: ICEServerAddress.Transport,
        at place: SocketAddress
    ) throws(RelayFailure) -> SocketID {
        var trust: TLSTrust?
        if transport == .tls {
            do throws(TLSProblem) {
                trust = try TLSTrust(authorityPath: settings.http.authorityPath)
            } catch {
                throw RelayFailure(url: url, reason: .badAuthority)
            }
        }
        do throws(NetworkError) {
            guard transport == .udp else {
                return try sockets.connect(to: place, tls: trust.map { ($0, address.host) })
            }
            let any =
                place.isIPv4
                ? SocketAddress(ipv4: 0, port: 0) : SocketAddress(high: 0, low: 0, port: 0)
            return try sockets.open(at: any).id
        } catch {
            throw RelayFailure(url: url, reason: .socket(error))
        }
    }

    func lost(_ socket: SocketID, _ end: StreamConnectionEnd) {
        if let relay = relays.first(where: { $0.socket == socket }) {
            note(relay.url, .connection(end))
        }
        change { peer, sink, now in peer.lost(socket: socket, now: now, into: &sink) }
    }

    func relayFailed(_ place: Int, _ failure: TURNFailure) {
        // What became of the connection has been told.
        guard relays.indices.contains(place), failure != .lost else { return }
        note(relays[place].url, .turn(failure))
    }

    func note(_ url: String, _ reason: RelayFailure.Reason) {
        let failure = RelayFailure(url: url, reason: reason)
        relayFailures.append(failure)
        tell(.notice(.relay(failure)))
    }
}

/// A session as others may carry it: it is not kept for their sake.
private struct WeakSession {
    weak var session: ClientSession?
}
