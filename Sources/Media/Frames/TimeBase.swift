/// How long a tick of a track is: a fraction of a second, as its container says it.
package struct TimeBase: Sendable, Hashable {
    package let numerator: Int32
    package let denominator: Int32

    /// What RTP counts pictures in, and our encoders too.
    package static let video = TimeBase(numerator: 1, denominator: 90_000)
    /// What Opus is counted in.
    package static let audio = TimeBase(numerator: 1, denominator: 48_000)
    package static let microseconds = TimeBase(numerator: 1, denominator: 1_000_000)

    package init(numerator: Int32, denominator: Int32) {
        precondition(numerator > 0 && denominator > 0, "a tick has a length")
        self.numerator = numerator
        self.denominator = denominator
    }

    /// The length of so many ticks, to the nearest nanosecond; saturates at about 292 years.
    package func duration(_ ticks: Int64) -> Duration {
        .nanoseconds(
            Self.divide(Int128(ticks) * Int128(numerator) * 1_000_000_000, Int128(denominator)))
    }

    /// So many ticks are nearest to a length of time.
    package func ticks(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        return Self.divide(
            nanoseconds * Int128(denominator), Int128(numerator) * 1_000_000_000)
    }

    /// Ticks of this length as the nearest number of another's.
    package func rescale(_ ticks: Int64, to other: TimeBase) -> Int64 {
        Self.divide(
            Int128(ticks) * Int128(numerator) * Int128(other.denominator),
            Int128(denominator) * Int128(other.numerator))
    }

    /// To the nearest, halves away from zero.
    private static func divide(_ dividend: Int128, _ divisor: Int128) -> Int64 {
        let half = divisor / 2
        return Int64(clamping: (dividend + (dividend < 0 ? -half : half)) / divisor)
    }
}

/// Pictures in a second.
package struct FrameRate: Sendable, Hashable {
    package let numerator: Int32
    package let denominator: Int32

    package enum Limits {
        /// Above it nothing that anybody films or watches lies.
        package static let framesPerSecond = 480.0
    }

    package static let thirty = FrameRate(exactly: 30, over: 1)

    private init(exactly numerator: Int32, over denominator: Int32) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Nil where it is not positive or beyond the limit.
    package init?(numerator: Int32, denominator: Int32) {
        guard numerator > 0, denominator > 0,
            Double(numerator) / Double(denominator) <= Limits.framesPerSecond
        else { return nil }
        var (common, rest) = (numerator, denominator)
        while rest != 0 { (common, rest) = (rest, common % rest) }
        self.numerator = numerator / common
        self.denominator = denominator / common
    }

    /// Reads `30`, `29.97`, `23.976` or `30000/1001`; the rates of NTSC are meant exactly.
    package init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let numerator = Int32(parts[0]), let denominator = Int32(parts[1]) else {
                return nil
            }
            self.init(numerator: numerator, denominator: denominator)
            return
        }
        guard let thousandths = Self.thousandths(String(text)) else { return nil }
        for whole in [24, 30, 48, 60, 120] as [Int32] {
            let exact = Double(whole) * 1_000_000 / 1001
            if abs(exact - Double(thousandths)) < 11, thousandths % 1000 != 0 {
                self.init(numerator: whole * 1000, denominator: 1001)
                return
            }
        }
        self.init(numerator: thousandths, denominator: 1000)
    }

    package var framesPerSecond: Double { Double(numerator) / Double(denominator) }

    /// When the picture of that number is shown, of those that begin at zero.
    package func time(of number: Int64) -> Duration {
        TimeBase(numerator: denominator, denominator: numerator).duration(number)
    }

    /// Which picture is shown nearest to that time.
    package func number(at time: Duration) -> Int64 {
        TimeBase(numerator: denominator, denominator: numerator).ticks(time)
    }

    private static func thousandths(_ text: String) -> Int32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = UInt16(parts[0]) else { return nil }
        var value = Int32(whole) * 1000
        guard parts.count == 2 else { return value }
        guard (1...3).contains(parts[1].utf8.count), parts[1].allSatisfy(\.isNumber),
            let fraction = UInt16(parts[1])
        else { return nil }
        value += Int32(fraction) * [100, 10, 1][parts[1].utf8.count - 1]
        return value
    }
}
