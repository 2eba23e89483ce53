import Glibc
import HTTP
import Network
import Primitives
import TestSupport
import Testing

/// A client on a loop of its own, asked from the test's thread.
final class TestClient {
    typealias Answer = Result<HTTPReply, HTTPClientProblem>

    let loop: EventLoop
    let client: LoopBound<HTTPClient>
    static let limits = HTTPTransferLimits(
        connectTimeout: .seconds(20), totalTimeout: .seconds(20), headerBytes: 4096,
        bodyBytes: 1 << 21)

    init(authority: String? = nil, transfers: Int = 64) throws {
        let loop = try EventLoop(name: "client", processor: nil)
        let made = loop.perform { () -> Result<LoopBound<HTTPClient>, any Error> in
            Result {
                LoopBound(
                    try HTTPClient(
                        on: loop,
                        options: HTTPClientOptions(
                            authorityPath: authority, verifiesPeer: true,
                            usesEnvironmentProxy: false, userAgent: "lc-test",
                            transfers: transfers)), loop: loop)
            }
        }
        guard let made else { throw TestFailure(words: "the loop has ended") }
        client = try made.get()
        self.loop = loop
    }

    deinit {
        loop.stop()
        loop.join()
    }

    func begin(
        _ request: HTTPRequest, _ limits: HTTPTransferLimits = TestClient.limits
    ) -> Shared<Answer?> {
        let answer = Shared<Answer?>(nil)
        let bound = client
        _ = loop.perform {
            do throws(HTTPClientProblem) {
                _ = try bound.value.send(request, limits: limits) { result in
                    answer.change { $0 = result }
                }
            } catch {
                answer.change { $0 = .failure(error) }
            }
        }
        return answer
    }

    func ask(
        _ request: HTTPRequest, _ limits: HTTPTransferLimits = TestClient.limits
    ) throws -> Answer {
        let answer = begin(request, limits)
        try eventually("\(request.method) \(request.target) is answered") { answer.value != nil }
        guard let result = answer.value else { throw TestFailure(words: "no answer") }
        return result
    }

    func problem(
        _ target: String, _ limits: HTTPTransferLimits = TestClient.limits
    ) throws -> HTTPClientProblem? {
        switch try ask(HTTPRequest(method: "GET", target: target), limits) {
        case .success: nil
        case .failure(let problem): problem
        }
    }
}

@Suite struct ClientTests {
    private static func url(_ server: TestServer, _ path: String, _ scheme: String = "http")
        -> String
    {
        "\(scheme)://localhost:\(server.address.port)\(path)"
    }

