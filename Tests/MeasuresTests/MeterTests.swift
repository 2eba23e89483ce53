import Measures
import Primitives
import Testing

@Suite struct FrameMeterTests {
    private static func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: 5_000_000_000 + milliseconds * 1_000_000)
    }

    /// Pictures at these milliseconds, and a window closed each second.
    private static func run(_ times: [Int64], until end: Int64) -> MeasureSet {
        var meter = FrameMeter(joined: at(0))
        var set = MeasureSet()
        var rolled: Int64 = 0
        for time in times.sorted() {
            while time - rolled >= 1000 {
                rolled += 1000
                meter.roll(now: at(rolled), into: &set)
            }
            _ = meter.decode(nil, timestamp: UInt32(time * 90), at: at(time), into: &set)
        }
        while end - rolled >= 1000 {
            rolled += 1000
            meter.roll(now: at(rolled), into: &set)
        }
        meter.finish(now: at(end), into: &set)
        return set
    }

    @Test func `freezes that are put in are counted exactly, and their lengths`() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = RandomReports(seed: seed)
            var times: [Int64] = []
            var time: Int64 = 0
            var freezes: [Int64] = []
            var stops = 0
            for number in 0..<600 {
                times.append(time)
                // One a while, so that the mean has gone back to what it was.
                if (31..<590).contains(number), number % 60 == 59, random.chance(0.5) {
                    let length = random.number(260...2_000)
                    freezes.append(length)
                    stops += length > 560 ? 1 : 0
                    time += length
                } else {
                    time += 33 + random.number(-15...15)
                }
            }
            let set = Self.run(times, until: times.last ?? 0)
            #expect(set[.freeze].count == Int64(freezes.count), "seed \(seed)")
            #expect(set[.freeze].sum == freezes.reduce(0, +) * 1000, "seed \(seed)")
            #expect(set[.rebuffer].count >= Int64(stops), "seed \(seed)")
            #expect(set[.watchedMicroseconds] == (times.last ?? 0) * 1000)
            #expect(set[.framesDecoded] == 600)
        }
    }

    @Test func `what comes in a burst at the start is neither a rate nor a gap`() {
        var meter = FrameMeter(joined: Self.at(0))
        var set = MeasureSet()
        // Two seconds of five pictures each, given at once, and two more as they are made.
        for number in 0..<20 as Range<Int64> {
            let time = number < 10 ? number : (number - 9) * 200 + 9
            _ = meter.decode(
                nil, timestamp: UInt32(number * 18_000), at: Self.at(time), into: &set)
        }
        meter.finish(now: Self.at(2_009), into: &set)
        #expect(set[.framesDecoded] == 20 && set[.frameGap].count == 10)
        // With the picture that it begins with.
        #expect(set[.frameRate].least == 5_500 && set[.frameRate].greatest == 5_500)
        #expect(set[.freeze].isEmpty && set[.watchedMicroseconds] == 2_009_000)
    }

    @Test func `a freeze that goes on at the end counts up to there`() {
        let times = (0..<60).map { $0 * Int64(33) }
        let frozen = Self.run(times, until: 59 * 33 + 3_000)
        #expect(frozen[.freeze].count == 1)
        #expect(frozen[.freeze].sum == 3_000_000)
        #expect(frozen[.rebuffer].count == 1)
        #expect(frozen[.frameRate].least == 0)
        #expect(Self.run(times, until: 60 * 33)[.freeze].isEmpty)
    }

    @Test func `the frame rate is told by window`() {
        for (gap, rate) in [(20, 50_000), (40, 25_000), (100, 10_000)] as [(Int64, Int64)] {
            let times = (0..<10_000 / gap).map { $0 * gap }
            let set = Self.run(times, until: 10_000)
            #expect(set[.frameRate].least == rate)
            #expect(set[.frameRate].greatest == rate)
            #expect(set[.frameRate].count == 10)
        }
    }

    @Test func `stamps tell what is new, shown twice, skipped or from a cache`() {
        typealias Standing = FrameMeter.Standing
        let cases: [(numbers: [(Int64, Int64)], standings: [Standing], skipped: Int64)] = [
            ([(1, 10), (2, 20), (3, 30)], [.new, .new, .new], 0),
            ([(1, 10), (1, 10), (2, 20)], [.new, .repeated, .new], 0),
            ([(1, 10), (5, 50)], [.new, .new], 3),
            ([(7, -20), (8, -10), (9, 10)], [.cached, .cached, .new], 0),
            // Shown again, later.
            ([(7, 10), (8, 20), (7, 10), (9, 30)], [.new, .new, .repeated, .new], 1),
            // The sender has begun anew, near and far.
            ([(90, 10), (0, 20), (1, 30)], [.new, .new, .new], 0),
            ([(90_000, 10), (0, 20), (90_000, 30)], [.new, .new, .new], 0),
            ([(.max, 10), (.min, 20), (.max, 30)], [.new, .new, .new], 0),
        ]
        for (numbers, standings, skipped) in cases {
            var meter = FrameMeter(joined: Self.at(0))
            var set = MeasureSet()
            let told = numbers.enumerated().map { index, stamp in
                meter.decode(
                    FrameMeter.Stamp(number: stamp.0, captured: Self.at(stamp.1)),
                    timestamp: UInt32(index * 2970), at: Self.at(100 + 33 * Int64(index)),
                    into: &set)
            }
            #expect(told == standings)
            #expect(set[.framesSkipped] == skipped)
        }
    }

    @Test func `a picture whose stamp was not read was not skipped`() {
        var meter = FrameMeter(joined: Self.at(0))
        var set = MeasureSet()
        let numbers: [Int64?] = [1, nil, nil, 4, nil, 8]
        for (index, number) in numbers.enumerated() {
            let now = Self.at(100 + 33 * Int64(index))
            let stamp = number.map { FrameMeter.Stamp(number: $0, captured: now) }
            _ = meter.decode(stamp, timestamp: UInt32(index) * 3_000, at: now, into: &set)
        }
        #expect(set[.framesSkipped] == 2)
    }

    @Test func `keyframes are as far apart as their timestamps, over the wrap`() {
        var meter = FrameMeter(joined: Self.at(0))
        var set = MeasureSet()
        var timestamp = UInt32.max - 100_000
        for number in 0..<100 {
            meter.receive(
                isKeyframe: number % 30 == 0, timestamp: timestamp, at: Self.at(0), into: &set)
            timestamp &+= 3_000
        }
        #expect(set[.keyframeInterval].count == 3)
        #expect(set[.keyframeInterval].least == 1_000_000)
        #expect(set[.keyframeInterval].greatest == 1_000_000)
        #expect(set[.keyframes] == 4)
    }
}

