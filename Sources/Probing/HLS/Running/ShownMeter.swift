import Measures
import Media
import Primitives

/// How smoothly pictures are shown one after the other, and what is said by their numbers.
struct ShownMeter: Sendable {
    enum Limits {
        /// Gaps that the mean is of.
        static let gaps = 30
        /// A gap is a freeze from so much over the mean on (as WebRTC's statistics have it),
        static let freeze: Duration = .milliseconds(150)
        /// and what a viewer takes for loading from so much.
        static let rebuffer: Duration = .milliseconds(500)
        /// Numbers that are further apart are of another count.
        static let skips: Int64 = 3_000
        /// Gaps that a mean is of, before anything is a freeze.
        static let leastGaps = 5
    }

    private var lastShown: Instant?
    private var lastKeyframe: Duration?
    private var gaps: [Duration] = []
    private var gapSum: Duration = .zero
    private var next = 0
    private var lastNumber: Int64?
    /// Shown since it was last asked.
    private(set) var shownCount: Int64 = 0

    mutating func show(
        at instant: Instant, position: Duration, isKeyframe: Bool,
        _ measures: inout MeasureSet
    ) {
        shownCount += 1
        if isKeyframe {
            measures.count(.keyframes)
            if let last = lastKeyframe, position > last {
                measures.add(position - last, to: .keyframeInterval)
            }
            lastKeyframe = position
        }
        if let last = lastShown { take(gap: instant - last, &measures) }
        lastShown = instant
    }

    private mutating func take(gap: Duration, _ measures: inout MeasureSet) {
        guard gap >= .zero else { return }
        measures.add(gap, to: .frameGap)
        judge(gap, &measures)
        if gaps.count < Limits.gaps {
            gaps.append(gap)
        } else {
            gapSum -= gaps[next]
            gaps[next] = gap
            next = (next + 1) % Limits.gaps
        }
        gapSum += gap
    }

    private func judge(_ gap: Duration, _ measures: inout MeasureSet) {
        let mean = gaps.isEmpty ? .zero : gapSum / gaps.count
        if gaps.count >= Limits.leastGaps, gap > max(mean * 3, mean + Limits.freeze) {
            measures.add(gap, to: .freeze)
        }
        if gap > mean + Limits.rebuffer { measures.add(gap, to: .rebuffer) }
    }

    /// No picture has come since the last one.
    mutating func finish(at now: Instant, _ measures: inout MeasureSet) {
        guard let lastShown else { return }
        judge(now - lastShown, &measures)
        self.lastShown = now
    }

    mutating func takeShownCount() -> Int64 {
        defer { shownCount = 0 }
        return shownCount
    }

    /// Whether a picture is another than the one before, by its number.
    mutating func isNew(_ code: PatternCode, _ measures: inout MeasureSet) -> Bool {
        let number = Int64(code.number)
        defer { lastNumber = number }
        guard let last = lastNumber else { return true }
        if number == last {
            measures.count(.framesRepeated)
            return false
        }
        let step = number - last
        if step > 1, step < Limits.skips { measures.count(.framesSkipped, step - 1) }
        return true
    }
}
