internal import CShims
package import HTTP
package import Primitives

/// An HTTP/1.1 server on a loop, plain or over TLS. For the loop's thread only.
package final class HTTPServer {
    private static let backlog: Int32 = 512
    private static let acceptsPerTurn = 64
    /// How long accepting rests when the system has no descriptors left.
    private static let acceptRest = Duration.milliseconds(100)

    package let localAddress: SocketAddress
    package var counters = HTTPServerCounters()
    let loop: EventLoop
    let options: HTTPServerOptions
    let onRequest: (HTTPRequest, HTTPResponder) -> Void
    /// What all connections read through.
    var scratch = [UInt8](repeating: 0, count: TLSSession.recordBytes)
    /// When bytes were last read, of any connection: within a request's callback, those that made
    /// it whole were there no later.
    package internal(set) var lastRead: Instant

    private let wallClock: () -> WallClock
    private var tls: TLSIdentity?
    private var listener: Descriptor?
    private var watch: DescriptorWatch?
    private var restTimer: LoopTimer?
    private var stopTimer: LoopTimer?
    private var connections: [HTTPConnection?] = []
    private var freeSlots: [Int] = []
    private var perAddress: [UInt64: Int] = [:]
    private var onStopped: (() -> Void)?
    private var dateSecond = Int64.min
    private var dateText = ""

    /// Listens at once; port 0 takes a free one. Without `tls` it is plain HTTP.
    package init(
        on loop: EventLoop, at address: SocketAddress, tls: TLSIdentity?,
        options: HTTPServerOptions, wallClock: @escaping () -> WallClock,
        onRequest: @escaping (HTTPRequest, HTTPResponder) -> Void
    ) throws(NetworkError) {
        self.loop = loop
        lastRead = loop.now
        self.tls = tls
        self.options = options
        self.wallClock = wallClock
        self.onRequest = onRequest
        let family: Int32 = address.isIPv4 ? 0 : 1
        let listener = Descriptor(try check(lc_socket(family, 1), .socket))
        try check(lc_bind(listener.number, family, address.c), .bind)
        try check(lc_listen(listener.number, Self.backlog), .listen)
        var local = lc_address()
        try check(unsafe lc_local_address(listener.number, &local), .localAddress)
        localAddress = SocketAddress(local)
        self.listener = listener
        watch = try loop.watch(listener.number, .readable) { [weak self] _ in self?.accept() }
        restTimer = loop.timer { [weak self] in self?.watch?.set(.readable) }
    }

    deinit {
        watch?.cancel()
        restTimer?.cancel()
        stopTimer?.cancel()
    }

    package var connectionCount: Int { connections.count - freeSlots.count }

    /// Shows another certificate from now on, to connections that are yet to come.
    package func use(_ identity: TLSIdentity) {
        precondition(tls != nil, "a plain server has no certificate to replace")
        tls = identity
    }

    /// Takes no more connections, closes the idle ones, and waits for the others; those that are
    /// left after `limit` are cut. Then calls back.
    package func stop(within limit: Duration, _ completion: @escaping () -> Void) {
        watch?.cancel()
        watch = nil
        restTimer?.cancel()
        listener = nil
        onStopped = completion
        for connection in connections { connection?.stop() }
        guard connectionCount > 0 else { return stopped() }
        let timer = loop.timer { [weak self] in
            for connection in self?.connections ?? [] { connection?.close() }
        }
        timer.set(at: loop.now + limit)
        stopTimer = timer
    }

    private func stopped() {
        stopTimer?.cancel()
        let completion = onStopped
        onStopped = nil
        completion?()
    }

    func remove(_ connection: HTTPConnection) {
        connections[connection.slot] = nil
        freeSlots.append(connection.slot)
        let key = Self.key(connection.peer)
        let count = (perAddress[key] ?? 1) - 1
        perAddress[key] = count > 0 ? count : nil
        if connectionCount == 0, listener == nil { stopped() }
    }

    /// The current date as a field has it, made once a second.
    func date() -> String {
        let now = wallClock()
        let second = now.millisecondsSince1970 / 1000
        if second != dateSecond {
            dateSecond = second
            dateText = now.httpDate
        }
        return dateText
    }

    private func accept() {
        for _ in 0..<Self.acceptsPerTurn {
            guard let listener else { return }
            var peer = lc_address()
            let number = unsafe lc_accept(listener.number, &peer)
            guard number >= 0 else {
                switch -Int(number) {
                case Errors.again: return
                case Errors.processFiles, Errors.systemFiles, Errors.noBuffers, Errors.noMemory:
                    watch?.set([])
                    restTimer?.set(at: loop.now + Self.acceptRest)
                    return
                default: continue
                }
            }
            admit(Descriptor(number), SocketAddress(peer))
        }
    }

    private func admit(_ descriptor: Descriptor, _ peer: SocketAddress) {
        let key = Self.key(peer)
        let count = perAddress[key] ?? 0
        guard connectionCount < options.connections, count < options.connectionsPerAddress else {
            counters.refused += 1
            return
        }
        var session: TLSSession?
        if let tls {
            guard let new = TLSSession(tls) else {
                counters.refused += 1
                return
            }
            session = new
        }
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        let connection = HTTPConnection(
            descriptor, peer: peer, slot: slot, tls: session, server: self)
        connections[slot] = connection
        perAddress[key] = count + 1
        counters.accepted += 1
        do {
            try connection.start()
        } catch {
            connection.close()
        }
    }

    /// An IPv4 address, or the network of an IPv6 one: its other half is the client's to choose.
    private static func key(_ address: SocketAddress) -> UInt64 {
        address.isIPv4 ? UInt64(address.ipv4) : address.high
    }
}
