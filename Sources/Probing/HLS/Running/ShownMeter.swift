import Measures
import Media
import Primitives

/// How smoothly pictures are shown one after the other, and what is said by their numbers.
struct ShownMeter: Sendable {
    enum Limits {
        /// Numbers that are further apart are of another count.
        static let skips: Int64 = 3_000
    }

    private var lastShown: Instant?
    private var lastKeyframe: Duration?
    private var gaps = GapRule()
    private var lastNumber: Int64?
    /// Pictures since then whose number was not read.
    private var unnumbered: Int64 = 0
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
        gaps.remember(gap.wholeMicroseconds)
    }

    private func judge(_ gap: Duration, _ measures: inout MeasureSet) {
        if gaps.isFreeze(gap.wholeMicroseconds) { measures.add(gap, to: .freeze) }
        if gaps.isRebuffer(gap.wholeMicroseconds) { measures.add(gap, to: .rebuffer) }
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

    /// A picture's number could not be read.
    mutating func missNumber() { unnumbered += 1 }

    /// Whether a picture is another than the one before, by its number.
    mutating func isNew(_ code: PatternCode, _ measures: inout MeasureSet) -> Bool {
        let number = Int64(code.number)
        defer { (lastNumber, unnumbered) = (number, 0) }
        guard let last = lastNumber else { return true }
        if number == last {
            measures.count(.framesRepeated)
            return false
        }
        let step = number - last
        if step > 1, step < Limits.skips {
            measures.count(.framesSkipped, max(0, step - 1 - unnumbered))
        }
        return true
    }
}
