import Cutting
import Primitives
import Testing

private func settings(
    _ signs: [TrimSettings.Sign], shortest: Int = 2, pause: Int = 0, ends: Int = 0
) -> TrimSettings {
    TrimSettings(
        signs: signs, silenceDecibels: -50, shortest: .seconds(shortest),
        keptPause: .milliseconds(pause), keptEnds: .seconds(ends))
}

private func seconds(_ start: Int64, _ end: Int64) -> Stretch {
    Stretch(start * 1_000_000, end * 1_000_000)
}

struct StretchTests {
    @Test func `stretches that overlap or touch are joined`() {
        let stretches = [seconds(5, 7), seconds(0, 2), seconds(2, 3), seconds(6, 9), seconds(4, 4)]
        #expect(stretches.joined == [seconds(0, 3), seconds(5, 9)])
    }

    @Test func `what is common, what is left and the gaps add up`() {
        let one = [seconds(0, 4), seconds(6, 10)]
        let other = [seconds(2, 7), seconds(9, 12)]
        #expect(one.common(with: other) == [seconds(2, 4), seconds(6, 7), seconds(9, 10)])
        #expect(one.without(other) == [seconds(0, 2), seconds(7, 9)])
        #expect(one.gaps(in: seconds(0, 12)) == [seconds(4, 6), seconds(10, 12)])
        #expect([Stretch]().gaps(in: seconds(1, 2)) == [seconds(1, 2)])
    }
}

struct DeadAirTests {
    private func findings() -> DeadAir.Findings {
        var findings = DeadAir.Findings(length: 60_000_000)
        findings.silences = [seconds(10, 20), seconds(30, 40)]
        findings.blacks = [seconds(12, 18)]
        findings.freezes = [seconds(31, 50)]
        return findings
    }

    @Test func `what is silent and black or still goes`() {
        let deadAir = DeadAir(findings(), settings([.black, .silence, .freeze, .events]))
        #expect(deadAir.removals.map(\.stretch) == [seconds(12, 18), seconds(31, 40)])
        #expect(deadAir.removals.map(\.reason) == [.black, .freeze])
        #expect(deadAir.kept == [seconds(0, 12), seconds(18, 31), seconds(40, 60)])
    }

    @Test func `a pause stays, half of it on either side, but not at the ends of the show`() {
        var findings = DeadAir.Findings(length: 60_000_000)
        findings.silences = [seconds(0, 5), seconds(20, 30), seconds(50, 60)]
        let deadAir = DeadAir(findings, settings([.silence], pause: 1000))
        #expect(
            deadAir.removals.map(\.stretch) == [
                Stretch(0, 4_500_000), Stretch(20_500_000, 29_500_000),
                Stretch(50_500_000, 60_000_000),
            ])
    }

    @Test func `around an event of a product nothing goes`() {
        var findings = findings()
        findings.productEvents = [35_000_000]
        let deadAir = DeadAir(findings, settings([.black, .silence, .freeze, .events]))
        #expect(
            deadAir.removals.map(\.stretch) == [
                seconds(12, 18), seconds(31, 33), seconds(37, 40),
            ])
        let without = DeadAir(findings, settings([.black, .silence, .freeze]))
        #expect(without.removals.map(\.stretch) == [seconds(12, 18), seconds(31, 40)])
    }

    @Test func `what is too short stays`() {
        let deadAir = DeadAir(
            findings(), settings([.black, .silence, .freeze], shortest: 7))
        #expect(deadAir.removals.map(\.stretch) == [seconds(31, 40)])
    }

    @Test func `before the first event and after the last all goes but a little`() {
        var findings = findings()
        findings.events = [15_000_000, 45_000_000, 99_000_000, -3]
        let deadAir = DeadAir(findings, settings([.ends], ends: 3))
        #expect(deadAir.removals.map(\.stretch) == [seconds(0, 12), seconds(48, 60)])
        #expect(deadAir.removals.map(\.reason) == [.beforeFirstEvent, .afterLastEvent])
        #expect(DeadAir(self.findings(), settings([.ends])).removals.isEmpty)
    }

    @Test func `removals never overlap, and what is removed and kept is the whole show`() {
        var findings = findings()
        findings.events = [14_000_000, 35_000_000]
        let deadAir = DeadAir(findings, settings(TrimSettings.Sign.allCases))
        #expect(deadAir.removals.map(\.stretch).joined == [seconds(0, 18), seconds(31, 60)])
        #expect(deadAir.removals.count == 4)
        let kept = deadAir.kept.reduce(0) { $0 + $1.length }
        #expect(kept + deadAir.removedMicroseconds == findings.length)
    }
}

