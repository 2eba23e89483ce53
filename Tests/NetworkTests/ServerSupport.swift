import Glibc
import HTTP
import Network
import Primitives
import TestSupport

/// A server on a loop of its own, and what it does with requests.
///
/// `/echo` answers what came, `/late` after 20 ms, `/large` with a megabyte, `/never` not at all.
/// `/open` writes by and by what `say` tells it.
final class TestServer {
    let loop: EventLoop
    let address: SocketAddress
    private let server: LoopBound<HTTPServer>
    private let openAnswers: LoopBound<OpenAnswers>
    /// Clients of open answers that have left.
    let goneCount: Shared<Int>

    static func options() -> HTTPServerOptions {
        HTTPServerOptions(
            limits: HTTPLimits(
                requestLineBytes: 1024, headerBytes: 4096, headerCount: 32, bodyBytes: 65_536),
            connections: 128, connectionsPerAddress: 100, headTimeout: .seconds(20),
            bodyTimeout: .seconds(20), idleTimeout: .seconds(20), answerTimeout: .seconds(20),
            minimumBytesPerSecond: 0, rateWindow: .seconds(20), answerBytes: 1 << 24,
            openAnswerBytes: 1 << 16)
    }

    init(
        tls: (certificate: String, key: String)? = nil,
        _ options: HTTPServerOptions = TestServer.options()
    ) throws {
        let loop = try EventLoop(name: "server", processor: nil)
        let goneCount = Shared(0)
        let answers = loop.perform { LoopBound(OpenAnswers(), loop: loop) }
        guard let answers else { throw TestFailure(words: "the loop has ended") }
        (openAnswers, self.goneCount) = (answers, goneCount)
        let made = loop.perform { () -> Result<LoopBound<HTTPServer>, any Error> in
            Result {
                let context = try tls.map {
                    try TLSIdentity(certificatePath: $0.certificate, keyPath: $0.key)
                }
                return LoopBound(
                    try HTTPServer(
                        on: loop, at: SocketAddress(ipv4: 0x7F00_0001, port: 0), tls: context,
                        options: options,
                        wallClock: { WallClock(millisecondsSince1970: 784_111_777_000) },
                        onRequest: { request, responder in
                            guard request.target == "/open" else {
                                return Self.answer(request, responder, loop)
                            }
                            let head = HTTPResponse(
                                status: 200,
                                fields: HTTPFields([("Content-Type", "text/event-stream")]))
                            let open = responder.open(head) { goneCount.change { $0 += 1 } }
                            if let open { answers.value.all.append(open) }
                        }), loop: loop)
            }
        }
        guard let made else { throw TestFailure(words: "the loop has ended") }
        server = try made.get()
        self.loop = loop
        let bound = server
        address = loop.perform { bound.value.localAddress } ?? SocketAddress(ipv4: 0, port: 0)
    }

    deinit {
        loop.stop()
        loop.join()
    }

    var counters: HTTPServerCounters {
        let bound = server
        return loop.perform { bound.value.counters } ?? HTTPServerCounters()
    }

    var connectionCount: Int {
        let bound = server
        return loop.perform { bound.value.connectionCount } ?? -1
    }

    /// Says something in all open answers; nothing ends them.
    func say(_ text: String) {
        let answers = openAnswers
        _ = loop.perform {
            for answer in answers.value.all { answer.write(Array(text.utf8)) }
            if text.isEmpty { answers.value.all = [] }
        }
    }

    /// Shows another certificate from now on.
    func use(_ tls: (certificate: String, key: String)) throws {
        let bound = server
        try loop.perform {
            Result<Void, any Error> {
                bound.value.use(
                    try TLSIdentity(certificatePath: tls.certificate, keyPath: tls.key))
            }
        }?.get()
    }

    func stop(within limit: Duration) -> Shared<Bool> {
        let bound = server
        let isStopped = Shared(false)
        _ = loop.perform { bound.value.stop(within: limit) { isStopped.change { $0 = true } } }
        return isStopped
    }

    private static func answer(
        _ request: HTTPRequest, _ responder: HTTPResponder, _ loop: EventLoop
    ) {
        let echo = HTTPResponse(
            status: 200, fields: HTTPFields([("X-Method", request.method)]), body: request.body)
        switch request.target {
        case "/late":
            loop.timer { responder.respond(echo) }.set(at: loop.now + .milliseconds(20))
        case "/large":
            responder.respond(
                HTTPResponse(status: 200, body: [UInt8](repeating: 0x61, count: 1 << 20)))
        case "/never": loop.timer { _ = responder.isAwaited }.set(at: loop.now + .seconds(3600))
        case "/forgotten": break
        case "/redirect":
            responder.respond(
                HTTPResponse(status: 307, fields: HTTPFields([("Location", "/echo")])))
        default: responder.respond(echo)
        }
    }
}

final class OpenAnswers {
    var all: [OpenAnswer] = []
}

/// A client that says exactly what a test wants.
final class RawClient {
    let socket: Int32
    private(set) var received: [UInt8] = []
    private(set) var hasEnded = false

    init(_ address: SocketAddress) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = address.port.bigEndian
        name.sin_addr.s_addr = address.ipv4.bigEndian
        let code = unsafe withUnsafePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe connect(socket, name, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw TestFailure(words: "no connection") }
    }

    deinit { close(socket) }

    var text: String { String(decoding: received, as: UTF8.self) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Takes what has come, without waiting.
    func poll(_ limit: Int = 1 << 20) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while !hasEnded, received.count < limit {
            let count = unsafe recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN { return }
            if count <= 0 { hasEnded = true } else { received += bytes[..<count] }
        }
    }

    /// What has come when the server has closed.
    func textAtEnd() throws -> String {
        try eventually("the server closes") {
            poll(1 << 24)
            return hasEnded
        }
        return text
    }

    func text(until condition: (String) -> Bool) throws -> String {
        try eventually("the answer comes; so far: \(text)") {
            poll()
            return condition(text)
        }
        return text
    }
}

/// A server that says exactly what a test wants, to one client.
final class RawServer {
    let port: UInt16
    private let listener: Int32
    private(set) var client: Int32 = -1

    init() throws {
        listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe bind(listener, name, length) | listen(listener, 4)
                    | getsockname(listener, name, &length)
            }
        }
        port = UInt16(bigEndian: name.sin_port)
        guard code == 0 else { throw TestFailure(words: "no listener") }
    }

    deinit {
        close(listener)
        if client >= 0 { close(client) }
    }

    /// Waits for the client, and for what it asks.
    func accept() throws {
        _ = try acceptBytes()
    }

    func acceptBytes() throws -> [UInt8] {
        client = Glibc.accept(listener, nil, nil)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(client, &bytes, bytes.count, 0)
        guard count > 0 else { throw TestFailure(words: "nothing was asked") }
        return Array(bytes[..<count])
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func end() { shutdown(client, Int32(SHUT_RDWR)) }
}

struct TestFailure: Error {
    let words: String
}

/// A certificate for localhost that signs itself, as files of a folder.
struct TestCertificate {
    let folder = ScratchFolder()
    var certificate: String { folder.path("cert.pem") }
    var key: String { folder.path("key.pem") }
    var paths: (certificate: String, key: String) { (certificate, key) }

    init() throws {
        let run = try ProcessRun.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ], environment: [:])
        guard run.status == 0 else { throw TestFailure(words: run.talk) }
    }
}
