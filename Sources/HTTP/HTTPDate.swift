package import Primitives

extension WallClock {
    /// The date as HTTP fields have it (RFC 9110 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
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
        return "\(days[weekday]), \(digits(8..<10)) \(months[month]) \(digits(0..<4)) "
            + "\(digits(11..<19)) GMT"
    }
}
