/// A point in UTC, to the millisecond: what a person and an event log mean by "when".
///
/// It holds no clock: the shell reads one and passes it in.
package struct WallClock: Sendable, Hashable, Comparable {
    package let millisecondsSince1970: Int64

    package init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    package static func < (left: WallClock, right: WallClock) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// Saturates: a sum beyond the ends of the clock is the end.
    package static func + (instant: WallClock, duration: Duration) -> WallClock {
        let (sum, overflowed) = instant.millisecondsSince1970
            .addingReportingOverflow(duration.wholeMilliseconds)
        guard !overflowed else {
            return WallClock(millisecondsSince1970: duration < .zero ? .min : .max)
        }
        return WallClock(millisecondsSince1970: sum)
    }
}

extension WallClock {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T04:01:51.123Z`.
    ///
    /// RFC 3339 has years 0000 to 9999 only; what lies outside prints as the nearest end.
    package var rfc3339: String {
        let clamped = min(max(millisecondsSince1970, Self.earliest), Self.latest)
        let day = Int(clamped.flooredQuotient(by: 86_400_000))
        let rest = Int(clamped - Int64(day) * 86_400_000)
        let date = CivilDate(daysSince1970: day)
        let fields: InlineArray<7, (number: Int, width: Int, end: StaticString)> = [
            (date.year, 4, "-"), (date.month, 2, "-"), (date.day, 2, "T"),
            (rest / 3_600_000, 2, ":"),
            (rest / 60_000 % 60, 2, ":"), (rest / 1000 % 60, 2, "."), (rest % 1000, 3, "Z"),
        ]
        return unsafe String(unsafeUninitializedCapacity: 24) { bytes in
            var end = 0
            for index in fields.indices {
                let field = fields[index]
                var rest = field.number
                for place in (end..<end + field.width).reversed() {
                    unsafe bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                unsafe bytes[end + field.width] = field.end.utf8Start.pointee
                end += field.width + 1
            }
            return end
        }
    }

    // 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z
    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    /// Reads RFC 3339 section 5.6: a full date, `T` or a space, a time that may have a fraction,
    /// and `Z` or an offset. Digits past the millisecond are dropped; a leap second counts as the
    /// next minute's start.
    package init?(rfc3339 text: String) {
        var fields = DigitFields(text)
        guard let year = fields.number(width: 4), fields.skip("-"),
            let month = fields.number(width: 2), (1...12).contains(month), fields.skip("-"),
            let day = fields.number(width: 2), day >= 1,
            day <= CivilDate.daysIn(month: month, year: year),
            fields.skip("T") || fields.skip("t") || fields.skip(" "),
            let hour = fields.number(width: 2), hour < 24, fields.skip(":"),
            let minute = fields.number(width: 2), minute < 60, fields.skip(":"),
            let second = fields.number(width: 2), second <= 60,
            let millisecond = fields.fraction(),
            let offsetMinutes = fields.offset(), fields.isAtEnd
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let minutes = Int64(days) * 1440 + Int64(hour * 60 + minute - offsetMinutes)
        let milliseconds = minutes * 60_000 + Int64(second * 1000 + millisecond)
        guard (Self.earliest...Self.latest).contains(milliseconds) else { return nil }
        self.init(millisecondsSince1970: milliseconds)
    }
}

/// A day of the Gregorian calendar, by Howard Hinnant's algorithms ("chrono-compatible low-level
/// date algorithms"): years are counted from 1 March, so that the leap day comes last.
struct CivilDate: Equatable {
    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Takes the digits of a date apart. Every step says nil at the first character that does not fit.
private struct DigitFields {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// The milliseconds of `.123456`, or 0 where there is no fraction.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        guard let first = digit() else { return nil }
        var value = first * 100
        var weight = 10
        while let next = digit() {
            value += next * weight
            weight /= 10
        }
        return value
    }

    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") {
            sign = 1
        } else if skip("-") {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(width: 2), hours < 24, skip(":"),
            let minutes = number(width: 2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, byte.isASCIIDigit else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
