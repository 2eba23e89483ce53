import Glibc
import HTTP
import Network
import Primitives
import TestSupport
import Testing

@Suite struct OpenAnswerTests {
    private static let get = "GET /open HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `what is written by and by arrives in chunks, and ends in good order`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(Self.get)
        _ = try client.text { $0.contains("\r\n\r\n") }
        server.say("data: one\n\n")
        _ = try client.text { $0.hasSuffix("b\r\ndata: one\n\n\r\n") }
        server.say("two")
        server.say("")
        let text = try client.textAtEnd()
        #expect(text.contains("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"))
        #expect(!text.contains("Content-Length"))
        #expect(text.hasSuffix("3\r\ntwo\r\n0\r\n\r\n"))
        #expect(server.goneCount.value == 0)
    }

    @Test func `a client of HTTP 1.0 reads to the end of the connection`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send("GET /open HTTP/1.0\r\n\r\n")
        _ = try client.text { $0.contains("\r\n\r\n") }
        server.say("one")
        server.say("")
        #expect(try client.textAtEnd().hasSuffix("Connection: close\r\n\r\none"))
    }

    @Test func `a client that leaves is told of at once`() throws {
        let server = try TestServer()
        do {
            let client = try RawClient(server.address)
            client.send(Self.get)
            _ = try client.text { $0.contains("\r\n\r\n") }
        }
        try eventually("it is gone") { server.goneCount.value == 1 }
        #expect(server.connectionCount == 0)
        server.say("nobody hears it")
    }

    @Test func `a client that takes nothing is closed when too much waits`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(Self.get)
        _ = try client.text { $0.contains("\r\n\r\n") }
        let text = String(repeating: "x", count: 60_000)
        try eventually("it is closed") {
            server.say(text)
            return server.goneCount.value == 1
        }
        #expect(server.counters.tooSlow == 1)
    }

    @Test func `a client that stalls is closed by its rate, one that is only idle is not`() throws {
        var options = TestServer.options()
        options.minimumBytesPerSecond = 100
        // Long enough for the one that reads, on a machine where everything waits.
        options.rateWindow = .seconds(4)
        options.answerTimeout = .seconds(4)
        options.openAnswerBytes = 1 << 24
        let server = try TestServer(options)
        let idle = try RawClient(server.address)
        idle.send(Self.get)
        _ = try idle.text { $0.contains("\r\n\r\n") }
        let stalled = try RawClient(server.address)
        // Otherwise the kernel might take all that is said.
        var small: Int32 = 4096
        _ = unsafe setsockopt(stalled.socket, SOL_SOCKET, SO_RCVBUF, &small, 4)
        stalled.send(Self.get)
        _ = try stalled.text { $0.contains("\r\n\r\n") }
        server.say(String(repeating: "x", count: 1 << 23))
        try eventually("the one that takes nothing is closed") {
            idle.poll(1 << 24)
            return server.goneCount.value == 1
        }
        server.say("still here")
        try eventually("the other one hears more") {
            idle.poll(1 << 24)
            return idle.text.hasSuffix("a\r\nstill here\r\n")
        }
        #expect(!idle.hasEnded)
        withExtendedLifetime(stalled) {}
    }

    @Test func `what a client says behind it is thrown away, up to a limit`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(Self.get + Self.get + "garbage")
        _ = try client.text { $0.contains("\r\n\r\n") }
        #expect(server.counters.requests == 1)
        client.send(String(repeating: "x", count: 60_000))
        server.say("one")
        _ = try client.text { $0.hasSuffix("3\r\none\r\n") }
        try eventually("it is closed") {
            client.send(String(repeating: "x", count: 60_000))
            return server.goneCount.value == 1
        }
    }

    @Test func `a server that stops ends open answers in good order`() throws {
        let server = try TestServer()
        let client = try RawClient(server.address)
        client.send(Self.get)
        _ = try client.text { $0.contains("\r\n\r\n") }
        let isStopped = server.stop(within: .seconds(20))
        #expect(try client.textAtEnd().hasSuffix("0\r\n\r\n"))
        try eventually("it has stopped") { isStopped.value }
    }

    @Test func `an open answer goes over TLS, and the next connection sees a new certificate`()
        throws
    {
        let (old, new) = (try TestCertificate(), try TestCertificate())
        let server = try TestServer(tls: old.paths)
        let url = "https://localhost:\(server.address.port)"
        func ask(_ path: String, trusting certificate: TestCertificate) throws -> ProcessRun {
            try ProcessRun.run(
                "/usr/bin/curl",
                ["-4", "-sSN", "-m", "20", "--cacert", certificate.certificate, url + path],
                environment: ["no_proxy": "*"])
        }
        let watching = try RunningProcess(
            "/usr/bin/curl",
            ["-4", "-sSN", "-m", "20", "--cacert", old.certificate, url + "/open"],
            environment: ["no_proxy": "*"])
        try eventually("curl watches") { server.counters.requests == 1 }
        server.say("before ")
        try eventually("curl hears it") { watching.output == "before " }
        #expect(try ask("/echo", trusting: old).status == 0)
        try server.use(new.paths)
        #expect(try ask("/echo", trusting: new).status == 0)
        #expect(try ask("/echo", trusting: old).status == 60)
        server.say("after")
        server.say("")
        let run = try watching.finish()
        #expect(run.output == "before after")
        #expect(run.status == 0, "\(run.talk)")
    }
}
