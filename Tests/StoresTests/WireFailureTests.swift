import Primitives
@testable import Stores
import TestSupport
import Testing

/// What is surely not run, and what may have: connections are cut at each point there is.
@Suite struct WireFailureTests {
    private static let hello = "$4\r\nPING\r\n"

    private func connect(
        to port: UInt16, opening: RedisBatch = RedisBatch(), within limit: Duration = .seconds(5),
        isInterrupted: @escaping () -> Bool = { false }
    ) throws -> RedisConnection {
        try RedisConnection(
            1, to: RedisEndpoint(host: "127.0.0.1", port: port), as: .nobody, tls: nil,
            opening: opening, asking: RedisBatch(),
            options: .test(connectTimeout: limit, isInterrupted: isInterrupted),
            until: WireClock.now + .seconds(10))
    }

    private func failure(_ body: () throws -> Void) -> RedisFailure? {
        do {
            try body()
            return nil
        } catch {
            return error as? RedisFailure
        }
    }

    @Test func `nobody there, no such name, or nobody who answers is surely not sent`() throws {
        let port = try LoopbackPorts.free()
        let nobody = failure { _ = try connect(to: port) }
        guard case .notSent(.cannotConnect(_, let reason)) = nobody else {
            Issue.record("\(String(describing: nobody))")
            return
        }
        #expect(reason == "Connection refused")
        let silent = try SilentServer()
        #expect(
            failure {
                _ = try connect(
                    to: silent.port, opening: RedisBatch("PING"), within: .milliseconds(50))
            } == .notSent(.timedOut(RedisEndpoint(host: "127.0.0.1", port: silent.port))))
        let unresolved = failure {
            _ = try RedisConnection(
                1, to: RedisEndpoint(host: "no-such-host.invalid", port: 1), as: .nobody, tls: nil,
                opening: RedisBatch(), asking: RedisBatch(), options: .test(),
                until: WireClock.now + .seconds(20))
        }
        #expect(unresolved == .notSent(.unresolved(host: "no-such-host.invalid")))
    }

    @Test func `a wait ends where the caller is interrupted`() throws {
        let silent = try SilentServer()
        var asked = 0
        let opening = failure {
            _ = try connect(to: silent.port, opening: RedisBatch("PING")) {
                asked += 1
                return asked > 3
            }
        }
        #expect(opening == .notSent(.interrupted))
        var isInterrupted = false
        let connection = try connect(to: silent.port) { isInterrupted }
        isInterrupted = true
        let sent = failure {
            _ = try connection.exchange(RedisBatch("INCR", "a"), until: WireClock.now + .seconds(9))
        }
        #expect(sent == .unknown(.interrupted))
    }

    @Test(arguments: ["", "+", ":1", "*2\r\n:1\r\n", "$3\r\nab"])
    func `a connection that ends before the answer leaves it unknown`(_ part: String) throws {
        for resets in [false, true] {
            let server = try HostileServer {
                $0.read(until: Self.hello)
                $0.write(part)
                if resets { $0.reset() }
            }
            defer { server.stop() }
            let connection = try connect(to: server.port)
            let found = failure {
                _ = try connection.exchange(RedisBatch("PING"), until: WireClock.now + .seconds(9))
            }
            #expect(found == .unknown(.closed(connection.endpoint)))
            #expect(!connection.isUsable)
            let next = failure {
                _ = try connection.exchange(RedisBatch("PING"), until: WireClock.now + .seconds(9))
            }
            #expect(next == .notSent(.closed(connection.endpoint)))
        }
    }

    @Test func `of a row of commands those that were answered are known`() throws {
        let server = try HostileServer {
            $0.read(until: "third")
            $0.write("+OK\r\n-ERR no\r\n:")
        }
        defer { server.stop() }
        let connection = try connect(to: server.port)
        var batch = RedisBatch("ECHO", "first")
        batch.append(["ECHO", "second"])
        batch.append(["ECHO", "third"])
        let closed = RedisFailure.unknown(.closed(connection.endpoint))
        #expect(
            connection.results(of: batch, until: WireClock.now + .seconds(9)) == [
                .success(.status("OK")), .success(.error(RedisError("ERR no"))), .failure(closed),
            ])
    }

    @Test func `a command that has gone in part has surely not run`() throws {
        let server = try HostileServer { connection in
            connection.read(until: "first")
            connection.write("+OK\r\n")
            // It reads no more, so that a long command does not fit.
            connection.read(until: "go")
        }
        defer { server.stop() }
        let connection = try connect(to: server.port)
        var batch = RedisBatch("ECHO", "first")
        batch.append(["ECHO", String(repeating: "x", count: 32 << 20)])
        batch.append(["ECHO", "third"])
        let late = RedisTrouble.timedOut(connection.endpoint)
        #expect(
            connection.results(of: batch, until: WireClock.now + .milliseconds(300)) == [
                .success(.status("OK")), .failure(.notSent(late)), .failure(.notSent(late)),
            ])
        let alone = try connect(to: server.port)
        var long = RedisBatch("ECHO", String(repeating: "x", count: 32 << 20))
        long.append(["PING"])
        let found = failure { try alone.send(long, until: WireClock.now + .milliseconds(200)) }
        #expect(found == .notSent(.timedOut(alone.endpoint)))
        #expect(alone.commandsInFlight == 0)
    }

    @Test func `a connection that was ended while it lay idle has run nothing`() throws {
        for words in ["", "+surprise\r\n"] {
            let server = try HostileServer {
                $0.read(until: Self.hello)
                $0.write("+PONG\r\n\(words)")
                if !words.isEmpty { $0.readToEnd() }
            }
            defer { server.stop() }
            let connection = try connect(to: server.port)
            _ = try connection.exchange(RedisBatch("PING"), until: WireClock.now + .seconds(9))
            // The end of the other side is on its way, and may take a moment.
            try eventually("the connection is seen to have ended") {
                let early = WireClock.now
                while WireClock.now - early < .milliseconds(2) {}
                let results = connection.results(
                    of: RedisBatch("INCR", "a"), until: WireClock.now + .milliseconds(1))
                return results == [.failure(.notSent(.closed(connection.endpoint)))]
            }
        }
    }

    @Test func `what is no reply leaves the command unknown`() throws {
        let server = try HostileServer {
            $0.read(until: Self.hello)
            $0.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            $0.readToEnd()
        }
        defer { server.stop() }
        let connection = try connect(to: server.port)
        let found = failure {
            _ = try connection.exchange(RedisBatch("PING"), until: WireClock.now + .seconds(9))
        }
        #expect(found == .unknown(.badReply(connection.endpoint)))
    }

    @Test func `the answer to a command counts though the next could not be sent`() throws {
        let server = try HostileServer {
            $0.read(until: "first")
            $0.write("+OK\r\n")
        }
        defer { server.stop() }
        let connection = try connect(to: server.port)
        let end = WireClock.now + .seconds(9)
        try connection.send(RedisBatch("ECHO", "first"), until: end)
        // The first of these may still go, into a connection that nobody reads from.
        var later: RedisFailure?
        try eventually("sending fails") {
            later = failure { try connection.send(RedisBatch("INCR", "a"), until: end) }
            return later != nil
        }
        #expect(later == .notSent(.closed(connection.endpoint)))
        #expect(try connection.receive(until: end) == .status("OK"))
        while connection.commandsInFlight > 0 {
            let rest = failure { _ = try connection.receive(until: end) }
            #expect(rest == .unknown(.closed(connection.endpoint)))
            if rest == nil || connection.commandsInFlight > 0 { break }
        }
    }

    @Test(arguments: [
        ("-ERR max number of clients reached\r\n", true),
        ("-LOADING Redis is loading the dataset in memory\r\n", true),
        ("-NOAUTH Authentication required.\r\n", false),
        ("-DENIED Redis is running in protected mode\r\n", false),
    ])
    func `what a server says first is told apart`(_ words: String, mayTryAgain: Bool) throws {
        let server = try HostileServer {
            $0.write(words)
            $0.readToEnd()
        }
        defer { server.stop() }
        let found = failure { _ = try connect(to: server.port, opening: RedisBatch("PING")) }
        switch found {
        case .notSent(.answered): #expect(mayTryAgain)
        case .refused: #expect(!mayTryAgain)
        default: Issue.record("\(String(describing: found))")
        }
    }
}

extension RedisOptions {
    static func test(
        connectTimeout: Duration = .seconds(5), password: String? = nil,
        isInterrupted: @escaping () -> Bool = { false }
    ) -> RedisOptions {
        RedisOptions(
            patience: .seconds(20), connectTimeout: connectTimeout,
            password: password.map { Array($0.utf8) }, sentinelPassword: nil,
            isInterrupted: isInterrupted)
    }
}
