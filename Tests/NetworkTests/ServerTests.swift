import Glibc
import HTTP
import Network
import Primitives
import TestSupport
import Testing

@Suite struct ServerTests {
    private static let ok =
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Method: POST\r\n"

    private static func post(_ target: String, _ body: String, _ field: String = "X: y") -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\n\(field)\r\nContent-Length: \(body.utf8.count)"
            + "\r\n\r\n\(body)"
    }

    @Test func `a request is answered, and the connection stays`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        for number in 1...3 {
            client.send(Self.post("/echo", "hello"))
            let text = try client.text { $0.components("hello") == number }
            #expect(text.hasPrefix(Self.ok + "Content-Length: 5\r\n\r\nhello"))
        }
        client.send(Self.post("/echo", "bye", "Connection: close"))
        #expect(try client.textAtEnd().hasSuffix("Connection: close\r\n\r\nbye"))
        #expect(server.counters.requests == 4)
        client.endSending()
        try eventually("the connection is gone") { server.connectionCount == 0 }
    }

    @Test func `pipelined requests are answered in order, also when the first is late`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(
            Self.post("/late", "[1]") + Self.post("/echo", "[2]") + Self.post("/late", "[3]")
                + Self.post("/echo", "[4]", "Connection: close") + Self.post("/echo", "[5]"))
        let text = try client.textAtEnd()
        let bodies = text.split(separator: "[").dropFirst().map { $0.prefix(1) }
        #expect(bodies == ["1", "2", "3", "4"])
    }

    @Test func `a client that ended its side still gets its answer`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(Self.post("/late", "half"))
        client.endSending()
        #expect(try client.textAtEnd().hasSuffix("\r\n\r\nhalf"))
    }

    @Test func `garbage and what is too much are refused with their status, and closed`() throws {
        let server = try TestServer()
        let cases = [
            ("\u{16}\u{3}\u{1}garbage\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505),
            ("GET /\(String(repeating: "a", count: 2000)) HTTP/1.1\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 5000))\r\n\r\n", 431),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n"
                    + String(repeating: "a", count: 60_000), 413
            ),
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ]
        for (text, status) in cases {
            let client = try RawClient(server.address)
            client.send(text)
            let answer = try client.textAtEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(text.prefix(40))")
            #expect(answer.contains("Connection: close\r\n"))
        }
        #expect(server.counters.malformed == cases.count)
    }

    @Test func `a client that expects to be told goes on when it is`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try client.text { $0.contains("\r\n\r\n") } == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("ok")
        _ = try client.text { $0.hasSuffix("\r\n\r\nok") }
    }

    @Test func `slow clients are closed at their deadline`() throws {
        var options = TestServer.options()
        options.headTimeout = .milliseconds(80)
        options.bodyTimeout = .milliseconds(80)
        options.idleTimeout = .milliseconds(80)
        options.answerTimeout = .milliseconds(80)
        let server = try TestServer(options)
        let cases = [
            ("", ""), ("GET / HT", "HTTP/1.1 408"), ("GET / HTTP/1.1\r\nHost:", "HTTP/1.1 408"),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", "HTTP/1.1 408"),
            ("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200"),
            ("GET /never HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 503"),
            ("GET /forgotten HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 500"),
        ]
        for (text, prefix) in cases {
            let client = try RawClient(server.address)
            client.send(text)
            let answer = try client.textAtEnd()
            #expect(prefix.isEmpty ? answer.isEmpty : answer.hasPrefix(prefix), "\(text)")
        }
    }

    @Test func `a client that trickles a head cannot stretch its deadline`() throws {
        var options = TestServer.options()
        options.headTimeout = .milliseconds(150)
        let server = try TestServer(options)
        let client = try RawClient(server.address)
        client.send("GET / HTTP/1.1\r\nX: ")
        try eventually("it is closed") {
            client.send("x")
            client.poll()
            return client.hasEnded
        }
        #expect(client.text.hasPrefix("HTTP/1.1 408") || client.text.isEmpty)
        #expect(server.counters.tooSlow == 1)
    }

    @Test func `a client that does not take its answer is closed by its rate`() throws {
        var options = TestServer.options()
        options.minimumBytesPerSecond = 1000
        options.rateWindow = .milliseconds(100)
        let server = try TestServer(options)
        let client = try RawClient(server.address)
        for _ in 0..<20 { client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n") }
        try eventually("it is closed") { server.counters.tooSlow == 1 }
        try eventually("it is gone") { server.connectionCount == 0 }
    }

    @Test func `an address has so many connections, and a place freed is taken again`() throws {
        var options = TestServer.options()
        options.connectionsPerAddress = 3
        let server = try TestServer(options)
        let kept = try (0..<3).map { _ in try RawClient(server.address) }
        try eventually("three are in") { server.connectionCount == 3 }
        #expect(try RawClient(server.address).textAtEnd().isEmpty)
        #expect(server.counters.refused == 1)
        kept[0].send(Self.post("/echo", "1", "Connection: close"))
        kept[0].endSending()
        _ = try kept[0].textAtEnd()
        try eventually("one has left") { server.connectionCount == 2 }
        // Optimised code would close them after their last use.
        withExtendedLifetime(kept) {}
        let next = try RawClient(server.address)
        next.send(Self.post("/echo", "in"))
        _ = try next.text { $0.hasSuffix("in") }
    }

    @Test func `fifty clients at once are all answered`() throws {
        let server = try TestServer()
        let clients = try (0..<50).map { _ in try RawClient(server.address) }
        for (number, client) in clients.enumerated() {
            client.send(Self.post(number % 2 == 0 ? "/late" : "/echo", "<\(number)>"))
        }
        for (number, client) in clients.enumerated() {
            _ = try client.text { $0.hasSuffix("<\(number)>") }
        }
        #expect(server.connectionCount == 50)
        withExtendedLifetime(clients) {}
    }

    @Test func `a server that stops answers what is under way and closes the rest`() throws {
        let server = try TestServer()
        let idle = try RawClient(server.address)
        let busy = try RawClient(server.address)
        let stuck = try RawClient(server.address)
        busy.send(Self.post("/late", "done"))
        stuck.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually("both are under way") { server.counters.requests == 2 }
        let isStopped = server.stop(within: .milliseconds(300))
        #expect(try idle.textAtEnd().isEmpty)
        #expect(try busy.textAtEnd().contains("Connection: close\r\n\r\ndone"))
        #expect(!isStopped.value)
        #expect(try stuck.textAtEnd().isEmpty)
        try eventually("it has stopped") { isStopped.value }
        #expect(throws: TestFailure.self) { try RawClient(server.address) }
    }

    @Test func `curl is a client, plain and over TLS`() throws {
        let certificate = try TestCertificate()
        let plain = try TestServer()
        let secure = try TestServer(tls: certificate.paths)
        let body = String(repeating: "sdp ", count: 8000)
        let file = certificate.folder.write(body, to: "body")
        for (url, path) in [
            ("http://localhost:\(plain.address.port)", "/echo"),
            ("https://localhost:\(secure.address.port)", "/late"),
        ] {
            let run = try ProcessRun.run(
                "/usr/bin/curl",
                [
                    "-4", "-sS", "--cacert", certificate.certificate, "--data-binary", "@\(file)",
                    "-H", "Expect: 100-continue", url + path, url + "/large",
                ], environment: ["no_proxy": "*"])
            #expect(run.status == 0, "\(run.talk)")
            #expect(run.output.hasPrefix(body))
            #expect(run.output.utf8.count == body.utf8.count + 1 << 20)
            let chunked = try ProcessRun.run(
                "/usr/bin/curl",
                [
                    "-4", "-sS", "--cacert", certificate.certificate, "-T", file, "-H",
                    "Transfer-Encoding: chunked", "-X", "PATCH", url + path,
                ], environment: ["no_proxy": "*"])
            #expect(chunked.output == body)
        }
    }

    @Test func `a TLS server closes on what is no TLS and on a handshake that stalls`() throws {
        let certificate = try TestCertificate()
        var options = TestServer.options()
        options.headTimeout = .milliseconds(100)
        let server = try TestServer(tls: certificate.paths, options)
        for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}"] {
            let client = try RawClient(server.address)
            client.send(text)
            #expect(!(try client.textAtEnd()).contains("HTTP/1.1 200"))
        }
        try eventually("none is left") { server.connectionCount == 0 }
    }

    @Test func `certificates that cannot be used are refused by name`() throws {
        let one = try TestCertificate()
        let other = try TestCertificate()
        #expect(throws: TLSProblem.self) {
            try TLSIdentity(certificatePath: "/nowhere", keyPath: one.key)
        }
        #expect(throws: TLSProblem.self) {
            try TLSIdentity(certificatePath: one.certificate, keyPath: other.key)
        }
    }
}

extension String {
    /// How often a part occurs.
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
