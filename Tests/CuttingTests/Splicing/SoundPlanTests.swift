import Cutting
import Movies
import Primitives
import Testing

struct SoundPlanTests {
    private func frames(_ count: Int, gapAt gap: Int? = nil) -> [MovieFrame] {
        var time: Int64 = -1024
        return (0..<count).map { number in
            let duration: Int64 = number == gap ? 5000 : 1024
            defer { time += duration }
            return MovieFrame(
                place: Int64(number) * 300, decoding: time, count: 300, shift: 0,
                duration: UInt32(duration), format: 0, isSync: true)
        }
    }

    @Test func `any stretch is heard from its first sample to its last`() throws {
        let frames = frames(200)
        var random = SeededRandom(seed: 11)
        for _ in 0..<5000 {
            let from = Int64.random(in: 0..<190_000, using: &random)
            let to = Int64.random(in: from + 1...200_000, using: &random)
            let plan = try #require(SoundPlan(frames, from: from, to: to, settling: 1024))
            let begin = frames[plan.frames.lowerBound].decoding
            #expect(begin + plan.skipped == from)
            #expect(plan.length == to - from)
            // One frame before the first that is heard, and no other.
            #expect(plan.skipped >= 1024 && plan.skipped < 2048)
            let end = frames[plan.frames.upperBound - 1].decoding + 1024
            #expect(end >= to && end - 1024 < to)
        }
    }

    @Test func `at the start of the track there is nothing to settle with`() throws {
        let plan = try #require(SoundPlan(frames(10), from: -1024, to: 100, settling: 1024))
        #expect(plan.frames == 0..<2)
        #expect(plan.skipped == 0)
    }

    @Test func `a stretch that begins before the sound does begins with it`() throws {
        let plan = try #require(SoundPlan(frames(10), from: -5000, to: 100, settling: 1024))
        #expect(plan.skipped == 0)
        #expect(plan.length == 1124)
    }

    @Test func `nothing sounds after the end`() {
        #expect(SoundPlan(frames(10), from: 90_000, to: 95_000, settling: 1024) == nil)
        #expect(SoundPlan([], from: 0, to: 10, settling: 0) == nil)
    }
}
