import Primitives
import Testing

@testable import Sessions

@Suite struct ImpairmentTests {
    private static let plain = Impairment(
        loss: 0, delay: .zero, jitter: .zero, bitsPerSecond: nil, seed: 7)

    @Test func `what is said is understood`() throws {
        var all = Self.plain
        all.loss = 0.02
        all.delay = .milliseconds(40)
        all.jitter = .milliseconds(10)
        all.bitsPerSecond = 3_000_000
        #expect(try Impairment(parsing: "loss=2%,delay=40ms±10ms,rate=3M,seed=7") == all)
        #expect(try Impairment(parsing: " rate = 3M, delay=40ms+-10ms ,seed=7,loss=2.0%") == all)
        let burst = try Impairment(parsing: "loss=0.5%,burst=4")
        #expect(burst.burst == 4 && burst.loss == 0.005 && burst.seed == Impairment.usualSeed)
        #expect(try Impairment(parsing: "delay=1.5s").delay == .milliseconds(1500))
        #expect(try Impairment(parsing: "delay=250us").delay == .microseconds(250))
        #expect(try Impairment(parsing: "rate=500k").bitsPerSecond == 500_000)
        #expect(try Impairment(parsing: "rate=64000").bitsPerSecond == 64_000)
    }

    @Test(arguments: [
        ("", Impairment.Problem.empty), ("loss=1%,", .empty), ("loss", .unknown("loss")),
        ("speed=3M", .unknown("speed")), ("loss=1%,loss=2%", .repeated("loss")),
        ("loss=2", .malformed(name: "loss", value: "2")),
        ("loss=nan%", .malformed(name: "loss", value: "nan%")),
        ("loss=1e1%", .malformed(name: "loss", value: "1e1%")),
        ("loss=101%", .outOfRange(name: "loss", value: "101%")),
        ("delay=40", .malformed(name: "delay", value: "40")),
        ("delay=-40ms", .malformed(name: "delay", value: "-40ms")),
        ("delay=10ms±40ms", .outOfRange(name: "delay", value: "10ms±40ms")),
        ("delay=11s", .outOfRange(name: "delay", value: "11s")),
        ("rate=0", .outOfRange(name: "rate", value: "0")),
        ("rate=3m", .malformed(name: "rate", value: "3m")),
        ("rate=999999999G", .outOfRange(name: "rate", value: "999999999G")),
        ("burst=0", .outOfRange(name: "burst", value: "0")),
        ("seed=-1", .malformed(name: "seed", value: "-1")),
        ("seed=99999999999999999999", .malformed(name: "seed", value: "99999999999999999999")),
    ]) func `what cannot be is refused by its part`(text: String, problem: Impairment.Problem) {
        #expect(throws: problem) { try Impairment(parsing: text) }
    }

    /// Sends so many datagrams, one every so often, and gives the delay of each that came.
    private static func run(
        _ impairment: Impairment, count: Int, every: Duration, bytes: Int, number: Int = 0
    ) -> [(number: Int, delay: Duration)] {
        var impairer = Impairer<Int>(impairment, number: number)
        let start = Instant(nanoseconds: 1_000_000_000)
        func sent(_ number: Int) -> Instant { start + every * number }
        let datagram = [UInt8](repeating: 1, count: bytes)
        var came: [(number: Int, delay: Duration)] = []
        func drain(until now: Instant) {
            while let due = impairer.deadline, due <= now {
                while impairer.pop(
                    now: due, { _, number in came.append((number, due - sent(number))) })
                {}
            }
        }
        for number in 0..<count {
            drain(until: sent(number))
            impairer.push(datagram.span, number, now: sent(number))
        }
        drain(until: sent(count) + .seconds(20))
        return came
    }

