import Primitives
import Testing
import WebRTC

/// A path with one slow place: a queue that drops its tail, a delay, random loss.
private struct Bottleneck {
    var bitsPerSecond: Double
    let queueBytes: Int
    let delay: Duration = .milliseconds(25)
    var lossPercent = 0
    var freeAt = Instant(nanoseconds: 0)
    var longestWait = Duration.zero

    /// When a packet comes out; nil where it is dropped.
    mutating func carry(bytes: Int, at now: Instant, _ random: inout SeededRandom) -> Instant? {
        let wait = max(.zero, freeAt - now)
        let queued = Double(wait.wholeNanoseconds) * bitsPerSecond / 8e9
        guard Int(queued) + bytes <= queueBytes else { return nil }
        longestWait = max(longestWait, wait)
        let cost = Duration.nanoseconds(Int64(Double(bytes) * 8e9 / bitsPerSecond))
        freeAt = max(freeAt, now) + cost
        if Int.random(in: 0..<100, using: &random) < lossPercent { return nil }
        return freeAt + delay + .microseconds(Int64.random(in: 0...500, using: &random))
    }
}

/// A sender that always has something to send, and a receiver that tells it when that arrives.
private struct Call {
    var path: Bottleneck
    var controller: CongestionController
    var maker = TransportFeedbackMaker(interval: .milliseconds(50))
    var random: SeededRandom
    var now = 0
    var rates: [Double] = []
    private var nextSend = Instant(nanoseconds: 0)
    private var onTheWay: [(at: Instant, sequence: UInt16)] = []
    private var feedback: [(at: Instant, bytes: [UInt8])] = []

    init(_ path: Bottleneck, seed: UInt64, start: Double) {
        self.path = path
        random = SeededRandom(seed: seed)
        controller = CongestionController(
            RateLimits(minimum: 100_000, start: start, maximum: 20_000_000))
    }

    mutating func run(seconds: Int) {
        for _ in 0..<(seconds * 1000) {
            now += 1
            let instant = Instant.milliseconds(now)
            let rate = controller.targetBitsPerSecond(now: instant)
            rates.append(rate)
            while nextSend <= instant {
                send(at: max(nextSend, .milliseconds(now - 1)))
                nextSend =
                    max(nextSend, .milliseconds(now - 1)) + .nanoseconds(Int64(1200 * 8e9 / rate))
            }
            while let first = onTheWay.first, first.at <= instant {
                onTheWay.removeFirst()
                maker.receive(first.sequence, at: first.at)
            }
            tell(instant)
            controller.handleSilence(now: instant)
        }
    }

    func averageRate(lastSeconds seconds: Int) -> Double {
        rates.suffix(seconds * 1000).reduce(0, +) / Double(seconds * 1000)
    }

    private mutating func send(at instant: Instant) {
        let sequence = controller.send(bytes: 1200, at: instant)
        guard let arrival = path.carry(bytes: 1200, at: instant, &random) else { return }
        let place = onTheWay.lastIndex { $0.at <= arrival }.map { $0 + 1 } ?? 0
        onTheWay.insert((arrival, sequence), at: place)
    }

    private mutating func tell(_ instant: Instant) {
        while let deadline = maker.deadline, deadline <= instant {
            let bytes = [UInt8](capacity: 1200) { output in
                try? maker.write(now: instant, sender: 1, media: 2, into: &output)
            }
            feedback.append((instant + path.delay, bytes))
        }
        while let first = feedback.first, first.at <= instant {
            feedback.removeFirst()
            var cursor = RTCPCursor(first.bytes.span)
            while case .transportFeedback(let told)? = try? cursor.next() {
                controller.receive(told, at: instant)
            }
        }
    }
}

