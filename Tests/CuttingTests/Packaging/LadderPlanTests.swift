import Testing
import WebRTC

@testable import Cutting

@Suite struct LadderPlanTests {
    private func names(_ plan: LadderPlan) -> [String] {
        plan.rungs.map { "\($0.name) \($0.size.width)x\($0.size.height)" }
    }

    @Test func `a ladder never makes a picture larger, and keeps its shape`() {
        let cases: [(shown: (Int, Int), wanted: [String])] = [
            (
                (1920, 1080),
                ["1080p 1920x1080", "720p 1280x720", "480p 854x480", "360p 640x360"]
            ),
            ((1280, 720), ["720p 1280x720", "480p 854x480", "360p 640x360"]),
            ((720, 1280), ["720p 720x1280", "480p 480x854", "360p 360x640"]),
            (
                (3840, 2160),
                ["1080p 1920x1080", "720p 1280x720", "480p 854x480", "360p 640x360"]
            ),
            (
                (1600, 900), ["900p 1600x900", "720p 1280x720", "480p 854x480", "360p 640x360"]
            ),
            ((640, 480), ["480p 640x480", "360p 480x360"]),
            ((1023, 577), ["576p 1022x576", "480p 852x480", "360p 638x360"]),
            ((320, 180), ["180p 320x180"]), ((3, 3), ["2p 2x2"]),
        ]
        for (shown, wanted) in cases {
            let plan = LadderPlan(
                shown: PictureSize(width: shown.0, height: shown.1), rate: 30, wishes: nil,
                vertical: nil)
            #expect(names(plan) == wanted)
            #expect(plan.rungs.allSatisfy { $0.bitRate >= 50_000 })
        }
    }

    @Test func `wishes are read, sorted, and left out where they are too large`() throws {
        let wishes = try LadderWish.parse("480p@1200k,1080p@5M,720p@2.85M,360p")
        #expect(wishes.map(\.lines) == [1080, 720, 480, 360])
        #expect(wishes.map(\.bitRate) == [5_000_000, 2_850_000, 1_200_000, nil])
        let plan = LadderPlan(
            shown: PictureSize(width: 1280, height: 720), rate: 60, wishes: wishes, vertical: nil)
        #expect(plan.leftOut.map(\.lines) == [1080])
        #expect(plan.rungs.map(\.bitRate) == [2_850_000, 1_200_000, 1_120_000])
        let bad: [(String, LadderWish.Problem)] = [
            ("", .empty), ("720", .malformed("720")), ("720p@", .bitRate("")),
            ("720p@fast", .bitRate("fast")), ("720p@1@2", .malformed("720p@1@2")),
            ("9999p", .lines(9999)), ("720p@1k", .bitRate("1k")), ("720p,", .malformed("")),
            ("720p,720p@1M", .repeated(lines: 720)),
            ("720p@99999999999999999999M", .bitRate("99999999999999999999M")),
            (Array(repeating: "720p", count: 9).joined(separator: ","), .tooMany(limit: 8)),
        ]
        for (text, problem) in bad {
            #expect(throws: problem) { try LadderWish.parse(text) }
        }
    }

    @Test func `upright renditions are cut out of the middle, or where it is wished`() throws {
        let shown = PictureSize(width: 1280, height: 720)
        let plan = LadderPlan(shown: shown, rate: 30, wishes: nil, vertical: .middle)
        #expect(
            names(plan).suffix(3) == [
                "720p-vertical 406x720", "480p-vertical 270x480", "360p-vertical 204x360",
            ])
        let area = try #require(plan.rungs.last?.area)
        #expect(area == PictureArea(left: 436, top: 0, size: PictureSize(width: 406, height: 720)))
        for (centre, left) in [(0.0, 0), (1.0, 874), (0.25, 116), (-7, 0), (7, 874)] {
            let plan = LadderPlan(
                shown: shown, rate: 30, wishes: nil, vertical: .init(centre: centre))
            #expect(plan.rungs.last?.area?.left == left)
        }
        // What stands upright already is as narrow as can be.
        let upright = LadderPlan(
            shown: PictureSize(width: 720, height: 1280), rate: 30, wishes: nil, vertical: .middle)
        #expect(upright.rungs.allSatisfy { !$0.isVertical })
    }
}

