extension Int64 {
    /// Saturates: what is read of a document may be as large as it likes.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func multipliedClamped(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// Rounds to the nearest, and saturates; nothing that is no number gets here.
    init(nearest value: Double) {
        let rounded = value.rounded()
        self = rounded >= 0x1p63 ? .max : rounded <= -0x1p63 ? .min : Int64(rounded)
    }
}

extension Double {
    /// The sine of so many whole turns: to within 1e-9, which is far below any codec's noise.
    static func sine(turns: Double) -> Double {
        // Between -1/4 and 1/4 of a turn the series needs few terms.
        var turn = turns - turns.rounded()
        if turn > 0.25 { turn = 0.5 - turn }
        if turn < -0.25 { turn = -0.5 - turn }
        let angle = turn * 2 * pi
        let square = angle * angle
        var term = angle
        var sum = angle
        for order in stride(from: 2.0, through: 14, by: 2) {
            term *= -square / (order * (order + 1))
            sum += term
        }
        return sum
    }

    static func cosine(turns: Double) -> Double { sine(turns: turns + 0.25) }

    /// The natural logarithm of a positive number.
    static func logarithm(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value > 0 ? .infinity : -.infinity }
        // With the significand near 1, log s = 2 artanh((s - 1) / (s + 1)) needs few terms.
        var (power, rest) = (Double(value.exponent), value.significand)
        if rest > 1.5 { (power, rest) = (power + 1, rest / 2) }
        let ratio = (rest - 1) / (rest + 1)
        let square = ratio * ratio
        var (term, sum) = (ratio, 0.0)
        for order in stride(from: 1.0, through: 25, by: 2) {
            sum += term / order
            term *= square
        }
        return 2 * sum + power * 0.693_147_180_559_945_3
    }

    /// Ten to that power.
    package static func powerOfTen(_ power: Double) -> Double {
        let whole = power.rounded()
        // e to the rest, which is at most ln(10) / 2.
        let rest = (power - whole) * 2.302_585_092_994_046
        var (term, sum) = (1.0, 1.0)
        for order in 1...18 {
            term *= rest / Double(order)
            sum += term
        }
        var scale = 1.0
        for _ in 0..<Int(abs(whole)) { scale *= 10 }
        return whole < 0 ? sum / scale : sum * scale
    }
}
