import Synchronization
import Network
import Primitives
import TestSupport
import Testing

/// A value that a loop writes and a test reads.
final class Shared<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    init(_ value: Value) {
        stored = Mutex(value)
    }

    var value: Value { stored.withLock { $0 } }

    @discardableResult
    func change<Answer: Sendable>(_ body: @Sendable (inout Value) -> Answer) -> Answer {
        stored.withLock { body(&$0) }
    }
}

/// A loop that ends with its test.
func withLoop<Answer>(_ body: (EventLoop) throws -> Answer) throws -> Answer {
    let loop = try EventLoop(name: "test", processor: nil)
    defer {
        loop.stop()
        loop.join()
    }
    return try body(loop)
}

@Suite struct LoopTests {
    @Test func `timers fire by deadline, equal ones in the order they were set`() throws {
        try withLoop { loop in
            let fired = Shared<[Int]>([])
            loop.submit {
                let delays = [5, 1, 3, 1, 0, 3, 2, 1]
                for (index, delay) in delays.enumerated() {
                    loop.timer { fired.change { $0.append(index) } }
                        .set(at: loop.now + .milliseconds(delay))
                }
            }
            try eventually("all fire") { fired.value.count == 8 }
            #expect(fired.value == [4, 1, 3, 7, 6, 2, 5, 0])
        }
    }

    @Test func `a loop that has ended lets go of the work that was left`() throws {
        final class Held: Sendable {}
        let loop = try EventLoop(name: "test", processor: nil)
        let hasRun = Shared(false)
        var held: Held? = Held()
        weak let watched = held
        // The second is submitted in the loop's last turn.
        loop.submit { [held] in
            loop.submit { withExtendedLifetime(held) { hasRun.change { $0 = true } } }
            loop.stop()
        }
        held = nil
        loop.join()
        #expect(hasRun.value)
        #expect(watched == nil)
    }

    @Test func `a timer that is set again moves, and one that is cancelled stays silent`() throws {
        try withLoop { loop in
            let fired = Shared<[String]>([])
            loop.submit {
                let moved = loop.timer { fired.change { $0.append("moved") } }
                moved.set(at: loop.now)
                let silent = loop.timer { fired.change { $0.append("silent") } }
                silent.set(at: loop.now + .milliseconds(1))
                silent.cancel()
                moved.set(at: loop.now + .milliseconds(4))
                loop.timer { fired.change { $0.append("last") } }
                    .set(at: loop.now + .milliseconds(6))
            }
            try eventually("the last fires") { fired.value.last == "last" }
            #expect(fired.value == ["moved", "last"])
        }
    }

    @Test func `many timers, moved and cancelled at random, fire in order`() throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            try withLoop { loop in
                let fired = Shared<[Int64]>([])
                let kept = Shared(0)
                loop.perform {
                    var random = SeededRandom(seed: seed)
                    let start = loop.now
                    var timers: [LoopTimer] = []
                    let deadlines = Shared([Int64](repeating: 0, count: 500))
                    for index in 0..<500 {
                        timers.append(
                            loop.timer { fired.change { $0.append(deadlines.value[index]) } })
                    }
                    for _ in 0..<3000 {
                        let index = Int.random(in: 0..<500, using: &random)
                        if Int.random(in: 0..<4, using: &random) == 0 {
                            timers[index].cancel()
                        } else {
                            let delay = Int64.random(in: 0..<5_000_000, using: &random)
                            deadlines.change { $0[index] = delay }
                            timers[index].set(at: start + .nanoseconds(delay))
                        }
                    }
                    let count = timers.count { $0.isSet }
                    kept.change { $0 = count }
                }
                try eventually("all fire") { fired.value.count == kept.value }
                #expect(fired.value == fired.value.sorted(), "seed \(seed)")
            }
        }
    }

    @Test func `work from many threads runs once each, and answers come back`() throws {
        try withLoop { loop in
            let count = Shared(0)
            for _ in 0..<1000 { loop.submit { count.change { $0 += 1 } } }
            #expect(loop.perform { count.value } == 1000)
            #expect(loop.perform { loop.isOnLoop } == true)
            #expect(!loop.isOnLoop)
            #expect(loop.perform { loop.perform { 7 } } == 7)
        }
    }

    @Test func `a loop that has ended takes no work, and ran what came before`() throws {
        let loop = try EventLoop(name: "test", processor: 0)
        let count = Shared(0)
        for _ in 0..<100 { loop.submit { count.change { $0 += 1 } } }
        loop.stop()
        loop.join()
        loop.join()
        #expect(count.value == 100)
        #expect(!loop.submit {})
        #expect(loop.perform { 1 } == nil)
    }

    @Test func `a loop that nobody joins gives its stack back`() throws {
        // In pages; each stack has 2048 of them.
        func pages() -> Int {
            Files.read("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) } ?? 0
        }
        let before = pages()
        for _ in 0..<400 { try EventLoop(name: "test", processor: nil).stop() }
        try eventually("most of the stacks are gone") { pages() - before < 200 * 2048 }
    }

    @Test func `names and interfaces are found`() throws {
        #expect(try Names.interfaceAddresses().contains { $0.isLoopback })
        #expect(try Names.resolve("192.0.2.1", port: 5) == [SocketAddress("192.0.2.1:5")])
        #expect(
            try Names.resolve("localhost", port: 5).allSatisfy { $0.isLoopback && $0.port == 5 })
        #expect(throws: NetworkError.self) { try Names.resolve("no.such.name.invalid", port: 1) }
        try withLoop { loop in
            let found = Shared<[SocketAddress]>([])
            try Names.resolve("localhost", port: 1, on: loop) { result in
                found.change { $0 = (try? result.get()) ?? [] }
            }
            try eventually("found") { !found.value.isEmpty }
        }
    }
}
