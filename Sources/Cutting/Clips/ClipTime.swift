package import Primitives

/// Times as people and programs write them in cut lists.
package enum ClipTime {
    /// `01:02:03.5`, `02:03`, `63.25`, `90s` or `1h2m3.5s`, exact to the nanosecond; nil where it
    /// is something else, or longer than any recording.
    package static func read(_ text: String) -> MediaTime? {
        let text = text.trimmed
        guard let first = text.utf8.first, first.isASCIIDigit, text.utf8.count <= 40 else {
            return nil
        }
        if text.utf8.contains(UInt8(ascii: ":")) { return clock(text[...]) }
        if text.utf8.last?.isASCIIDigit == true { return seconds(text[...]) }
        return units(text)
    }

    private static let maximumSeconds: Int64 = 100_000_000

    private static func clock(_ text: Substring) -> MediaTime? {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(fields.count), let last = seconds(fields[fields.count - 1]),
            last < MediaTime(ticks: 60, timescale: 1)
        else { return nil }
        var whole: Int64 = 0
        for (index, field) in fields.dropLast().enumerated() {
            guard let value = digits(field), value < 60 || index == 0 else { return nil }
            whole = whole * 60 + value
        }
        guard whole * 60 < maximumSeconds else { return nil }
        return MediaTime(ticks: whole * 60, timescale: 1).adding(last)
    }

    /// With a point or, as some countries write it, a comma.
    private static func seconds(_ text: Substring) -> MediaTime? {
        let parts = text.split(
            maxSplits: 1, omittingEmptySubsequences: false,
            whereSeparator: { $0 == "." || $0 == "," })
        guard let whole = digits(parts[0]), whole < maximumSeconds else { return nil }
        guard parts.count == 2 else { return MediaTime(ticks: whole, timescale: 1) }
        guard (1...9).contains(parts[1].utf8.count), let fraction = digits(parts[1]) else {
            return nil
        }
        var timescale: Int32 = 1
        for _ in parts[1].utf8 { timescale *= 10 }
        return MediaTime(ticks: whole * Int64(timescale) + fraction, timescale: timescale)
    }

    private static func units(_ text: String) -> MediaTime? {
        var rest = text[...]
        var total = MediaTime(ticks: 0, timescale: 1)
        let units: [(String, Int64)] = [("h", 3600), ("m", 60), ("s", 1)]
        var lastUnit = -1
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            if name == "ms", rest.isEmpty, let value = digits(number) {
                return value < maximumSeconds
                    ? total.adding(MediaTime(ticks: value, timescale: 1000)) : nil
            }
            guard let place = units.firstIndex(where: { $0.0 == name }), place > lastUnit,
                let value = seconds(number), value.ticks < maximumSeconds * 1_000_000_000 / 3600
            else { return nil }
            lastUnit = place
            total = total.adding(
                MediaTime(ticks: value.ticks * units[place].1, timescale: value.timescale))
        }
        return total < MediaTime(ticks: maximumSeconds, timescale: 1) ? total : nil
    }

    private static func digits(_ text: Substring) -> Int64? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        return Int64(text)
    }
}

/// Frames in a second, as a fraction: 30000 over 1001.
package struct ClipFrameRate: Sendable, Equatable {
    package let numerator: Int32
    package let denominator: Int32

    package init?(numerator: Int32, denominator: Int32) {
        guard numerator > 0, denominator > 0, numerator / denominator <= 1000 else { return nil }
        self.numerator = numerator
        self.denominator = denominator
    }

    private init(framesPerSecond: Int32) {
        numerator = framesPerSecond
        denominator = 1
    }

    /// Where nobody says.
    package static let standard = ClipFrameRate(framesPerSecond: 25)

    /// What a timecode counts to: 30 for 29.97.
    var nominal: Int64 {
        max(1, (Int64(numerator) + Int64(denominator) / 2) / Int64(denominator))
    }

    /// `hh:mm:ss:ff`, with `;` before the frames where numbers are dropped; nil where it is none.
    func time(timecode: Substring, dropsFrames: Bool) -> MediaTime? {
        let isMarked = timecode.contains(";")
        let fields = timecode.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == ":" || $0 == ";" })
        let numbers = fields.compactMap { field -> Int64? in
            field.utf8.count <= 3 && field.utf8.allSatisfy(\.isASCIIDigit) ? Int64(field) : nil
        }
        guard fields.count == 4, numbers.count == 4, numbers[1] < 60, numbers[2] < 60,
            numbers[3] < nominal
        else { return nil }
        let minutes = numbers[0] * 60 + numbers[1]
        var frames = (minutes * 60 + numbers[2]) * nominal + numbers[3]
        if dropsFrames || isMarked, nominal % 30 == 0 {
            // Two numbers in each minute but every tenth, twice that at twice the rate.
            frames -= nominal / 15 * (minutes - minutes / 10)
        }
        return MediaTime(ticks: frames * Int64(denominator), timescale: numerator)
    }
}

extension Substring {
    /// Without space around it.
    var trimmed: String {
        let start = utf8.firstIndex { $0 > 0x20 } ?? endIndex
        let last = utf8.lastIndex { $0 > 0x20 }
        return last.map { String(self[start..<utf8.index(after: $0)]) } ?? ""
    }
}

extension String {
    var trimmed: String { self[...].trimmed }
}
