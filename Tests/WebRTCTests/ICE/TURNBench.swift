import Primitives

@testable import WebRTC

/// A TURN server that keeps the rules until a script says otherwise, and a client of it.
struct TURNBench {
    enum Reply {
        case regular
        case silence
        case refusal(Int)
        /// Exactly these bytes, made from the request.
        case bytes((STUNMessage) -> [UInt8])
    }

    struct Delivery: Equatable {
        let bytes: [UInt8]
        let to: SocketAddress
        let isByChannel: Bool
    }

    static let relayed = SocketAddress(ipv4: 0xC000_0201, port: 50_000)
    static let mapped = SocketAddress(ipv4: 0xCB00_7105, port: 40_000)
    static let server = SocketAddress(ipv4: 0xCB00_7101, port: 3478)

    static func peer(_ host: UInt32, _ port: UInt16 = 9) -> SocketAddress {
        SocketAddress(ipv4: 0x0A00_0000 + host, port: port)
    }

    var client: TURNClient
    var now = Instant(nanoseconds: 1_000_000_000)
    var password = "secret"
    var nonce = "first"
    var lifetimeSeconds: UInt32 = 600
    /// Decides before the rules do.
    var script: (STUNMessage) -> Reply = { _ in .regular }

    private(set) var requests: [STUNMessage] = []
    private(set) var delivered: [Delivery] = []
    /// What came without permission, on an unbound channel, or after the allocation had ended.
    private(set) var dropped = 0
    private(set) var expiry: Instant?
    private var permissions: [(host: SocketAddress, until: Instant)] = []
    private var channels: [(number: UInt16, peer: SocketAddress, until: Instant)] = []

    init(isStream: Bool = false, password: String = "secret", seed: UInt64 = 1) {
        client = TURNClient(
            TURNServer(
                address: Self.server, username: "user", password: password, isStream: isStream),
            socket: SocketID(3), seed: seed)
    }

    /// A bench whose client has its allocation.
    static func allocated(isStream: Bool = false) -> TURNBench {
        var bench = TURNBench(isStream: isStream)
        bench.start()
        bench.client.events = []
        bench.forgetRequests()
        return bench
    }

    static var key: [UInt8] { MD5.hash(Array("user:example.org:secret".utf8).span) }

    mutating func start() {
        client.start(now: now)
        exchange()
    }

    mutating func forgetRequests() { requests = [] }
    mutating func forgetDeliveries() { delivered = [] }

    func count(_ method: STUNMessage.Method) -> Int { requests.count { $0.method == method } }

    /// Hands on what the client has to say, until it has nothing more to say.
    mutating func exchange() {
        while !client.outbox.isEmpty {
            let outbox = client.outbox
            client.outbox = []
            for bytes in outbox {
                guard let answer = serve(bytes) else { continue }
                _ = client.receive(answer.span, now: now)
            }
        }
    }

    mutating func run(_ duration: Duration) {
        let end = now + duration
        while let due = client.deadline, due <= end {
            now = max(now, due)
            client.handleTimeout(now: now)
            exchange()
        }
        now = end
    }

    mutating func send(_ bytes: [UInt8], to address: SocketAddress) {
        client.send(bytes, to: address, now: now)
        exchange()
    }

    /// What the client makes of bytes from the server.
    mutating func hear(_ bytes: [UInt8]) -> TURNClient.Receipt {
        client.receive(bytes.span, now: now)
    }

    // MARK: - The server

    /// What the server answers.
    mutating func serve(_ bytes: [UInt8]) -> [UInt8]? {
        if bytes[0] & 0xC0 == 0x40 {
            relay(channel: bytes)
            return nil
        }
        guard let message = try? STUNMessage(bytes) else { return nil }
        guard message.messageClass == .request else {
            guard message.method == .send, let peer = message.peerAddress,
                let range = message.dataRange
            else { return nil }
            deliver(Array(bytes[range]), to: peer, isByChannel: false)
            return nil
        }
        requests.append(message)
        switch script(message) {
        case .regular: return regular(message, bytes)
        case .silence: return nil
        case .refusal(let code):
            var refusal = message.answer(.failure)
            refusal.errorCode = .init(code, "no")
            return refusal.bytes(key: message.username == nil ? nil : Self.key)
        case .bytes(let make): return make(message)
        }
    }

    private mutating func relay(channel bytes: [UInt8]) {
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let length = Int(bytes[2]) << 8 | Int(bytes[3])
        let expected = client.configuration.isStream ? (length + 7) / 4 * 4 : length + 4
        guard bytes.count == expected,
            let channel = channels.first(where: { $0.number == number && $0.until > now })
        else {
            dropped += 1
            return
        }
        deliver(Array(bytes[4..<4 + length]), to: channel.peer, isByChannel: true)
    }

    private mutating func deliver(_ bytes: [UInt8], to peer: SocketAddress, isByChannel: Bool) {
        let host = peer.with(port: 0)
        guard expiry.map({ $0 > now }) ?? false,
            permissions.contains(where: { $0.host == host && $0.until > now })
        else {
            dropped += 1
            return
        }
        delivered.append(Delivery(bytes: bytes, to: peer, isByChannel: isByChannel))
    }

    func challenge(_ request: STUNMessage, _ code: Int) -> [UInt8] {
        var answer = request.answer(.failure)
        answer.errorCode = .init(code, "")
        (answer.realm, answer.nonce) = ("example.org", nonce)
        return answer.bytes(key: nil)
    }

    private mutating func regular(_ request: STUNMessage, _ bytes: [UInt8]) -> [UInt8] {
        let key = MD5.hash(Array("user:example.org:\(password)".utf8).span)
        guard request.username == "user" else { return challenge(request, 401) }
        guard request.nonce == nonce else { return challenge(request, 438) }
        guard request.hasIntegrity(bytes, key: key) else { return challenge(request, 401) }
        var answer = request.answer(.success)
        switch request.method {
        case .allocate:
            guard request.wantsUDPTransport else { return challenge(request, 442) }
            (answer.relayedAddress, answer.mappedAddress) = (Self.relayed, Self.mapped)
            answer.lifetimeSeconds = lifetimeSeconds
            expiry = now + .seconds(Int64(lifetimeSeconds))
        case .refresh:
            guard expiry.map({ $0 > now }) ?? false else { return challenge(request, 437) }
            let seconds = min(request.lifetimeSeconds ?? lifetimeSeconds, lifetimeSeconds)
            answer.lifetimeSeconds = seconds
            expiry = seconds == 0 ? nil : now + .seconds(Int64(seconds))
        case .createPermission: permit(request.peerAddress ?? Self.server)
        case .channelBind:
            guard let number = request.channel, let peer = request.peerAddress,
                channels.allSatisfy({ ($0.number == number) == ($0.peer == peer) })
            else { return challenge(request, 400) }
            channels.removeAll { $0.number == number }
            channels.append((number, peer, now + .seconds(600)))
            permit(peer)
        case .binding, .send, .data: return challenge(request, 400)
        }
        return answer.bytes(key: key)
    }

    private mutating func permit(_ peer: SocketAddress) {
        permissions.removeAll { $0.host == peer.with(port: 0) }
        permissions.append((peer.with(port: 0), now + .seconds(300)))
    }
}
