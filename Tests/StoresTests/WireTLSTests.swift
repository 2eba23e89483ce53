import Primitives
@testable import Stores
import TestSupport
import Testing

@Suite(.enabled(if: RedisPrograms.areThere)) struct WireTLSTests {
    private let certificates: RedisCertificates

    init() throws {
        certificates = try RedisCertificates()
    }

    private func result(_ address: String, _ batch: RedisBatch) throws
        -> Result<RedisReply, RedisFailure>
    {
        let address = try RedisAddress(address)
        let servers: RedisServers
        do throws(RedisRefusal) {
            servers = try RedisServers(
                address, options: .test(connectTimeout: .seconds(2)), opening: RedisBatch("PING"),
                attach: { _, _ in })
        } catch {
            return .failure(.refused(error))
        }
        return servers.perform(batch, forKey: "n", until: WireClock.now + .seconds(3))[0]
    }

    @Test func `servers are talked to through TLS, and held against their certificates`() throws {
        let server = try RedisServer(
            certificates.lines(asking: false), command: certificates.command)
        let place = "127.0.0.1:\(server.port)"
        let authority = "ca-file=\(certificates.authority)"
        let long = String(repeating: "x", count: 3 << 20)
        let echo = RedisBatch("ECHO", long)
        let echoed = try result("rediss://\(place)?\(authority)", echo)
        #expect(try echoed.get().text?.utf8.count == long.utf8.count)
        let ping = RedisBatch("PING")
        let pong = Result<RedisReply, RedisFailure>.success(.status("PONG"))
        #expect(
            try result("rediss://\(place)?\(authority)&tls-name=redis.test", ping) == pong)
        for address in [
            "rediss://\(place)", "rediss://\(place)?\(authority)&tls-name=other.test",
            "rediss://\(place)?\(authority)&tls-name=127.0.0.2",
        ] {
            guard case .failure(.refused(.certificate(_, let reason))) = try result(address, ping)
            else {
                Issue.record("\(address) was trusted")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func `a server may want a certificate of ours`() throws {
        let server = try RedisServer(
            certificates.lines(asking: true), command: certificates.command)
        let address = "rediss://127.0.0.1:\(server.port)?ca-file=\(certificates.authority)"
        let ours =
            "&cert-file=\(certificates.clientCertificate)&key-file=\(certificates.clientKey)"
        let ping = RedisBatch("PING")
        #expect(try result(address + ours, ping) == .success(.status("PONG")))
        // The server closes the connection behind its alert, which then may be lost.
        try eventually("it is refused") {
            if case .failure(.refused(.tls)) = try result(address, ping) { true } else { false }
        }
        let wrong =
            "&cert-file=\(certificates.clientCertificate)&key-file=\(certificates.key)"
        guard
            case .failure(.refused(.unreadableCertificate(let path, _))) =
                try result(address + wrong, ping)
        else {
            Issue.record("a key that is not the certificate's")
            return
        }
        #expect(path == certificates.key)
    }

    @Test func `a server without TLS is told from one that is not there`() throws {
        let server = try RedisServer()
        guard
            case .failure(.notSent(.silentInTLS)) =
                try result("rediss://127.0.0.1:\(server.port)", RedisBatch("PING"))
        else {
            Issue.record("plain text was taken for TLS")
            return
        }
        let port = try LoopbackPorts.free()
        guard
            case .failure(.notSent(.cannotConnect)) =
                try result("rediss://127.0.0.1:\(port)", RedisBatch("PING"))
        else {
            Issue.record("nobody was taken for somebody")
            return
        }
    }

    @Test func `a connection that ends within TLS leaves its command unknown`() throws {
        let server = try RedisServer(
            certificates.lines(asking: false) + ["enable-debug-command yes"],
            command: certificates.command)
        let servers = try RedisServers(
            RedisAddress("rediss://127.0.0.1:\(server.port)?ca-file=\(certificates.authority)"),
            options: .test(), opening: RedisBatch(), attach: { _, _ in })
        let end = WireClock.now + .seconds(20)
        #expect(
            try servers.exchange(RedisBatch("INCR", "n"), forKey: "n", until: end) == [.integer(1)])
        let connection = try servers.connection(forKey: "n", until: end)
        try connection.send(RedisBatch("DEBUG", "SLEEP", "5"), until: end)
        try server.kill()
        #expect(throws: RedisFailure.unknown(.closed(connection.endpoint))) {
            try connection.receive(until: end)
        }
        try server.start()
        let again = try servers.exchange(RedisBatch("INCR", "n"), forKey: "n", until: end)
        #expect(again == [.integer(1)])
        // Idle, ended by the server: surely not sent, so it is tried again by itself.
        try server.run("CLIENT", "KILL", "TYPE", "normal")
        #expect(
            try servers.exchange(RedisBatch("INCR", "n"), forKey: "n", until: end) == [.integer(2)])
    }
}
