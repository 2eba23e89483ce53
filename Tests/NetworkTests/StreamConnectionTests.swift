import Glibc
import HTTP
import Network
import Primitives
import TestSupport
import Testing

/// A stream connection on a loop of its own, and what has come of it.
final class TestStream {
    struct Seen: Sendable {
        var bytes: [UInt8] = []
        var events: [StreamConnectionEvent] = []
        var counters = StreamConnectionCounters()
        var text: String { String(decoding: bytes, as: UTF8.self) }
        var end: StreamConnectionEnd? {
            if case .closed(let end) = events.last { end } else { nil }
        }
    }

    private final class Own {
        weak var connection: StreamConnection?
    }

    static let limits = StreamConnectionLimits(
        connectTimeout: .seconds(20), secureTimeout: .seconds(20), queuedBytes: 1 << 20)

    let loop: EventLoop
    private let bound: LoopBound<StreamConnection>
    private let seen = Shared(Seen())

    /// `authority` is nil for plain TCP, and empty for the system's authorities.
    init(
        to address: SocketAddress, authority: String? = nil, name: String = "localhost",
        _ limits: StreamConnectionLimits = TestStream.limits, saying first: String = "",
        echoes: Bool = false
    ) throws {
        let loop = try EventLoop(name: "stream", processor: nil)
        let seen = seen
        let made = loop.perform { () -> Result<LoopBound<StreamConnection>, any Error> in
            Result {
                let trust = try authority.map {
                    try TLSTrust(authorityPath: $0.isEmpty ? nil : $0)
                }
                // What is said from within a callback must not disturb what is being received.
                let own = Own()
                let connection = try StreamConnection(
                    to: address, tls: trust.map { ($0, name) }, limits: limits, on: loop,
                    onReceive: { bytes in
                        let copy = Array(copying: bytes)
                        seen.change { $0.bytes += copy }
                        if echoes { own.connection?.send(copy.span) }
                    },
                    onEvent: { event in seen.change { $0.events.append(event) } })
                own.connection = connection
                if !first.isEmpty { connection.send(Array(first.utf8).span) }
                return LoopBound(connection, loop: loop)
            }
        }
        guard let made else { throw TestFailure(words: "the loop has ended") }
        bound = try made.get()
        self.loop = loop
    }

    deinit {
        loop.stop()
        loop.join()
    }

    var now: Seen {
        let bound = bound
        let counters = loop.perform { bound.value.counters }
        var now = seen.value
        now.counters = counters ?? now.counters
        return now
    }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        let bound = bound
        return loop.perform { bound.value.send(bytes.span) } ?? false
    }

    func close() {
        let bound = bound
        _ = loop.perform { bound.value.close() }
    }

    func end() throws -> StreamConnectionEnd? {
        try eventually("the connection ends; so far: \(seen.value.events)") {
            seen.value.end != nil
        }
        return seen.value.end
    }
}

@Suite struct StreamConnectionTests {
    private static let ask = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"

    private static func loopback(_ port: UInt16) -> SocketAddress {
        SocketAddress(ipv4: 0x7F00_0001, port: port)
    }

    @Test func `what is said before it is open arrives, plain and by TLS`() throws {
        let certificate = try TestCertificate()
        for (tls, authority) in [(nil, nil), (certificate.paths, certificate.certificate)] {
            let server = try TestServer(tls: tls)
            let stream = try TestStream(
                to: server.address, authority: authority, saying: Self.ask)
            try eventually("the echo comes") { stream.now.text.hasSuffix("hello") }
            #expect(stream.send(Array(Self.ask.utf8)))
            try eventually("and again") { stream.now.text.split(separator: "hello").count == 2 }
            let now = stream.now
            #expect(now.events == [.opened])
            #expect(now.counters.dropped == 0 && now.counters.sentBytes > 2 * Self.ask.count - 1)
            stream.close()
            #expect(stream.now.events == [.opened])
            #expect(!stream.send([1]))
            try eventually("the server sees it go") { server.connectionCount == 0 }
        }
    }

    @Test func `a megabyte comes and goes by TLS whole`() throws {
        let certificate = try TestCertificate()
        var options = TestServer.options()
        options.limits.bodyBytes = 1 << 21
        let server = try TestServer(tls: certificate.paths, options)
        var limits = TestStream.limits
        limits.queuedBytes = 1 << 22
        let stream = try TestStream(
            to: server.address, authority: certificate.certificate, limits)
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let head = "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n"
        #expect(stream.send(Array(head.utf8) + body))
        try eventually("all is echoed") { stream.now.bytes.count > body.count }
        #expect(Array(stream.now.bytes.suffix(body.count)) == body)
    }