    @Test func `every method arrives with its body, and fields in order`() throws {
        let server = try TestServer()
        let client = try TestClient()
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "X-OWN"] {
            for body in ["", "v=0\r\n"] {
                let reply = try client.ask(
                    HTTPRequest(
                        method: method, target: Self.url(server, "/echo"),
                        fields: HTTPFields([("Content-Type", "application/sdp"), ("X", "")]),
                        body: Array(body.utf8))
                ).get()
                #expect(reply.response.status == 200)
                #expect(reply.response.body == Array(body.utf8), "\(method)")
                #expect(
                    reply.response.fields.all.map(\.name) == ["Date", "X-Method", "Content-Length"])
                #expect(reply.response.fields["x-method"] == method)
            }
        }
        let head = try client.ask(HTTPRequest(method: "HEAD", target: Self.url(server, "/large")))
            .get()
        #expect(head.response.body.isEmpty)
        #expect(head.response.fields["Content-Length"] == "1048576")
    }

    @Test func `timings grow phase by phase, and connections are kept`() throws {
        let certificate = try TestCertificate()
        let server = try TestServer(tls: certificate.paths)
        let client = try TestClient(authority: certificate.certificate)
        let request = HTTPRequest(method: "GET", target: Self.url(server, "/late", "https"))
        let first = try client.ask(request).get().timings
        let secured = try #require(first.secured)
        #expect(first.resolved <= first.connected && first.connected < secured)
        #expect(secured < first.firstByte && first.firstByte <= first.total)
        #expect(first.total >= .milliseconds(19))
        #expect(!first.isReused)
        #expect(try client.ask(request).get().timings.isReused)
        #expect(server.counters.accepted == 1)
    }

    @Test func `redirects are handed to the caller`() throws {
        let server = try TestServer()
        let reply = try TestClient().ask(
            HTTPRequest(method: "POST", target: Self.url(server, "/redirect"), body: [1])
        ).get()
        #expect(reply.response.status == 307)
        #expect(reply.response.fields["location"] == "/echo")
    }

    @Test func `a large body goes up and down`() throws {
        let certificate = try TestCertificate()
        var options = TestServer.options()
        options.limits.bodyBytes = 1 << 21
        for tls in [nil, certificate.paths] {
            let server = try TestServer(tls: tls, options)
            let client = try TestClient(authority: certificate.certificate)
            let body = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let target = Self.url(server, "/echo", tls == nil ? "http" : "https")
            let reply = try client.ask(HTTPRequest(method: "POST", target: target, body: body))
                .get()
            #expect(reply.response.body == body)
        }
    }

    @Test func `fifty requests at once are all answered`() throws {
        let server = try TestServer()
        let client = try TestClient()
        let answers = (0..<50).map { number in
            client.begin(
                HTTPRequest(
                    method: "POST", target: Self.url(server, number % 2 == 0 ? "/late" : "/echo"),
                    body: [UInt8(number)]))
        }
        try eventually("all are answered") { answers.allSatisfy { $0.value != nil } }
        for (number, answer) in answers.enumerated() {
            #expect(try answer.value?.get().response.body == [UInt8(number)])
        }
    }

    @Test func `failures are named by their phase`() throws {
        let certificate = try TestCertificate()
        let secure = try TestServer(tls: certificate.paths)
        let plain = try TestServer()
        let client = try TestClient()
        #expect(try client.problem("http://no.such.name.invalid/") == .resolve)
        #expect(try client.problem("ftp://localhost/") == .badURL(nil))
        #expect(try client.problem("http://a b/") == .badURL(.badCharacter(at: 8)))
        #expect(try client.problem("/path") == .badURL(.missingScheme))
        // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
        #expect(try client.problem(Self.url(secure, "/", "https")) == .untrusted(code: 18))
        guard case .secure = try client.problem(Self.url(plain, "/", "https")) else {
            Issue.record("TLS to a plain server")
            return
        }
        let port = plain.address.port
        _ = plain.stop(within: .zero)
        #expect(
            try client.problem("http://127.0.0.1:\(port)/") == .connect(code: Int(ECONNREFUSED)))
        let lost = try TestClient(authority: "/nowhere")
        #expect(try lost.problem(Self.url(secure, "/", "https")) == .badAuthorityFile)
    }

    @Test func `what is too large is cut off by name`() throws {
        let server = try TestServer()
        let client = try TestClient()
        var limits = TestClient.limits
        limits.bodyBytes = 1000
        #expect(
            try client.problem(Self.url(server, "/large"), limits) == .bodyTooLarge(limit: 1000))
        limits.headerBytes = 20
        #expect(
            try client.problem(Self.url(server, "/echo"), limits) == .headerTooLarge(limit: 20))
    }

    @Test func `a server that does not answer is a timeout of that phase`() throws {
        let certificate = try TestCertificate()
        let server = try TestServer()
        let client = try TestClient(authority: certificate.certificate)
        var limits = TestClient.limits
        limits.totalTimeout = .milliseconds(100)
        #expect(try client.problem(Self.url(server, "/never"), limits) == .timeout(.answer))
    }

    @Test func `what a server says is read as HTTP, or refused as none`() throws {
        let client = try TestClient()
        let cases: [(said: String, status: Int?, body: String, fields: [String])] = [
            (
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\n"
                    + "LOCATION:/s\r\nContent-Length: 2\r\n\r\nok", 201, "ok",
                ["LOCATION", "Content-Length"]
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
                    + "2\r\nok\r\n0\r\nT: r\r\n\r\n", 200, "ok",
                ["Transfer-Encoding", "Trailer"]
            ),
            (
                "HTTP/1.0 404 No\r\nLink: <a>\r\nLink: <b>\r\n\r\ngone", 404, "gone",
                ["Link", "Link"]
            ),
            ("HTTP/1.1 204 \r\n\r\n", 204, "", []), ("SSH-2.0-garbage\r\n\r\n", nil, "", []),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", nil, "", []), ("", nil, "", []),
        ]
        for (said, status, body, fields) in cases {
            let server = try RawServer()
            let answer = client.begin(
                HTTPRequest(method: "POST", target: "http://127.0.0.1:\(server.port)/", body: [1]))
            try server.accept()
            server.send(said)
            server.end()
            try eventually("\(said) is taken") { answer.value != nil }
            switch answer.value {
            case .success(let reply)?:
                #expect(reply.response.status == status, "\(said)")
                #expect(String(decoding: reply.response.body, as: UTF8.self) == body)
                #expect(reply.response.fields.all.map(\.name) == fields)
            case .failure(.transfer)?: #expect(status == nil, "\(said)")
            default: Issue.record("\(said)")
            }
        }
    }

    @Test func `a server that stalls in TLS is a timeout of TLS`() throws {
        let client = try TestClient()
        let server = try RawServer()
        var limits = TestClient.limits
        limits.connectTimeout = .milliseconds(100)
        let problem = try client.problem("https://127.0.0.1:\(server.port)/", limits)
        #expect(problem == .timeout(.secure))
    }

    @Test func `a body that stalls is a timeout of the body`() throws {
        let client = try TestClient()
        let server = try RawServer()
        var limits = TestClient.limits
        limits.totalTimeout = .milliseconds(200)
        let answer = client.begin(
            HTTPRequest(method: "GET", target: "http://127.0.0.1:\(server.port)/"), limits)
        try server.accept()
        server.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        try eventually("it gives up") { answer.value != nil }
        #expect(throws: HTTPClientProblem.timeout(.body)) { try answer.value?.get() }
    }

    @Test func `a request that is cancelled says so, once`() throws {
        let server = try TestServer()
        let client = try TestClient()
        let problems = Shared<[HTTPClientProblem?]>([])
        let target = Self.url(server, "/never")
        let bound = client.client
        let loop = client.loop
        let transfer = loop.perform { () -> LoopBound<HTTPTransfer>? in
            let transfer = try? bound.value.send(
                HTTPRequest(method: "GET", target: target), limits: TestClient.limits
            ) { result in
                if case .failure(let problem) = result { problems.change { $0.append(problem) } }
            }
            return transfer.map { LoopBound($0, loop: loop) }
        }
        let held = try #require(transfer ?? nil)
        try eventually("it is under way") { server.counters.requests == 1 }
        _ = client.loop.perform {
            held.value.cancel()
            held.value.cancel()
        }
        #expect(problems.value == [.cancelled])
        #expect(client.loop.perform { bound.value.transferCount } == 0)
    }

    @Test func `fields that would break the wire, and one request too many, are refused`() throws {
        let server = try TestServer()
        let client = try TestClient(transfers: 1)
        let bad = HTTPRequest(
            method: "GET", target: Self.url(server, "/"),
            fields: HTTPFields([("X", "a\r\nY: b")]))
        #expect(throws: HTTPClientProblem.badRequest) { try client.ask(bad).get() }
        let never = client.begin(HTTPRequest(method: "GET", target: Self.url(server, "/never")))
        #expect(try client.problem(Self.url(server, "/")) == .busy(limit: 1))
        #expect(never.value == nil)
    }
}
