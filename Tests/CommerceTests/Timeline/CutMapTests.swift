import Primitives
import Testing

@testable import Commerce

struct CutMapTests {
    private static func cut(
        _ events: String, _ ranges: [Range<Int64>], timescale: Int32 = 1000
    ) throws -> Timeline {
        let map = try CutMap(timescale: timescale, ranges: ranges)
        return try TimelineStateTests.timeline(events).cut(by: map, media: nil)
    }

    private static func text(_ timeline: Timeline) -> String {
        timeline.events.map { event in
            [event.type, event.code?.text, event.mediaTime.map(String.init)].compactMap { $0 }
                .joined(separator: " ")
        }.joined(separator: ";")
    }

    @Test(
        arguments: [
            // What is before the start and holds is said again; what is behind the end is left out.
            (
                "pin A 5;price-flash B 6;wave 7;unpin 30;wave 60", [10..<50],
                "price-flash B 0;pin A 0;unpin 20"
            ),
            ("pin A 5;unpin 6;pin B 10;wave 49;wave 50", [10..<50], "pin B 0;wave 39"),
            // In between: at the join.
            (
                "pin A 5;pin B 30;wave 35;unpin 60", [0..<20, 40..<100],
                "pin A 5;pin B 20;wave 20;unpin 40"
            ),
            // Back in the source: what is over is said to be.
            (
                "pin A 5;unpin 10;pin B 50;price-flash B 55", [50..<60, 0..<20],
                "pin B 0;price-flash B 5;unpin 10;price-flash-closed B 10;pin A 15;unpin 20"
            ),
            (
                "sold-out A 1;stock-update B \"available\":4 2;rail-changed A \"rail\":[] 3;sku-changed B 4",
                [10..<20], "rail-changed 0;sku-changed B 0;sold-out A 0;stock-update B 0"
            ),
            (
                "show-started 1;show-ended 2;pin A 3;show-started 4", [10..<20],
                "show-started 0;pin A 0"
            ),
        ] as [(String, [Range<Int64>], String)])
    func `a timeline moves with its media`(
        _ events: String, _ ranges: [Range<Int64>], _ moved: String
    ) throws {
        #expect(Self.text(try Self.cut(events, ranges)) == moved)
    }

    @Test func `an event said again has an id of its own and survives a reader`() throws {
        let cut = try Self.cut("pin A 5;unpin 10", [0..<20, 0..<20, 6..<8])
        let read = try Timeline(lines: cut.lines)
        #expect(read == cut)
        #expect(cut.events.map { $0.id ?? "-" } == ["1", "2", "1.2", "2.2", "1.3"])
    }

    @Test func `a flash that closes by itself closes at the join where its end is cut out`() throws
    {
        let line =
            #"{"type":"price-flash","media_time_ms":10,"time":"2026-11-21T10:00:00Z","data":{"sku":"A","price_minor":1,"closes_at":"2026-11-21T10:00:00.020Z"}}"#
        let timeline = try Timeline(lines: Array(line.utf8))
        let map = try CutMap(timescale: 1000, ranges: [0..<20, 50..<90])
        let cut = timeline.cut(by: map, media: nil)
        #expect(cut.events.first?.closesMediaTime == 20)
        #expect(TimelineStateTests.text(cut.flashes(until: 60)) == "A 10-20")
    }

    @Test func `the map is exact on every timescale, and reads back`() throws {
        let third = MediaTime(ticks: 1001, timescale: 30000)
        let map = try CutMap([
            third..<MediaTime(ticks: 5, timescale: 1),
            MediaTime(ticks: 480_001, timescale: 48000)..<MediaTime(ticks: 11, timescale: 1),
        ])
        #expect(map.timescale == 240_000)
        #expect(map.stretches.map(\.sourceStart) == [8008, 2_400_005])
        #expect(map.stretches[1].outputStart == 1_191_992)
        #expect(try CutMap(map.json) == map)
        #expect(try CutMap(JSON(parsing: map.json.text)) == map)
    }

    @Test func `ranges that are none are refused by their place`() {
        #expect(throws: CutMap.Problem.empty) { try CutMap(timescale: 1, ranges: []) }
        #expect(throws: CutMap.Problem.badRange(1)) {
            try CutMap(timescale: 1, ranges: [0..<1, 5..<5])
        }
        #expect(throws: CutMap.Problem.badRange(0)) { try CutMap(timescale: 1, ranges: [-1..<1]) }
        #expect(throws: CutMap.Problem.badTimescale) { try CutMap(timescale: 0, ranges: [0..<1]) }
        let (a, b) = (Int32.max, Int32.max - 1)
        #expect(throws: CutMap.Problem.tooFine) {
            try CutMap([MediaTime(ticks: 0, timescale: a)..<MediaTime(ticks: 9, timescale: b)])
        }
    }

    /// Whatever is kept and whatever happened: times stay within the output and in order, and at
    /// each moment of the output the state is that of the source there.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `the state at a moment of the output is the source's at that moment`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let kinds = [
            "pin", "unpin", "price-flash", "price-flash-closed", "sold-out", "back-in-stock",
        ]
        var events: [String] = []
        for _ in 0..<30 {
            let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
            let code = Bool.random(using: &random) ? "A" : "B"
            let time = Int64.random(in: -50...450, using: &random)
            events.append(kind == "unpin" ? "unpin \(time)" : "\(kind) \(code) \(time)")
        }
        let ranges = (0..<4).map { _ -> Range<Int64> in
            let start = Int64.random(in: 0..<350, using: &random)
            return start..<start + Int64.random(in: 1...50, using: &random)
        }
        let text = events.joined(separator: ";")
        let source = try TimelineStateTests.timeline(text)
        let map = try CutMap(timescale: 1000, ranges: ranges)
        let cut = source.cut(by: map, media: nil)
        #expect(cut.events.allSatisfy { (0...map.duration.ticks).contains($0.mediaTime ?? -1) })
        for stretch in map.stretches {
            for step in 0..<stretch.duration {
                let (from, to) = (stretch.sourceStart + step, stretch.outputStart + step)
                let (left, right) = (source.state(at: from), cut.state(at: to))
                #expect(left.pinnedCode == right.pinnedCode, "\(text) \(ranges) at \(to)")
                let flashes = { (state: TimelineState, time: Int64) in
                    state.flashes(at: time).map { $0.event.code }
                }
                #expect(flashes(left, from) == flashes(right, to), "\(text) \(ranges) at \(to)")
                for code in [try SKUCode("A"), try SKUCode("B")]
                where left.isSoldOut(code) != nil {
                    #expect(left.isSoldOut(code) == right.isSoldOut(code))
                }
            }
        }
    }
}
