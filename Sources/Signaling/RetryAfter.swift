package import Primitives
import HTTP

/// How long a server asks to wait (RFC 9110 10.2.3).
package enum RetryAfter {
    /// Seconds beyond a century say nothing.
    private static let maximumDigits = 9

    /// A date counts from the answer's own Date, where it has one, so that clocks need not agree.
    package static func duration(
        _ field: String?, answered: String?, date: WallClock
    ) -> Duration? {
        guard let field else { return nil }
        let digits = field.utf8
        if !digits.isEmpty, digits.count <= maximumDigits, digits.allSatisfy(\.isASCIIDigit),
            let seconds = Int64(field)
        {
            return .seconds(seconds)
        }
        guard let until = WallClock(httpDate: field) else { return nil }
        let start = answered.flatMap(WallClock.init(httpDate:)) ?? date
        let (left, overflowed) = until.millisecondsSince1970.subtractingReportingOverflow(
            start.millisecondsSince1970)
        return overflowed || left < 0 ? .zero : .milliseconds(left)
    }
}