    @Test func `as much is lost as was said, and in bursts as long`() {
        for burst in [1.0, 5.0] {
            var impairment = Self.plain
            impairment.loss = 0.1
            impairment.burst = burst
            let came = Self.run(impairment, count: 50_000, every: .milliseconds(1), bytes: 100)
            let lost = 1 - Double(came.count) / 50_000
            #expect(abs(lost - 0.1) < 0.01, "\(lost)")
            var runs = 0
            for (one, next) in zip(came, came.dropFirst()) where next.number > one.number + 1 {
                runs += 1
            }
            let length = Double(50_000 - came.count) / Double(runs)
            #expect(abs(length - max(burst, 1.1)) < 0.4, "\(length)")
        }
    }

    @Test func `delays lie evenly around what was said`() {
        var impairment = Self.plain
        impairment.delay = .milliseconds(40)
        impairment.jitter = .milliseconds(10)
        let came = Self.run(impairment, count: 20_000, every: .milliseconds(1), bytes: 100)
        #expect(came.count == 20_000)
        let delays = came.map { $0.delay.wholeNanoseconds }.sorted()
        #expect(delays[0] >= 30_000_000 && delays[19_999] <= 50_000_000)
        #expect(abs(delays[10_000] - 40_000_000) < 500_000)
        #expect(abs(delays[2_000] - 32_000_000) < 500_000)
        #expect(zip(came, came.dropFirst()).contains { $0.number > $1.number })
        impairment.jitter = .zero
        let even = Self.run(impairment, count: 1000, every: .milliseconds(1), bytes: 100)
        #expect(even.map(\.number) == Array(0..<1000))
        #expect(even.allSatisfy { $0.delay == .milliseconds(40) })
    }

    @Test func `a link carries its rate, and its queue has an end`() {
        var impairment = Self.plain
        impairment.bitsPerSecond = 1_000_000
        // 1,228 bytes with their headers every 5 ms are almost 2 Mbit/s.
        let came = Self.run(impairment, count: 4000, every: .milliseconds(5), bytes: 1200)
        let rate = Double(came.count * 1228 * 8) / 20
        #expect(abs(rate - 1_000_000) < 20_000, "\(rate)")
        let longest = came.map(\.delay).max() ?? .zero
        #expect(longest <= ImpairedPath.queueTime + .milliseconds(10), "\(longest)")
        #expect(came.map(\.number) == came.map(\.number).sorted())
        let below = Self.run(impairment, count: 1000, every: .milliseconds(10), bytes: 1200)
        #expect(below.count == 1000 && below.allSatisfy { $0.delay < .milliseconds(10) })
    }

    @Test func `the same seed has the same fate, and each path one of its own`() {
        var impairment = Self.plain
        impairment.loss = 0.3
        impairment.delay = .milliseconds(5)
        impairment.jitter = .milliseconds(5)
        func fate(_ seed: UInt64, _ number: Int) -> [Int] {
            impairment.seed = seed
            return Self.run(
                impairment, count: 500, every: .milliseconds(1), bytes: 99, number: number
            ).map(\.number)
        }
        #expect(fate(7, 0) == fate(7, 0))
        #expect(fate(7, 0) != fate(8, 0))
        #expect(fate(7, 0) != fate(7, 1))
    }

    @Test func `what waits is bounded, by number and by bytes`() {
        var delay = DatagramDelay<Int>(maximumDatagrams: 3, maximumBytes: 100)
        let due = Instant(nanoseconds: 5)
        let small = [UInt8](repeating: 0, count: 10)
        for number in 0..<5 { delay.push(small.span, number, due: due) }
        #expect(delay.count == 3 && delay.overflowed == 2)
        var order: [Int] = []
        while delay.pop(
            now: due,
            { datagram, number in
                #expect(datagram.count == 10)
                order.append(number)
            })
        {}
        #expect(order == [0, 1, 2])
        let large = [UInt8](repeating: 0, count: 101)
        delay.push(large.span, 9, due: due)
        #expect(delay.count == 0 && delay.overflowed == 3)
    }
}
