import Measures

/// The pictures of one viewer by when they arrived whole: their gaps, freezes and stops.
struct PictureCount {
    /// What a picture has shown of the time before it, in microseconds.
    struct Shown {
        var gap: Int64?
        var freeze: Int64?
        var rebuffer: Int64?
        var keyframeInterval: Int64?
    }

    private(set) var pictures: Int64 = 0
    private(set) var keyframes: Int64 = 0
    /// In nanoseconds of the instants' clock; nil until there is one.
    private(set) var firstAt: Int64?
    private(set) var firstKeyframeAt: Int64?
    private(set) var lastAt: Int64 = 0
    private var lastKeyframeAt: Int64 = 0
    private var gaps = GapRule()

    mutating func add(at instant: Int64, isKeyframe: Bool) -> Shown {
        var shown = Shown()
        pictures += 1
        if firstAt == nil {
            firstAt = instant
        } else {
            let gap = max(0, (instant - lastAt) / 1000)
            shown.gap = gap
            judge(gap, &shown)
            gaps.remember(gap)
        }
        lastAt = max(lastAt, instant)
        guard isKeyframe else { return shown }
        keyframes += 1
        if firstKeyframeAt == nil {
            firstKeyframeAt = instant
        } else {
            shown.keyframeInterval = max(0, (instant - lastKeyframeAt) / 1000)
        }
        lastKeyframeAt = instant
        return shown
    }

    /// Ends the watch: what has stood still since the last picture has done so up to here.
    mutating func finish(at instant: Int64) -> Shown {
        var shown = Shown()
        guard firstAt != nil, instant > lastAt else { return shown }
        judge((instant - lastAt) / 1000, &shown)
        lastAt = instant
        return shown
    }

    private func judge(_ gap: Int64, _ shown: inout Shown) {
        if gaps.isFreeze(gap) { shown.freeze = gap }
        if gaps.isRebuffer(gap) { shown.rebuffer = gap }
    }
}
