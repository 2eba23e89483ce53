import Cutting
import Movies
import Primitives
import Testing

/// What must hold of every plan, checked against the references that a random track is made with.
struct SplicePlanTests {
    private static let rounds: UInt64 = 3000

    private func problems(
        _ track: RandomTrack, _ order: FrameOrder, _ plan: SplicePlan, _ from: Int64, _ to: Int64
    ) -> [String] {
        var problems: [String] = []
        let copied = plan.copied.flatMap(Array.init)
        let headRanks = plan.head.map { Array($0.ranks) } ?? []
        let tailRanks = plan.tail.map { Array($0.ranks) } ?? []
        // Every frame once, in order, and nothing else.
        let shown = headRanks + copied.map(order.rank(of:)).sorted() + tailRanks
        let wanted = Array(order.ranks(from: from, to: to))
        if shown != wanted { problems.append("shows \(shown) instead of \(wanted)") }
        for edge in [plan.head, plan.tail].compactMap({ $0 }) {
            problems += missing(track, order, edge)
        }
        if let first = copied.first {
            switch track.entries[first] {
            case .whole: if plan.beginsOpen { problems.append("calls an IDR open") }
            case .open: if !plan.beginsOpen { problems.append("does not tell that it is open") }
            case .none, .recovery: problems.append("begins to copy where nothing can begin")
            }
        }
        let set = Set(copied)
        for index in copied where !track.references[index].allSatisfy(set.contains) {
            // What an IDR or a CRA stands between is not a reference.
            problems.append("copies \(index) without what it is predicted from")
        }
        let presentations =
            headRanks.map(order.start) + copied.map { order.frames[$0].presentation }
            + tailRanks.map(order.start)
        let times = FrameTimes(presentations)
        for (shown, decoded) in zip(presentations, times.decoding)
        where shown + times.delay < decoded {
            problems.append("shows before it decodes")
        }
        if zip(times.decoding, times.decoding.dropFirst()).contains(where: { $0 >= $1 }) {
            problems.append("decode times do not grow")
        }
        return problems
    }

    /// What an edge needs and does not decode.
    private func missing(
        _ track: RandomTrack, _ order: FrameOrder, _ edge: SplicePlan.Edge
    ) -> [String] {
        var problems: [String] = []
        if track.entries[edge.decoded.lowerBound] == .none {
            problems.append("decodes from nowhere")
        }
        var open = edge.ranks.map(order.index)
        var seen: Set<Int> = []
        while let index = open.popLast() {
            guard seen.insert(index).inserted else { continue }
            if !edge.decoded.contains(index) { problems.append("does not decode \(index)") }
            open += track.references[index].filter { !seen.contains($0) }
        }
        return problems
    }

    @Test(arguments: [
        [FrameEntry.whole], [.whole, .open], [.open], [.recovery], [.whole, .open, .recovery],
    ])
    func `every frame of the stretch is shown once, and all that is copied or decoded is whole`(
        kinds: [FrameEntry]
    ) {
        for seed in 0..<Self.rounds {
            let track = RandomTrack(seed: seed, allows: kinds)
            let order = FrameOrder(track.frames)
            var random = SeededRandom(seed: seed ^ 0xC11)
            let (first, last) = (order.start(0), order.end(order.count - 1))
            let from = Int64.random(in: first..<last, using: &random)
            let to = Int64.random(in: from + 1...last, using: &random)
            let plan = SplicePlan(order, from: from, to: to, mode: .smart) { track.entries[$0] }
            guard let plan else {
                Issue.record("no plan for seed \(seed)")
                continue
            }
            let problems = problems(track, order, plan, from, to)
            #expect(problems.isEmpty, "seed \(seed): \(problems)")
            #expect(plan.from == from && plan.to == to, "seed \(seed)")
        }
    }

    @Test func `a copy begins at an entry no later than asked, and ends no later than asked`() {
        for seed in 0..<Self.rounds {
            let track = RandomTrack(seed: seed, allows: [.whole, .open])
            let order = FrameOrder(track.frames)
            var random = SeededRandom(seed: seed ^ 0xC0)
            let (first, last) = (order.start(0), order.end(order.count - 1))
            let from = Int64.random(in: first..<last, using: &random)
            let to = Int64.random(in: from + 1...last, using: &random)
            let plan = SplicePlan(order, from: from, to: to, mode: .copy) { track.entries[$0] }
            guard let plan else {
                Issue.record("no plan for seed \(seed)")
                continue
            }
            #expect(plan.encodedCount == 0)
            #expect(plan.from <= from && plan.to <= to, "seed \(seed)")
            let problems = problems(track, order, plan, plan.from, plan.to)
            #expect(problems.isEmpty, "seed \(seed): \(problems)")
        }
    }

    @Test func `nothing is copied where a whole encoding is wanted`() {
        let track = RandomTrack(seed: 5, allows: [.whole])
        let order = FrameOrder(track.frames)
        let plan = SplicePlan(
            order, from: order.start(1), to: order.end(order.count - 1), mode: .encode
        ) { track.entries[$0] }
        #expect(plan?.copiedCount == 0)
        #expect(plan?.encodedCount == order.count - 1)
    }

    @Test func `a stretch in which nothing is shown has no plan`() {
        let track = RandomTrack(seed: 1, allows: [.whole])
        let order = FrameOrder(track.frames)
        let end = order.end(order.count - 1)
        #expect(
            SplicePlan(order, from: end, to: end + 9, mode: .smart) { track.entries[$0] } == nil)
        #expect(SplicePlan(order, from: 10, to: 10, mode: .smart) { track.entries[$0] } == nil)
    }
}
