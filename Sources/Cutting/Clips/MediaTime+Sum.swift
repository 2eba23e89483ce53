package import Primitives

extension MediaTime {
    /// Exact where the timescales allow it, else to the nearest microsecond.
    package func adding(_ other: MediaTime) -> MediaTime {
        if timescale == other.timescale {
            let (sum, overflowed) = ticks.addingReportingOverflow(other.ticks)
            precondition(!overflowed, "media times that are added lie within their limits")
            return MediaTime(ticks: sum, timescale: timescale)
        }
        var (divisor, rest) = (timescale, other.timescale)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        let (common, overflowed) = (timescale / divisor).multipliedReportingOverflow(
            by: other.timescale)
        let scale = overflowed ? 1_000_000 : common
        return rescaled(to: scale).adding(other.rescaled(to: scale))
    }

    package func adding(milliseconds: Int64) -> MediaTime {
        adding(MediaTime(ticks: milliseconds, timescale: 1000))
    }
}
