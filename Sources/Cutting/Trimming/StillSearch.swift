/// Finds black and stills where nothing is heard: by keyframes first, then by each picture around
/// the places where one begins or ends.
struct StillSearch {
    let scan: LumaScan
    /// In order, without overlaps: only here it matters.
    let quiet: [Stretch]
    let length: Int64
    let shortest: Int64
    let kinds: [Stillness]

    enum Limits {
        /// Quiet stretches are looked at in one go if they are no further apart, in microseconds:
        /// to seek and begin anew costs more than some keyframes.
        static let near: Int64 = 10_000_000
        /// So much of a show may be looked at picture by picture, in microseconds, or a twentieth
        /// of it where that is more; beyond it only keyframes count.
        static let closely: Int64 = 30_000_000
    }

    /// Keyframes one after another that look the same.
    private struct Run {
        let kind: Stillness
        let before: Int64?
        let first: LumaLook
        var last: LumaLook
        /// The first that looks different; nil where there is none, or none that was looked at.
        var after: Int64?
        var isAtEnd = false

        /// Whether the next keyframe belongs to it.
        func goesOn(with look: LumaLook) -> Bool {
            let limit = LumaLook.Limits.keyframeThousandths
            return matches(look, like: first, within: limit)
        }

        /// Whether a picture looks like one of its keyframes.
        func matches(_ look: LumaLook, like keyframe: LumaLook) -> Bool {
            matches(look, like: keyframe, within: LumaLook.Limits.stillThousandths)
        }

        private func matches(
            _ look: LumaLook, like keyframe: LumaLook, within thousandths: Int
        ) -> Bool {
            switch kind {
            case .black: look.isBlack
            case .freeze: keyframe.isSame(as: look, within: thousandths)
            }
        }
    }

    func run(
        _ progress: (Int64) -> Void
    ) throws(TrimProblem) -> (blacks: [Stretch], freezes: [Stretch]) {
        var runs: [Run] = []
        var spaces: [Stretch] = []
        for group in groups {
            let (found, places) = try keyframes(in: group, progress)
            runs += found
            spaces += places
        }
        // What is known to last comes before what only might.
        let sure = runs.filter { $0.last.time > $0.first.time }
        runs = sure + runs.filter { $0.last.time == $0.first.time }
        var budget = max(Limits.closely, length / 20)
        var blacks: [Stretch] = []
        var freezes: [Stretch] = []
        for run in runs {
            guard let stretch = try refined(run, &budget) else { continue }
            if run.kind == .black { blacks.append(stretch) } else { freezes.append(stretch) }
        }
        for space in spaces.common(with: quiet.lasting(atLeast: shortest)) {
            for (kind, stretches) in try closely(space, &budget) {
                if kind == .black { blacks += stretches } else { freezes += stretches }
            }
        }
        return (blacks.joined, freezes.joined)
    }

    private var groups: [Stretch] {
        var result: [Stretch] = []
        for stretch in quiet {
            if let last = result.last, stretch.start - last.end <= Limits.near {
                result[result.count - 1] = Stretch(last.start, stretch.end)
            } else {
                result.append(stretch)
            }
        }
        return result
    }

    /// The runs in a stretch, and the spaces between keyframes that could hide one.
    private func keyframes(
        in group: Stretch, _ progress: (Int64) -> Void
    ) throws(TrimProblem) -> ([Run], spaces: [Stretch]) {
        var open: [Run] = []
        var done: [Run] = []
        var spaces: [Stretch] = []
        var before: Int64?
        var hasMore = false
        try scan.keyframes(from: group.start) { (look) throws(TrimProblem) in
            progress(look.time)
            if let before, look.time - before > 2 * shortest {
                spaces.append(Stretch(before, look.time))
            }
            for kind in kinds {
                if let index = open.firstIndex(where: { $0.kind == kind }) {
                    if open[index].goesOn(with: look) {
                        open[index].last = look
                        continue
                    }
                    open[index].after = look.time
                    done.append(open.remove(at: index))
                }
                if kind == .freeze || look.isBlack {
                    open.append(Run(kind: kind, before: before, first: look, last: look))
                }
            }
            before = look.time
            hasMore = look.time >= group.end
            return !hasMore
        }
        if !hasMore {
            for index in open.indices { open[index].isAtEnd = true }
            if let before, length - before > 2 * shortest {
                spaces.append(Stretch(before, length))
            }
        }
        return (done + open, spaces)
    }

    /// From the first picture that is so to the first that is not; nil where it cannot be long.
    private func refined(_ run: Run, _ budget: inout Int64) throws(TrimProblem) -> Stretch? {
        let after = run.isAtEnd ? length : run.after ?? run.last.time
        let widest = Stretch(run.before ?? run.first.time, after)
        let matters = quiet.common(with: [widest]).contains { $0.length >= shortest }
        guard matters, widest.length >= shortest / 2 else { return nil }
        var (start, end) = (run.first.time, run.last.time)
        if let before = run.before, isWorth(Stretch(before, start), &budget) {
            var since: Int64?
            try scan.pictures(from: before) { (look) throws(TrimProblem) in
                guard look.time < run.first.time else { return false }
                if run.matches(look, like: run.first) {
                    since = since ?? look.time
                } else {
                    since = nil
                }
                return true
            }
            start = since ?? start
        }
        if after > end, isWorth(Stretch(end, after), &budget) {
            var until = run.isAtEnd ? length : after
            try scan.pictures(from: end) { (look) throws(TrimProblem) in
                guard look.time < after else { return false }
                guard look.time > run.last.time, !run.matches(look, like: run.last) else {
                    return true
                }
                until = look.time
                return false
            }
            end = until
        }
        return end - start >= shortest / 2 ? Stretch(start, end) : nil
    }

    private func isWorth(_ stretch: Stretch, _ budget: inout Int64) -> Bool {
        guard !quiet.common(with: [stretch]).isEmpty, stretch.length <= budget else { return false }
        budget -= stretch.length
        return true
    }

    /// Looks at all pictures of a stretch.
    private func closely(
        _ space: Stretch, _ budget: inout Int64
    ) throws(TrimProblem) -> [(Stillness, [Stretch])] {
        guard space.length >= shortest, isWorth(space, &budget) else { return [] }
        var meters = kinds.map { ($0, StillMeter($0, shortest: shortest / 2)) }
        try scan.pictures(from: space.start) { (look) throws(TrimProblem) in
            for index in meters.indices { meters[index].1.add(look) }
            return look.time < space.end
        }
        for index in meters.indices { meters[index].1.finish(at: space.end) }
        return meters.map { ($0.0, $0.1.stretches) }
    }
}
