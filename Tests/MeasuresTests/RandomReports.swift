import Measures
import Primitives

/// Reports out of a seed, for tests by the thousand.
struct RandomReports {
    var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &random)
    }

    mutating func chance(_ share: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < share
    }

    /// Near zero mean and unit variance.
    mutating func bell() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
    }

    /// Even between -sqrt(3) and sqrt(3): unit variance too, and quick.
    mutating func hiss() -> Double {
        (Double(random.next() >> 11) / 0x1p53 - 0.5) * 3.464
    }

    mutating func measures() -> MeasureSet {
        var set = MeasureSet()
        for measure in Measure.allCases where chance(0.15) {
            for _ in 0..<number(1...8) {
                let size = number(0...(chance(0.05) ? 44 : 14))
                set.add(number(-(1 << size)...(1 << size)), to: measure)
            }
        }
        for tally in Tally.allCases where chance(0.4) { set.count(tally, number(0...1 << 40)) }
        return set
    }

    mutating func text() -> String {
        String(
            String.UnicodeScalarView(
                (0..<number(0...12)).map { _ in
                    Unicode.Scalar(UInt32(number(1...0xD7FF))) ?? "a"
                }))
    }

    mutating func duration() -> Duration { .nanoseconds(number(0...1 << 50)) }

    mutating func report(windows: Int64 = 4) -> ProbeReport {
        var report = ProbeReport(
            run: ProbeReport.Run(
                target: text(), kind: chance(0.8) ? .whep : .hls, host: text(),
                started: WallClock(millisecondsSince1970: number(0...1 << 41)),
                length: duration(), ending: text()))
        if chance(0.5) { report.facts.videoCodec = text() }
        if chance(0.5) { report.facts.width = Int(number(0...65_536)) }
        if chance(0.5) { report.facts.route = text() }
        let standings: [ClockReport.Standing] = [.same, .measured, .unknown]
        report.clock = ClockReport(standing: standings[Int(number(0...2))])
        if chance(0.6) {
            report.clock.offset = .zero - duration()
            report.clock.uncertainty = duration()
            report.clock.driftPartsPerMillion = bell()
            report.clock.steps = Int(number(0...9))
        }
        report.machine.processors = Int(number(0...64))
        if chance(0.5) { report.machine.processorShare = bell() }
        if chance(0.2) { report.machine.limits = [.socket, .lateness] }
        var start = Duration.zero
        for _ in 0..<number(0...windows) {
            let length = duration()
            report.windows.append(
                MeasureLog.Window(start: start, length: length, measures: measures()))
            start += length
        }
        for number in 0..<number(0...3) {
            report.viewers.append(
                ProbeReport.Viewer(
                    number: Int(number), isDecoding: chance(0.5),
                    failure: chance(0.5) ? text() : nil, measures: measures()))
        }
        for _ in 0..<number(0...3) {
            report.remarks.append(
                ProbeReport.Remark(code: text(), detail: chance(0.5) ? text() : nil, count: 3))
        }
        return report
    }
}
