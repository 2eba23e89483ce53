package import Primitives

/// How to reach a TURN server, and as whom.
package struct TURNServer: Sendable, Hashable {
    package let address: SocketAddress
    package let username: String
    package let password: String
    /// TCP or TLS: messages are not repeated, and channel data are padded (RFC 8656 12.5).
    package let isStream: Bool

    package init(address: SocketAddress, username: String, password: String, isStream: Bool) {
        self.address = address
        self.username = username
        self.password = password
        self.isStream = isStream
    }
}

/// Why a relay cannot be used, or no longer.
package enum TURNFailure: Error, Sendable, Equatable {
    case timedOut
    case unauthorized
    case refused(code: Int, reason: String)
    case malformedAnswer
    /// The connection to the server is gone.
    case lost
}

/// An allocation on a TURN server (RFC 8656): made, kept, and used to send and receive.
package struct TURNClient: Sendable {
    enum State: Sendable, Equatable {
        case allocating
        case allocated
        case closed
        case failed(TURNFailure)
    }

    enum Event: Sendable, Equatable {
        case allocated(relayed: SocketAddress, mapped: SocketAddress?)
        case failed(TURNFailure)
    }

    package enum Limits {
        package static let peers = 64
        /// Bytes (RFC 8489 14.3); a longer one is nobody's, whoever told us of it.
        package static let username = 508
        package static let held = 16
        package static let lifetimeSeconds: UInt32 = 600
        /// A permission lasts 300 s and a channel 600 s; both are renewed well before.
        package static let permissionRenewal: Duration = .seconds(240)
        package static let channelRenewal: Duration = .seconds(480)
        /// Over a stream nothing is repeated, and an answer is waited for so long.
        package static let streamPatience: Duration = .seconds(10)
        /// How often one request is sent anew with what the server said was missing.
        package static let authenticationTries = 3
        /// What a length of 16 bits can tell.
        package static let datagram = 65_535
        static let channels: ClosedRange<UInt16> = 0x4000...0x4FFF
    }

    /// An address on the other side of the relay.
    struct Remote: Sendable {
        let address: SocketAddress
        var isPermitted = false
        var permissionRenewal: Instant?
        var channel: UInt16?
        var isChannelBound = false
        var channelRenewal: Instant?
        /// Sent once the permission is there.
        var held: [[UInt8]] = []
    }

    struct Request: Sendable {
        enum Purpose: Sendable, Equatable {
            case allocate, refresh, release
            case permission(SocketAddress)
            case channel(SocketAddress)
        }

        let id: STUNMessage.TransactionID
        let purpose: Purpose
        let bytes: [UInt8]
        /// How often it has been sent anew with other credentials.
        let authentications: Int
        var repetition: STUNRepetition
    }

    let socket: SocketID
    let configuration: TURNServer
    var state: State = .allocating
    var realm = ""
    var nonce: String?
    var key: [UInt8]?
    /// Never used again, lest data for one remote be taken for another's.
    var nextChannel = Limits.channels.lowerBound
    var remotes: [Remote] = []
    var requests: [Request] = []
    var refreshAt: Instant?
    /// When the server forgets us, unless we refresh.
    var expiresAt: Instant?
    var outbox: [[UInt8]] = []
    var events: [Event] = []
    var random: SeededRandom

    init(_ configuration: TURNServer, socket: SocketID, seed: UInt64) {
        self.configuration = configuration
        self.socket = socket
        random = SeededRandom(seed: seed)
    }

    var server: SocketAddress { configuration.address }
    var isAllocating: Bool { state == .allocating }

    var deadline: Instant? {
        var next = requests.map(\.repetition.next).min()
        for instant in [refreshAt] + remotes.flatMap({ [$0.permissionRenewal, $0.channelRenewal] })
        {
            if let instant { next = next.map { min($0, instant) } ?? instant }
        }
        return next
    }

    mutating func start(now: Instant) {
        guard configuration.username.utf8.count <= Limits.username else {
            return fail(.unauthorized)
        }
        request(.allocate, now: now)
    }

    mutating func close(now: Instant) {
        if state == .allocated { request(.release, now: now) }
        requests = []
        remotes = []
        refreshAt = nil
        state = .closed
    }

    mutating func handleTimeout(now: Instant) {
        repeatRequests(now)
        guard state == .allocated else { return }
        if let due = refreshAt, due <= now {
            refreshAt = nil
            request(.refresh, now: now)
        }
        for index in remotes.indices {
            if let due = remotes[index].permissionRenewal, due <= now {
                remotes[index].permissionRenewal = nil
                request(.permission(remotes[index].address), now: now)
            }
            if let due = remotes[index].channelRenewal, due <= now {
                remotes[index].channelRenewal = nil
                request(.channel(remotes[index].address), now: now)
            }
        }
    }

    // MARK: - Data

    mutating func send(_ bytes: [UInt8], to address: SocketAddress, now: Instant) {
        guard state == .allocated, bytes.count <= Limits.datagram,
            let index = remote(address, now)
        else { return }
        guard remotes[index].isPermitted else {
            if remotes[index].held.count < Limits.held { remotes[index].held.append(bytes) }
            return
        }
        put(bytes, index)
    }

    /// Channels spare 32 bytes a datagram; they are for the one remote that carries media.
    mutating func bindChannel(_ address: SocketAddress, now: Instant) {
        guard state == .allocated, let index = remote(address, now),
            remotes[index].channel == nil, Limits.channels.contains(nextChannel)
        else { return }
        remotes[index].channel = nextChannel
        nextChannel += 1
        request(.channel(address), now: now)
    }

    private mutating func remote(_ address: SocketAddress, _ now: Instant) -> Int? {
        if let index = remotes.firstIndex(where: { $0.address == address }) { return index }
        guard remotes.count < Limits.peers else { return nil }
        // Permissions are for hosts; ports share them.
        let known = remotes.first { $0.address.with(port: 0) == address.with(port: 0) }
        remotes.append(Remote(address: address, isPermitted: known?.isPermitted ?? false))
        if known == nil { request(.permission(address), now: now) }
        return remotes.count - 1
    }

    /// Puts data out, in the wrapping that their remote has reached.
    mutating func put(_ bytes: [UInt8], _ index: Int) {
        guard remotes[index].isChannelBound, let channel = remotes[index].channel else {
            var message = STUNMessage(.indication, .send, .init(using: &random))
            message.peerAddress = remotes[index].address
            message.data = bytes
            return outbox.append(message.bytes(key: nil, hasFingerprint: false))
        }
        var writer = ByteWriter(reserving: 8 + bytes.count)
        writer.write(channel)
        writer.write(UInt16(truncatingIfNeeded: bytes.count))
        writer.write(bytes.span)
        if configuration.isStream {
            for _ in 0..<(4 - bytes.count % 4) % 4 { writer.write(0 as UInt8) }
        }
        outbox.append(writer.bytes)
    }

    // MARK: - Requests

    mutating func request(
        _ purpose: Request.Purpose, authentications: Int = 0, now: Instant
    ) {
        var message = STUNMessage(.request, method(purpose), .init(using: &random))
        switch purpose {
        case .allocate:
            message.wantsUDPTransport = true
            message.lifetimeSeconds = Limits.lifetimeSeconds
        case .refresh: message.lifetimeSeconds = Limits.lifetimeSeconds
        case .release: message.lifetimeSeconds = 0
        case .permission(let address): message.peerAddress = address
        case .channel(let address):
            message.peerAddress = address
            message.channel = remotes.first { $0.address == address }?.channel
        }
        if let nonce {
            message.username = configuration.username
            message.realm = realm
            message.nonce = nonce
        }
        let bytes = message.bytes(key: key)
        let interval: Duration =
            configuration.isStream ? Limits.streamPatience : STUNRepetition.firstInterval
        requests.removeAll { $0.purpose == purpose }
        requests.append(
            Request(
                id: message.transaction, purpose: purpose, bytes: bytes,
                authentications: authentications,
                repetition: STUNRepetition(interval: interval, now: now)))
        outbox.append(bytes)
    }

    private func method(_ purpose: Request.Purpose) -> STUNMessage.Method {
        switch purpose {
        case .allocate: .allocate
        case .refresh, .release: .refresh
        case .permission: .createPermission
        case .channel: .channelBind
        }
    }

    private mutating func repeatRequests(_ now: Instant) {
        for request in requests where request.repetition.next <= now {
            guard let index = requests.firstIndex(where: { $0.id == request.id }) else { continue }
            let limit = configuration.isStream ? 1 : STUNRepetition.maximumTransmissions
            guard request.repetition.transmissions < limit else {
                requests.remove(at: index)
                giveUp(request.purpose, now)
                continue
            }
            requests[index].repetition.sentAgain(now: now)
            outbox.append(request.bytes)
        }
    }

    /// What is in use is asked for again as long as the allocation lasts; the rest is let go.
    private mutating func giveUp(_ purpose: Request.Purpose, _ now: Instant) {
        switch purpose {
        case .allocate: fail(.timedOut)
        case .release: break
        case .refresh:
            guard let expiresAt, now < expiresAt else { return fail(.timedOut) }
            request(.refresh, now: now)
        case .permission(let address):
            guard remotes.contains(where: { $0.address == address && $0.isPermitted }) else {
                return forget(hostOf: address)
            }
            request(purpose, now: now)
        case .channel(let address):
            if remotes.contains(where: { $0.address == address && $0.isChannelBound }) {
                request(purpose, now: now)
            }
        }
    }

    /// Lets go of all remotes of a host, with what is held for them.
    mutating func forget(hostOf address: SocketAddress) {
        let host = address.with(port: 0)
        remotes.removeAll { $0.address.with(port: 0) == host }
        requests.removeAll {
            if case .channel(let address) = $0.purpose { return address.with(port: 0) == host }
            return false
        }
    }

    mutating func fail(_ failure: TURNFailure) {
        switch state {
        case .failed, .closed: return
        case .allocating, .allocated: break
        }
        state = .failed(failure)
        (requests, remotes, refreshAt) = ([], [], nil)
        events.append(.failed(failure))
    }
}
