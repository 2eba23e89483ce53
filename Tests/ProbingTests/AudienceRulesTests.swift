import Measures
import Network
import Primitives
import Testing

@testable import Probing

@Suite struct `What an audience counts by` {
    @Test func `packets count once, whatever their order`() {
        var source = SourceCount()
        let start: UInt16 = 65_500
        #expect(source.take(start, ssrc: 7) == .next)
        for step in 1..<100 { #expect(source.take(start &+ UInt16(step), ssrc: 7) == .next) }
        // Over the wrap: 100 and 101 are missing, 101 comes late, and twice.
        #expect(source.take(start &+ 102, ssrc: 7) == .afterGap(2))
        #expect(source.missed == 2)
        #expect(source.take(start &+ 101, ssrc: 7) == .late)
        source.countLate(isRepaired: false)
        #expect(source.take(start &+ 101, ssrc: 7) == .repeated)
        #expect(source.take(start &+ 50, ssrc: 7) == .repeated)
        #expect(source.expected == 103 && source.received == 102 && source.missed == 1)
        let isRepair = source.repair(start &+ 100)
        #expect(isRepair)
        let isAgain = source.repair(start &+ 100)
        #expect(!isAgain)
        #expect(source.missed == 1 && source.repaired == 1 && source.repeated == 3)
        let report = source.takeReport()
        #expect(report.fraction == 0 && report.lost == 0)
    }

    @Test func `a source that begins anew, or another, is no loss`() {
        var source = SourceCount()
        for number in 0..<10 { _ = source.take(UInt16(number), ssrc: 1) }
        #expect(source.take(30_000, ssrc: 1) == .next)
        #expect(source.take(5, ssrc: 2) == .next)
        #expect(source.expected == 12 && source.missed == 0)
        #expect(source.take(505, ssrc: 2) == .afterGap(499))
        // So far behind nobody can tell whether it came before.
        #expect(source.take(6, ssrc: 2) == .repeated)
        let report = source.takeReport()
        #expect(report.lost == 499 && report.fraction == UInt8(499 * 256 / 512))
    }

    @Test func `marks of numbers a window ago do not hide what is missing now`() {
        var source = SourceCount()
        for number in 0..<1000 { _ = source.take(UInt16(number), ssrc: 1) }
        #expect(source.take(1003, ssrc: 1) == .afterGap(3))
        for number in 1000..<1003 { #expect(source.take(UInt16(number), ssrc: 1) == .late) }
        for number in 1000..<1004 { #expect(source.take(UInt16(number), ssrc: 1) == .repeated) }
    }

    @Test func `jitter is as the standard has it`() {
        var source = SourceCount()
        var arrival: UInt32 = 1000
        for number in 0..<2000 {
            // 20 ms apart at 90 kHz, every other 5 ms late: 450 ticks of difference each time.
            arrival = UInt32(number) * 1800 + (number % 2 == 0 ? 0 : 450)
            source.noteTransit(UInt32(number) * 1800, arrival: arrival)
        }
        #expect(abs(Int(source.jitterTicks) - 450) < 15, "\(source.jitterTicks)")
    }

    @Test func `freezes and stops are what their definitions say`() {
        var pictures = PictureCount()
        var now: Int64 = 1_000_000_000
        func add(after milliseconds: Int64, isKeyframe: Bool = false) -> PictureCount.Shown {
            now += milliseconds * 1_000_000
            return pictures.add(at: now, isKeyframe: isKeyframe)
        }
        #expect(add(after: 0, isKeyframe: true).gap == nil)
        for _ in 0..<60 { #expect(add(after: 33).freeze == nil) }
        #expect(add(after: 180).freeze == nil)
        for _ in 0..<30 { _ = add(after: 33) }
        let freeze = add(after: 190)
        #expect(freeze.freeze == 190_000 && freeze.rebuffer == nil)
        for _ in 0..<30 { _ = add(after: 33) }
        let stop = add(after: 600, isKeyframe: true)
        #expect(stop.freeze == 600_000 && stop.rebuffer == 600_000)
        #expect(stop.keyframeInterval == now / 1000 - 1_000_000)
        // At three frames a second 400 ms are no freeze.
        for _ in 0..<30 { _ = add(after: 333) }
        #expect(add(after: 400).freeze == nil)
        #expect(pictures.keyframes == 2)
        // No picture ends what goes on to the end, and it counts once.
        let end = pictures.finish(at: now + 20_000_000_000)
        #expect(end.freeze == 20_000_000 && end.rebuffer == 20_000_000 && end.gap == nil)
        #expect(pictures.finish(at: now + 20_100_000_000).freeze == nil)
    }

    @Test func `a machine is the limit when it is busy, late or out of room, and not by accident`()
    {
        func figures(_ seconds: Double) -> ProcessFigures {
            ProcessFigures(
                processTime: .seconds(seconds * 1.5), threadTime: .seconds(seconds),
                residentBytes: 5 << 20, processors: 2)
        }
        let start = Instant(nanoseconds: 0)
        var watch = MachineWatch(figures(0), now: start)
        var (now, worked) = (start, 0.0)
        func pass(_ share: Double, late: Duration = .zero, drops: Int = 0) {
            now = now + .seconds(1)
            worked += share
            watch.note(lateness: late)
            watch.note(figures(worked), drops: drops, now: now)
        }
        for _ in 0..<5 { pass(0.5) }
        #expect(watch.report.limits == [] && abs(watch.threadShare - 0.5) < 0.01)
        #expect(abs((watch.report.processorShare ?? 0) - 0.75) < 0.01)
        pass(0.95, late: .milliseconds(60))
        #expect(watch.report.limits == [] && watch.report.lateness == .milliseconds(60))
        pass(0.95)
        #expect(watch.report.limits == [.processor])
        pass(0.1, late: .milliseconds(60))
        pass(0.1, drops: 3)
        #expect(watch.report.limits == [.processor, .socket, .lateness])
        #expect(watch.report.socketDrops == 3 && watch.report.residentBytes == 5 << 20)
        #expect(watch.report.processors == 2)
        // Two such windows of a hundred void nothing.
        for _ in 0..<100 { pass(0.1, drops: 3) }
        #expect(watch.report.limits == [.socket])
    }
}