@Suite struct LossMeterTests {
    @Test func `what was lost, repaired, overtaken and doubled is told apart`() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = RandomReports(seed: seed)
            var arrivals: [(time: Int64, sequence: UInt16, isRepair: Bool)] = []
            let start = UInt16(truncatingIfNeeded: random.number(0...65_535))
            let count = 2_000
            var (missed, repaired, repeated, runs, run): (Int64, Int64, Int64, [Int64], Int64) =
                (0, 0, 0, [], 0)
            for number in 0..<count {
                let sequence = start &+ UInt16(number)
                let time = Int64(number) * 10
                if number > 0, number < count - 100, random.chance(0.05) {
                    missed += 1
                    run += 1
                    if random.chance(0.6) {
                        repaired += 1
                        arrivals.append((time + random.number(50...6_000), sequence, true))
                    }
                } else {
                    if run > 0 { runs.append(run) }
                    run = 0
                    let late = random.chance(0.1) && number > 0 ? random.number(0...500) : 0
                    arrivals.append((time + late, sequence, false))
                    if random.chance(0.02) {
                        repeated += 1
                        arrivals.append((time + late + random.number(1...500), sequence, false))
                    }
                }
            }
            arrivals.sort { $0.time < $1.time }
            var meter = LossMeter()
            var set = MeasureSet()
            for packet in arrivals {
                meter.receive(sequence: packet.sequence, isRepair: packet.isRepair, into: &set)
            }
            meter.finish(into: &set)
            #expect(set[.packetsExpected] == Int64(count), "seed \(seed)")
            #expect(set[.packetsMissed] == missed, "seed \(seed)")
            #expect(set[.packetsRepaired] == repaired, "seed \(seed)")
            #expect(set[.packetsRepeated] == repeated, "seed \(seed)")
            #expect(set[.lossRun].count == Int64(runs.count), "seed \(seed)")
            #expect(set[.lossRun].sum == runs.reduce(0, +), "seed \(seed)")
            #expect(set[.packetsReceived] == Int64(arrivals.count), "seed \(seed)")
        }
    }

    @Test func `a new start of the numbers is no loss`() {
        var meter = LossMeter()
        var set = MeasureSet()
        for sequence in 100..<200 as Range<UInt16> {
            meter.receive(sequence: sequence, isRepair: false, into: &set)
        }
        for sequence in 40_000..<40_100 as Range<UInt16> {
            meter.receive(sequence: sequence, isRepair: false, into: &set)
        }
        // One packet that came astray is not believed.
        meter.receive(sequence: 9, isRepair: false, into: &set)
        meter.receive(sequence: 40_100, isRepair: false, into: &set)
        meter.finish(into: &set)
        #expect(set[.packetsMissed] == 0)
        #expect(set[.packetsExpected] == 200)
    }

    @Test func `any sequence of packets is counted without a trap, and adds up`() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = RandomReports(seed: seed)
            var meter = LossMeter()
            var set = MeasureSet()
            for _ in 0..<300 {
                let near = UInt16(truncatingIfNeeded: random.number(0...3_500))
                let far = UInt16(truncatingIfNeeded: random.number(0...65_535))
                meter.receive(
                    sequence: random.chance(0.7) ? near : far, isRepair: random.chance(0.2),
                    into: &set)
            }
            meter.finish(into: &set)
            #expect(set[.packetsRepaired] <= set[.packetsMissed])
            #expect(set[.packetsMissed] <= set[.packetsExpected])
            #expect(set[.lossRun].sum == set[.packetsMissed])
        }
    }
}

