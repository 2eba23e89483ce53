/// One side of a plot: from what to what, and where it is marked.
struct PlotAxis {
    let range: ClosedRange<Double>
    let ticks: [Double]
    let label: (Double) -> String

    static let maximumTicks = 12

    /// From nothing to a round number at or above `top`, in 1, 2 or 5 times a power of ten.
    init(upTo top: Double, steps: Int = 5, label: @escaping (Double) -> String) {
        let sound = top.isFinite && top > 1e-9 ? min(top, 1e15) : 1
        let step = Self.roundStep(sound / Double(max(steps, 1)))
        let count = min(max(Int((sound / step).rounded(.up)), 1), Self.maximumTicks)
        ticks = (0...count).map { Double($0) * step }
        range = 0...(Double(count) * step)
        self.label = label
    }

    /// Exactly as far as it is said, with round ticks in it.
    init(exactlyTo top: Double, steps: Int = 6, label: @escaping (Double) -> String) {
        let sound = top.isFinite && top > 1e-9 ? min(top, 1e15) : 1
        let step = Self.roundStep(sound / Double(max(steps, 1)))
        let count = min(Int((sound / step).rounded(.down)), Self.maximumTicks)
        ticks = (0...max(count, 0)).map { Double($0) * step }
        range = 0...sound
        self.label = label
    }

    /// 0 to 1, and a little beyond at the most.
    func place(_ value: Double) -> Double {
        let width = range.upperBound - range.lowerBound
        guard width > 0, value.isFinite else { return 0 }
        return min(max((value - range.lowerBound) / width, 0), 1)
    }

    static func roundStep(_ least: Double) -> Double {
        var power = 1.0
        while power * 10 <= least { power *= 10 }
        while power > least { power /= 10 }
        for factor in [1.0, 2, 5, 10] where power * factor >= least * 0.999_999 {
            return power * factor
        }
        return power * 10
    }
}