struct SilenceMeterTests {
    /// Two channels at 1000 Hz: so many samples of a level.
    private func heard(_ runs: [(Int, Float)], piece: Int) -> [Stretch] {
        let total = runs.reduce(0) { $0 + $1.0 }
        var meter = SilenceMeter(decibels: -50, shortest: 2_000_000, end: Int64(total) * 1000)
        let samples = runs.flatMap { run in [Float](repeating: run.1, count: run.0 * 2) }
        var start = 0
        while start < samples.count {
            let end = min(samples.count, start + piece * 2)
            let part = Array(samples[start..<end])
            meter.add(part.span, channels: 2, rate: 1000, at: Int64(start / 2) * 1000)
            start = end
        }
        meter.finish()
        return meter.silences
    }

    @Test(arguments: [1, 7, 1024, 100_000])
    func `silence is found to the sample, however it comes in pieces`(piece: Int) {
        let runs: [(Int, Float)] = [
            (1500, 0.5), (2500, 0.001), (10, -0.3), (1999, 0), (1, 0.1), (2000, 0.003), (5, 0.5),
        ]
        #expect(
            heard(runs, piece: piece) == [
                Stretch(1_500_000, 4_000_000), Stretch(6_010_000, 8_010_000),
            ])
    }

    @Test func `a channel that is heard is enough`() {
        var meter = SilenceMeter(decibels: -50, shortest: 1, end: 4000)
        let samples: [Float] = [0, 0.5, 0, 0, 0, 0, 0.5, 0]
        meter.add(samples.span, channels: 2, rate: 1000, at: 0)
        meter.finish()
        #expect(meter.silences == [Stretch(1000, 3000)])
    }

    @Test func `where there are no samples it is silent`() {
        var meter = SilenceMeter(decibels: -50, shortest: 1, end: 100_000)
        let samples = [Float](repeating: 0.5, count: 10)
        meter.add(samples.span, channels: 1, rate: 1000, at: 20_000)
        meter.add(samples.span, channels: 1, rate: 1000, at: 50_000)
        meter.finish()
        #expect(
            meter.silences == [
                Stretch(0, 20_000), Stretch(30_000, 50_000), Stretch(60_000, 100_000),
            ])
    }

    @Test func `samples that are no numbers are heard, and nothing traps`() {
        var meter = SilenceMeter(decibels: -50, shortest: 1, end: 3000)
        let samples: [Float] = [.nan, .infinity, 0]
        meter.add(samples.span, channels: 1, rate: 1000, at: -5)
        meter.add(samples.span, channels: 0, rate: 0, at: 0)
        meter.finish()
        #expect(meter.silences.count == 1)
    }
}

struct StillMeterTests {
    private func look(_ time: Int64, _ level: UInt8, spot: UInt8? = nil) -> LumaLook {
        var luma = [UInt8](repeating: level, count: 1000)
        if let spot { for index in 0..<30 { luma[index] = spot } }
        return LumaLook(time: time, luma: luma)
    }

    @Test func `black begins with the first black picture and ends with the first that is not`() {
        var meter = StillMeter(.black, shortest: 1)
        for (time, level) in [(0, 90), (1, 16), (2, 37), (3, 16), (4, 38), (5, 16)]
            as [(Int64, UInt8)]
        {
            meter.add(look(time, level))
        }
        meter.finish(at: 6)
        #expect(meter.stretches == [Stretch(1, 4), Stretch(5, 6)])
    }

    @Test func `a bright spot of three hundredths keeps a picture from being black`() {
        #expect(look(0, 16).isBlack)
        #expect(!look(0, 16, spot: 200).isBlack)
    }

    @Test func `a still is measured against its first picture, so that slow motion is motion`() {
        var meter = StillMeter(.freeze, shortest: 2)
        for time in 0..<10 { meter.add(look(Int64(time), 100 + UInt8(time / 2))) }
        meter.finish(at: 10)
        #expect(meter.stretches.allSatisfy { $0.length == 2 })
        #expect(meter.stretches.joined == [Stretch(0, 10)])
        #expect(meter.stretches.count == 5)
    }
}
