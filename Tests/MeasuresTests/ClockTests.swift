import Measures
import Primitives
import Testing

@Suite struct ClockTests {
    /// Another machine's clock, and the way to it.
    private struct World {
        var random: RandomReports
        let ahead: Double
        let drift: Double
        let way: Double
        let unevenness: Double

        init(seed: UInt64) {
            random = RandomReports(seed: seed)
            ahead = Double(random.number(-3_000...3_000)) / 1000
            drift = Double(random.number(-90...90)) * 1e-6
            way = Double(random.number(1...80)) / 1000
            unevenness = Double(random.number(0...60)) / 1000
        }

        init(ahead: Double, drift: Double, way: Double, unevenness: Double, seed: UInt64) {
            random = RandomReports(seed: seed)
            (self.ahead, self.drift, self.way, self.unevenness) = (ahead, drift, way, unevenness)
        }

        func theirs(_ time: Double) -> Int64 {
            ClockTests.epoch + Int64((time + ahead + drift * time) * 1e9)
        }

        func offset(at time: Double) -> Double { ahead + drift * time }

        mutating func exchange(at time: Double) -> ClockEstimate.Exchange {
            // Queues make a way longer, one much more than the other.
            let out = way * (random.chance(0.5) ? 1 : 0.3) + unevenness * abs(random.bell())
            let back = way + unevenness / 3 * abs(random.bell())
            return ClockEstimate.Exchange(
                asked: ClockTests.instant(time), theirReceiptNanoseconds: theirs(time + out),
                theirReplyNanoseconds: theirs(time + out + 0.001),
                answered: ClockTests.instant(time + out + 0.001 + back), theirError: .zero)
        }
    }

    private static let epoch: Int64 = 1_790_000_000_000_000_000

    private static func instant(_ seconds: Double) -> Instant {
        Instant(nanoseconds: 77_000_000_000 + Int64(seconds * 1e9))
    }

    private static func estimate() -> ClockEstimate {
        ClockEstimate(
            anchor: instant(0), nanosecondsSince1970: epoch, stretch: .seconds(5))
    }

    @Test func `the true offset is always within what is told`() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            var world = World(seed: seed)
            var clock = Self.estimate()
            #expect(clock.offset(at: Self.instant(0)) == nil)
            for second in 0..<90 {
                let time = Double(second) + 0.1
                #expect(clock.add(world.exchange(at: time)) == .kept, "seed \(seed)")
                for later in [0.0, 0.7, 30] {
                    let told = try #require(clock.offset(at: Self.instant(time + later)))
                    let error = abs(told.offset.secondsValue - world.offset(at: time + later))
                    #expect(error <= told.uncertainty.secondsValue, "seed \(seed) at \(time)")
                }
            }
            let told = try #require(clock.offset(at: Self.instant(90)))
            // Not honest by being useless: half of the longest way there and back.
            #expect(told.uncertainty.secondsValue <= world.way + world.unevenness + 0.001)
            #expect(clock.steps == 0)
        }
    }

    @Test func `latency between clocks three seconds and 50 ppm apart comes out right`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            var world = World(
                ahead: 3, drift: 50e-6, way: 0.004, unevenness: 0.02, seed: seed)
            var clock = Self.estimate()
            for second in 0..<600 {
                let time = Double(second)
                clock.add(world.exchange(at: time))
                let latency = 0.25 + Double(world.random.number(0...100)) / 1000
                let stamp = world.theirs(time + 0.5)
                let seen = Self.instant(time + 0.5 + latency)
                let told = try #require(clock.offset(at: seen))
                let ours = Self.epoch + (seen - Self.instant(0)).wholeNanoseconds
                let measured = Double(ours + told.offset.wholeNanoseconds - stamp) / 1e9
                let error = abs(measured - latency)
                #expect(error <= told.uncertainty.secondsValue + 20e-6, "seed \(seed)")
                #expect(second < 30 || error < 0.010, "seed \(seed)")
            }
            let report = clock.report(source: "here", at: Self.instant(600))
            #expect(report.standing == .measured)
            #expect(report.exchanges == 600)
            #expect(abs((report.driftPartsPerMillion ?? 0) - 50) < 20)
            #expect(report.uncertainty ?? .seconds(1) < .milliseconds(10))
        }
    }

    @Test func `a clock that is set is noticed once, and followed`() throws {
        var (before, after) = (
            World(ahead: 1, drift: 0, way: 0.005, unevenness: 0.002, seed: 1),
            World(ahead: 1.4, drift: 0, way: 0.005, unevenness: 0.002, seed: 2)
        )
        var clock = Self.estimate()
        for second in 0..<30 { clock.add(before.exchange(at: Double(second))) }
        // One answer that is off alone is not believed.
        #expect(clock.add(after.exchange(at: 30)) == .doubted)
        #expect(clock.add(before.exchange(at: 31)) == .kept)
        #expect(clock.add(after.exchange(at: 32)) == .doubted)
        #expect(clock.add(after.exchange(at: 33)) == .stepped)
        #expect(clock.add(after.exchange(at: 34)) == .kept)
        #expect(clock.steps == 1)
        let told = try #require(clock.offset(at: Self.instant(35)))
        #expect(abs(told.offset.secondsValue - 1.4) <= told.uncertainty.secondsValue)
    }

    @Test func `our own time of day may be slewed, not set`() {
        var clock = Self.estimate()
        for (second, slip, isStep) in [
            (0, 0, false), (1, 400_000, false), (2, 600_000, false), (3, 50_600_000, true),
            (4, 50_600_000, false), (5, -900_000_000, true), (6, -900_000_000, false),
        ] as [(Int64, Int64, Bool)] {
            #expect(
                clock.readWallClock(
                    nanosecondsSince1970: Self.epoch + second * 1_000_000_000 + slip,
                    at: Self.instant(Double(second))) == isStep)
        }
        #expect(clock.steps == 2)
    }

    @Test func `impossible answers are refused`() {
        var clock = Self.estimate()
        let good = ClockEstimate.Exchange(
            asked: Self.instant(1), theirReceiptNanoseconds: Self.epoch,
            theirReplyNanoseconds: Self.epoch + 1_000, answered: Self.instant(1.01),
            theirError: .zero)
        var bad = [ClockEstimate.Exchange](repeating: good, count: 6)
        bad[0].answered = Self.instant(0.9)
        bad[1].theirReplyNanoseconds = Self.epoch - 1
        bad[2].theirReplyNanoseconds = Self.epoch + 1_000_000_000
        bad[3].answered = Self.instant(9)
        (bad[4].theirReceiptNanoseconds, bad[4].theirReplyNanoseconds) = (.min, .max)
        bad[5].theirError = .seconds(-1)
        for exchange in bad { #expect(clock.add(exchange) == .refused) }
        #expect(clock.add(good) == .kept)
        var far = good
        (far.theirReceiptNanoseconds, far.theirReplyNanoseconds) = (.min, .min)
        #expect(clock.add(far) == .doubted)
        #expect(clock.exchanges == 2)
    }
}
