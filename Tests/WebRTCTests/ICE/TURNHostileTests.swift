import Primitives
import Testing

@testable import WebRTC

/// Servers that break the rules, and those who pretend to be one.
@Suite struct TURNHostileTests {
    /// Replaces the answer to the second, authenticated request.
    private static func bench(_ make: @escaping (STUNMessage) -> [UInt8]) -> TURNBench {
        var bench = TURNBench()
        bench.script = { $0.username == nil ? .regular : .bytes(make) }
        bench.start()
        return bench
    }

    private static func success(_ request: STUNMessage) -> STUNMessage {
        var answer = request.answer(.success)
        answer.relayedAddress = TURNBench.relayed
        answer.lifetimeSeconds = 600
        return answer
    }

    @Test func `a success that is not the server's is not believed`() {
        let forgeries: [(String, (STUNMessage) -> [UInt8])] = [
            ("without integrity", { Self.success($0).bytes(key: nil) }),
            ("by another key", { Self.success($0).bytes(key: [1, 2, 3]) }),
            (
                "to another request",
                { request in
                    var other = STUNMessage(.success, .allocate, .init(high: 1, low: 2))
                    other.relayedAddress = TURNBench.relayed
                    return other.bytes(key: TURNBench.key)
                }
            ),
        ]
        for (name, make) in forgeries {
            var bench = Self.bench(make)
            #expect(bench.client.isAllocating && bench.client.events.isEmpty, "\(name)")
            // The true one may still come.
            bench.script = { _ in .regular }
            bench.run(.seconds(1))
            #expect(bench.client.state == .allocated, "\(name)")
        }
    }

    @Test func `a user name that no message can carry is refused`() {
        for (length, isAsked) in [(508, true), (509, false), (65_500, false), (70_000, false)] {
            var client = TURNClient(
                TURNServer(
                    address: TURNBench.server, username: String(repeating: "u", count: length),
                    password: "secret", isStream: true),
                socket: SocketID(3), seed: 1)
            let now = Instant(nanoseconds: 0)
            client.start(now: now)
            #expect(client.isAllocating == isAsked && client.outbox.isEmpty != isAsked)
            #expect(isAsked || client.events == [.failed(.unauthorized)])
        }
    }

    @Test func `a success before any challenge is not believed`() {
        var bench = TURNBench()
        bench.script = { request in .bytes { _ in Self.success(request).bytes(key: nil) } }
        bench.start()
        #expect(bench.client.isAllocating)
        bench.run(.seconds(20))
        #expect(bench.client.events == [.failed(.timedOut)])
    }

    @Test func `an address that nobody can reach is no allocation`() {
        let addresses: [SocketAddress?] = [
            nil, SocketAddress(ipv4: 0, port: 5), SocketAddress(ipv4: 0xC000_0201, port: 0),
            SocketAddress(high: 0, low: 0, port: 5),
        ]
        for address in addresses {
            let bench = Self.bench { request in
                var answer = Self.success(request)
                answer.relayedAddress = address
                return answer.bytes(key: TURNBench.key)
            }
            #expect(bench.client.events == [.failed(.malformedAnswer)])
        }
    }

    @Test func `a challenge that cannot be answered ends it`() {
        var bench = TURNBench()
        bench.script = { _ in .refusal(401) }
        bench.start()
        #expect(bench.client.events == [.failed(.unauthorized)])
        #expect(bench.requests.count == 1)
    }

    @Test func `lifetimes of every length are kept without haste`() {
        for lifetime in [0, 1, 2, 119, 120, 121, UInt32.max] {
            var bench = Self.bench { request in
                var answer = Self.success(request)
                answer.lifetimeSeconds = lifetime
                return answer.bytes(key: TURNBench.key)
            }
            #expect(bench.client.state == .allocated)
            bench.forgetRequests()
            bench.run(.seconds(10))
            #expect(bench.requests.count <= 20, "\(lifetime)")
        }
    }

    @Test func `an answer heard twice changes nothing`() {
        var bench = TURNBench.allocated()
        bench.forgetRequests()
        var answers: [[UInt8]] = []
        bench.script = { request in
            var answer = request.answer(.success)
            answer.lifetimeSeconds = 600
            let bytes = answer.bytes(key: TURNBench.key)
            answers.append(bytes)
            return .bytes { _ in bytes }
        }
        bench.run(.seconds(600))
        let deadline = bench.client.deadline
        for bytes in answers { #expect(bench.hear(bytes) == .consumed) }
        #expect(bench.client.deadline == deadline && !answers.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `damaged and random bytes do no harm`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bench = TURNBench.allocated(isStream: seed % 2 == 0)
        bench.client.bindChannel(TURNBench.peer(1), now: bench.now)
        bench.exchange()
        var message = STUNMessage(.indication, .data, .init(high: 1, low: 2))
        message.peerAddress = TURNBench.peer(1)
        message.data = [1, 2, 3, 4, 5]
        let seeds = [
            message.bytes(key: nil, hasFingerprint: false), [0x40, 0, 0, 2, 8, 9],
            Self.success(message).bytes(key: TURNBench.key, hasFingerprint: false),
        ]
        for round in 0..<5000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random) / 4)
            let count = bytes.count
            if case .data(let range, _) = bench.hear(bytes) {
                #expect(range.lowerBound >= 0 && range.upperBound <= count)
            }
        }
        #expect(bench.client.state == .allocated && bench.client.outbox.isEmpty)
    }
}