@Suite struct BottleneckTests {
    @Test(
        arguments: [500_000, 1_500_000, 3_000_000, 8_000_000] as [Double], [1, 2, 3] as [UInt64])
    func `the rate finds the capacity without filling the queue`(
        capacity: Double, seed: UInt64
    ) {
        // Half a second of queue.
        let path = Bottleneck(bitsPerSecond: capacity, queueBytes: Int(capacity / 16))
        var call = Call(path, seed: seed, start: 300_000)
        call.run(seconds: 30)
        call.path.longestWait = .zero
        call.run(seconds: 30)
        let share = call.averageRate(lastSeconds: 30) / capacity
        #expect((0.6...1.1).contains(share), "\(share) of \(capacity), seed \(seed)")
        #expect(
            call.path.longestWait < .milliseconds(300), "\(call.path.longestWait), seed \(seed)")
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a drop of capacity is followed within seconds`(seed: UInt64) {
        let path = Bottleneck(bitsPerSecond: 4_000_000, queueBytes: 250_000)
        var call = Call(path, seed: seed, start: 1_000_000)
        call.run(seconds: 40)
        call.path.bitsPerSecond = 1_000_000
        call.run(seconds: 5)
        #expect(call.averageRate(lastSeconds: 1) < 1_200_000)
        call.run(seconds: 15)
        call.path.longestWait = .zero
        call.run(seconds: 20)
        let share = call.averageRate(lastSeconds: 20) / 1_000_000
        #expect((0.6...1.1).contains(share), "\(share), seed \(seed)")
        #expect(call.path.longestWait < .milliseconds(400), "\(call.path.longestWait)")
        call.path.bitsPerSecond = 4_000_000
        call.run(seconds: 60)
        #expect(call.averageRate(lastSeconds: 5) > 2_000_000, "seed \(seed)")
    }

    @Test func `heavy loss lowers the rate and light loss does not`() {
        for (percent, bounds) in [(1, 1_200_000.0...2_200_000), (30, 90_000...600_000)] {
            var path = Bottleneck(bitsPerSecond: 2_000_000, queueBytes: 125_000)
            path.lossPercent = percent
            var call = Call(path, seed: 5, start: 1_000_000)
            call.run(seconds: 60)
            let rate = call.averageRate(lastSeconds: 10)
            #expect(bounds.contains(rate), "\(rate) at \(percent) %")
        }
    }

    @Test func `an estimate of the receiver caps the rate while it is fresh`() {
        var controller = CongestionController(
            RateLimits(minimum: 100_000, start: 1_000_000, maximum: 2_000_000))
        controller.receive(receiverEstimate: 400_000, at: .milliseconds(0))
        #expect(controller.targetBitsPerSecond(now: .milliseconds(4999)) == 400_000)
        #expect(controller.targetBitsPerSecond(now: .milliseconds(5000)) == 1_000_000)
    }

    @Test func `silence halves the rate`() {
        var controller = CongestionController(
            RateLimits(minimum: 100_000, start: 1_000_000, maximum: 2_000_000))
        _ = controller.send(bytes: 100, at: .milliseconds(0))
        controller.handleSilence(now: .milliseconds(1499))
        #expect(controller.targetBitsPerSecond(now: .milliseconds(1499)) == 1_000_000)
        controller.handleSilence(now: .milliseconds(1500))
        #expect(controller.targetBitsPerSecond(now: .milliseconds(1500)) == 500_000)
        #expect(controller.deadline == .milliseconds(3000))
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `whatever a feedback says, the rate stays within its limits`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var controller = CongestionController(
            RateLimits(minimum: 100_000, start: 1_000_000, maximum: 2_000_000))
        var base: UInt16 = 0
        for step in 0..<2000 {
            let now = Instant.milliseconds(step * 10)
            for _ in 0..<5 { base = controller.send(bytes: 1200, at: now) }
            var ticks = Int64.random(in: -2_000_000_000...2_000_000_000, using: &random)
            let arrivals: [Int64] = (0..<20).map { _ in
                ticks += Int64.random(in: -30_000...30_000, using: &random)
                let isLost = Int.random(in: 0..<5, using: &random) == 0
                return isLost ? RTCPWriter.missingArrival : ticks
            }
            let bytes = [UInt8](capacity: 1200) { output in
                _ = try? RTCPWriter.transportFeedback(
                    sender: 1, media: 2, base: base &- 10, feedbackCount: 0, arrivals.span,
                    into: &output)
            }
            var cursor = RTCPCursor(bytes.span)
            while case .transportFeedback(let told)? = try cursor.next() {
                controller.receive(told, at: now)
            }
            controller.receive(receiverEstimate: random.next(), at: now)
            controller.receive(
                fractionLost: UInt8.random(in: 0...255, using: &random), secondsSinceLast: 1,
                roundTrip: nil, at: now)
            let rate = controller.targetBitsPerSecond(now: now)
            #expect((100_000...2_000_000).contains(rate))
        }
    }
}
