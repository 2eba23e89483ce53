package import Primitives

/// The dates of HTTP header fields (RFC 9110 5.6.7).
package enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    /// `Wed, 09 Oct 2024 10:00:00 GMT`
    package static func text(_ date: WallClock) -> String {
        let parts = date.rfc3339.split { $0 == "-" || $0 == "T" || $0 == ":" || $0 == "." }
        let milliseconds = date.millisecondsSince1970
        let day = milliseconds / 86_400_000 - (milliseconds % 86_400_000 < 0 ? 1 : 0)
        let weekday = days[Int(((day % 7) + 7) % 7)]
        guard parts.count == 7, let month = Int(parts[1]), (1...12).contains(month) else {
            return ""
        }
        let time = "\(parts[3]):\(parts[4]):\(parts[5])"
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(time) GMT"
    }

    /// Reads the form of today and the two of old; nil for anything else.
    package static func parse(_ text: String) -> WallClock? {
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
        switch words.count {
        case 6 where words[5] == "GMT":
            return date(day: words[1], month: words[2], year: words[3], time: words[4])
        case 5 where words[0].utf8.count == 3:
            return date(day: words[2], month: words[1], year: words[4], time: words[3])
        default:
            return nil
        }
    }

    private static func date(
        day: Substring, month: Substring, year: Substring, time: Substring
    ) -> WallClock? {
        guard let index = months.firstIndex(where: { $0 == month }) else { return nil }
        var year = String(year)
        // RFC 850's two digits: those of this side of 2070, of which 1970 is the other.
        if year.utf8.count == 2 { year = (year < "70" ? "20" : "19") + year }
        let monthText = index < 9 ? "0\(index + 1)" : "\(index + 1)"
        let dayText = day.utf8.count == 1 ? "0\(day)" : "\(day)"
        return WallClock(rfc3339: "\(year)-\(monthText)-\(dayText)T\(time)Z")
    }
}

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
        guard let until = HTTPDate.parse(field) else { return nil }
        let start = answered.flatMap(HTTPDate.parse) ?? date
        let (left, overflowed) = until.millisecondsSince1970.subtractingReportingOverflow(
            start.millisecondsSince1970)
        return overflowed || left < 0 ? .zero : .milliseconds(left)
    }
}