@Suite struct NetworkMeterTests {
    @Test func `jitter is RFC 3550's, and none where packets come evenly`() {
        var (even, uneven) = (JitterMeter(clockRate: 90_000), JitterMeter(clockRate: 90_000))
        var (first, second) = (MeasureSet(), MeasureSet())
        for number in 0..<500 as Range<Int64> {
            let timestamp = UInt32.max - 90_000 &+ UInt32(number * 3_000)
            let time = number * 1_000_000_000 / 30
            even.receive(timestamp: timestamp, at: Instant(nanoseconds: time))
            uneven.receive(
                timestamp: timestamp, at: Instant(nanoseconds: time + number % 2 * 8_000_000))
        }
        even.roll(into: &first)
        uneven.roll(into: &second)
        #expect(first[.jitter].greatest ?? 99 <= 1)
        #expect(abs((second[.jitter].greatest ?? 0) - 8_000) < 10)
    }

    @Test func `the bit rate is what came by the time it took`() {
        var meter = RateMeter()
        var set = MeasureSet()
        for number in 0..<1_000 as Range<Int64> {
            meter.receive(bytes: 1_250, at: Instant(nanoseconds: number * 10_000_000), into: &set)
            if number % 100 == 99 {
                meter.roll(now: Instant(nanoseconds: (number + 1) * 10_000_000), into: &set)
            }
        }
        #expect(set[.bitRate].count == 10)
        #expect(set[.bitRate].mean == 1_000_000)
        #expect(set[.bytesReceived] == 1_250_000)
    }
}
