package import Primitives

extension WallClock {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The date as HTTP fields have it (RFC 9110 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        // 1 January 1970 was a Thursday.
        let (quotient, rest) = millisecondsSince1970.quotientAndRemainder(
            dividingBy: 86_400_000)
        let day = rest < 0 ? quotient - 1 : quotient
        let weekday = Int(((day % 7) + 7) % 7)
        let text = Array(rfc3339.utf8)
        func digits(_ range: Range<Int>) -> String {
            String(decoding: text[range], as: UTF8.self)
        }
        let month = (Int(digits(5..<7)) ?? 1) - 1
        return "\(Self.days[weekday]), \(digits(8..<10)) \(Self.months[month]) "
            + "\(digits(0..<4)) \(digits(11..<19)) GMT"
    }

    /// Reads the form of today and the two of old; nil for anything else.
    package init?(httpDate text: String) {
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
        let read: WallClock?
        switch words.count {
        case 6 where words[5] == "GMT":
            read = Self.date(day: words[1], month: words[2], year: words[3], time: words[4])
        case 5 where words[0].utf8.count == 3:
            read = Self.date(day: words[2], month: words[1], year: words[4], time: words[3])
        default: read = nil
        }
        guard let read else { return nil }
        self = read
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