    @Test func `the server must prove its name, by the right authority`() throws {
        let (certificate, other) = (try TestCertificate(), try TestCertificate())
        let server = try TestServer(tls: certificate.paths)
        let cases: [(authority: String, name: String, end: StreamConnectionEnd?)] = [
            (certificate.certificate, "localhost", nil),
            (certificate.certificate, "127.0.0.1", nil),
            // X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH
            (certificate.certificate, "example.com", .untrusted(code: 62)),
            (certificate.certificate, "127.0.0.2", .untrusted(code: 64)),
            // These would be taken for no name at all, or for what stands before the zero.
            (certificate.certificate, "", .secure(code: 0)),
            (certificate.certificate, "localhost\0.example.com", .secure(code: 0)),
            // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
            (other.certificate, "localhost", .untrusted(code: 18)),
            ("", "localhost", .untrusted(code: 18)),
        ]
        for (authority, name, expected) in cases {
            let stream = try TestStream(to: server.address, authority: authority, name: name)
            guard let expected else {
                try eventually("\(name) opens") { !stream.now.events.isEmpty }
                #expect(stream.now.events == [.opened], "\(name)")
                continue
            }
            let end = try stream.end()
            #expect(end == expected, "\(name)")
            #expect(stream.now.events.count == 1)
        }
        #expect(throws: TLSProblem.self) { try TLSTrust(authorityPath: "/nowhere") }
    }

    @Test func `the server is told whom we want, unless it is an address`() throws {
        for (name, isNamed) in [("relay.example", true), ("127.0.0.1", false)] {
            let listener = try RawServer()
            let certificate = try TestCertificate()
            let stream = try TestStream(
                to: Self.loopback(listener.port), authority: certificate.certificate, name: name)
            let hello = String(decoding: try listener.acceptBytes(), as: UTF8.self)
            #expect(hello.contains(name) == isNamed)
            listener.end()
            #expect(try stream.end() == .secure(code: 0))
        }
    }

    @Test func `ends are named by their phase`() throws {
        let certificate = try TestCertificate()
        let port = try RawServer().port
        let refused = try TestStream(to: Self.loopback(port))
        #expect(try refused.end() == .connect(code: Int(ECONNREFUSED)))
        // TCP has no broadcast: the system refuses before a packet is sent.
        let impossible = try TestStream(to: SocketAddress(ipv4: 0xFFFF_FFFF, port: 9))
        guard case .connect = try impossible.end() else {
            Issue.record("a connection to everybody")
            return
        }

        let plain = try TestServer()
        let insecure = try TestStream(to: plain.address, authority: certificate.certificate)
        guard case .secure = try insecure.end() else {
            Issue.record("TLS to a plain server: \(insecure.now.events)")
            return
        }

        let listener = try RawServer()
        let stream = try TestStream(to: Self.loopback(listener.port), saying: "x")
        _ = try listener.acceptBytes()
        listener.send("bye")
        listener.end()
        #expect(try stream.end() == .ended)
        #expect(stream.now.text == "bye")
        #expect(stream.now.events == [.opened, .closed(.ended)])
    }

    @Test func `what takes too long is given up, by phase`() throws {
        var limits = TestStream.limits
        limits.secureTimeout = .milliseconds(20)
        let certificate = try TestCertificate()
        let silent = try RawServer()
        let stream = try TestStream(
            to: Self.loopback(silent.port), authority: certificate.certificate, limits)
        #expect(try stream.end() == .secureTimedOut)

        // A listener whose backlog is full takes nobody.
        let full = try FullListener()
        limits.connectTimeout = .milliseconds(20)
        let never = try TestStream(to: Self.loopback(full.port), limits)
        #expect(try never.end() == .connectTimedOut)
    }

    @Test func `the queue is bounded, and what does not fit is dropped whole`() throws {
        let listener = try RawServer()
        var limits = TestStream.limits
        limits.queuedBytes = 100_000
        let stream = try TestStream(to: Self.loopback(listener.port), limits, saying: "x")
        _ = try listener.acceptBytes()
        let piece = [UInt8](repeating: 7, count: 30_000)
        var taken = 0
        while stream.send(piece) {
            taken += 1
            try #require(taken < 10_000)
        }
        #expect(stream.now.counters.dropped == 1)
        #expect(!stream.send([UInt8](repeating: 0, count: 100_001)))
        var received = 0
        try eventually("what was taken arrives, and no more") {
            received += listener.drain()
            return received == taken * piece.count
        }
        #expect(stream.send(piece))
        try eventually("it goes on") {
            received += listener.drain()
            return received == (taken + 1) * piece.count
        }
    }

    @Test func `it may be spoken to from what it calls`() throws {
        let certificate = try TestCertificate()
        let server = try TestServer(tls: certificate.paths)
        // An answer echoed is no request: the server refuses it, and that is echoed too.
        let stream = try TestStream(
            to: server.address, authority: certificate.certificate, saying: Self.ask, echoes: true)
        try eventually("the refusal comes") { stream.now.text.contains(" 400 ") }
        #expect(try stream.end() != nil)
    }
}

extension RawServer {
    /// Takes what has come, without waiting.
    fileprivate func drain() -> Int {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var total = 0
        while true {
            let count = unsafe recv(client, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return total }
            total += count
        }
    }
}

/// A listener that has no room for one more client.
private final class FullListener {
    let port: UInt16
    private var sockets: [Int32] = []

    init() throws {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe bind(listener, name, length) | listen(listener, 0)
                    | getsockname(listener, name, &length)
            }
        }
        port = UInt16(bigEndian: name.sin_port)
        sockets.append(listener)
        guard code == 0 else { throw TestFailure(words: "no listener") }
        for _ in 0..<4 {
            let client = Glibc.socket(
                AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            sockets.append(client)
            _ = unsafe withUnsafePointer(to: &name) { name in
                unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    unsafe connect(client, name, length)
                }
            }
        }
    }

    deinit {
        for socket in sockets { close(socket) }
    }
}