@Suite struct LadderTimingTests {
    private func timing(
        _ starts: [Int64], timescale: Int32, sourceKeys: [Int] = [0], keys: [Int]? = nil,
        breaks: [Int] = []
    ) -> LadderTiming {
        let last = starts.last ?? 0
        let shown = starts.indices.map { index in
            starts[index]..<(index + 1 < starts.count ? starts[index + 1] : last + 1)
        }
        return LadderTiming(
            shown: shown, timescale: timescale, sourceKeys: sourceKeys, keys: keys,
            breaks: breaks, reordering: 2)
    }

    @Test func `keyframes are at the first picture of each two seconds, at any rate`() {
        let cases: [(timescale: Int32, tick: Int64, count: Int, wanted: [Int])] = [
            (15_360, 512, 200, [0, 60, 120, 180]),
            (30_000, 1001, 200, [0, 60, 120, 180]),
            (24_000, 1001, 150, [0, 48, 96, 144]),
            (1000, 40, 120, [0, 50, 100]),
        ]
        for (timescale, tick, count, wanted) in cases {
            let timing = timing((0..<Int64(count)).map { $0 * tick }, timescale: timescale)
            let keys = timing.entries.indices.filter { timing.entries[$0].isKey }
            #expect(keys == wanted)
            #expect(timing.delay == 2 * tick)
            #expect(timing.entries.count == count)
        }
        // Times that are not steady; a picture that stands for five seconds.
        let varied = timing([0, 100, 1990, 2010, 7000, 7010, 9000], timescale: 1000)
        #expect(varied.entries.filter(\.isKey).map(\.start) == [0, 2010, 7000, 9000])
    }

    @Test func `more than sixty pictures a second are thinned out, and none is shown twice`() {
        let fast = timing((0..<480).map { $0 * 125 }, timescale: 15_000)
        #expect(fast.entries.count == 240)
        #expect(fast.entries.allSatisfy { $0.duration == 250 || $0.place == 478 })
        let sixty = timing((0..<600).map { $0 * 1001 }, timescale: 60_000)
        #expect(sixty.entries.count == 600)
        let coarse = timing((0..<600).map { $0 * 1000 / 60 }, timescale: 1000)
        #expect(coarse.entries.count == 600)
        let twice = timing([0, 0, 40, 40, 80], timescale: 1000)
        #expect(twice.entries.map(\.start) == [0, 40, 80])
        #expect(timing([], timescale: 1000).stretches.isEmpty)
    }

    @Test func `stretches begin with keyframes, hold everything, and are near the source's own`() {
        for sourceGOP in [30, 60, 250, 100_000] {
            let timing = timing(
                (0..<6000).map { $0 * 1000 }, timescale: 30_000,
                sourceKeys: Array(stride(from: 0, to: 6000, by: sourceGOP)))
            #expect(timing.stretches.first?.lowerBound == 0)
            #expect(timing.stretches.last?.upperBound == 6000)
            for (one, next) in zip(timing.stretches, timing.stretches.dropFirst()) {
                #expect(one.upperBound == next.lowerBound)
                #expect(timing.entries[next.lowerBound].isKey)
                #expect((240...480).contains(one.count))
                if sourceGOP <= 60 { #expect(next.lowerBound % sourceGOP == 0) }
            }
        }
    }

    @Test func `keyframes can be those of the source`() {
        let timing = timing(
            (0..<300).map { $0 * 40 }, timescale: 1000, sourceKeys: [0, 70, 140],
            keys: [0, 70, 140])
        #expect(timing.entries.indices.filter { timing.entries[$0].isKey } == [0, 70, 140])
    }

    @Test func `where the source jumps, a stretch ends`() {
        let timing = timing((0..<500).map { $0 * 40 }, timescale: 1000, breaks: [10, 130, 499])
        #expect(timing.stretches.filter { [10, 130, 499].contains($0.lowerBound) }.count == 3)
        #expect(timing.entries[10].isKey && timing.entries[499].isKey)
        #expect(timing.stretches.map(\.count).reduce(0, +) == 500)
    }
}
