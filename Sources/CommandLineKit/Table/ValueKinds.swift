package import Primitives

extension ValueKind<String> {
    /// Any text that is not empty.
    package static let text = ValueKind.text(named: "TEXT")

    package static func text(named placeholder: String) -> ValueKind {
        ValueKind(placeholder) { text throws(ValueProblem) in
            guard !text.isEmpty else { throw ValueProblem("text: it is empty") }
            return text
        }
    }

    /// Any text; the empty one clears what was set.
    package static let clearableText = ValueKind("TEXT") { text in text }

    package static let file = path("FILE", .file)
    package static let folder = path("DIR", .folder)

    private static func path(_ placeholder: String, _ completion: Completion) -> ValueKind {
        ValueKind(placeholder, completion: completion) { text throws(ValueProblem) in
            guard !text.isEmpty, !text.utf8.contains(0) else { throw ValueProblem("a path") }
            return text
        }
    }

    /// An address with a scheme and no spaces: `https://live.example/whip`.
    package static let url = ValueKind("URL") { text throws(ValueProblem) in
        let problem = ValueProblem("a URL such as https://live.example/whip")
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8.count <= 8192
        else { throw problem }
        let scheme = text.utf8[..<colon]
        let isScheme =
            scheme.first.map(\.isASCIILetter) ?? false
            && scheme.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || [0x2B, 0x2D, 0x2E].contains($0)
            }
        let rest = text.utf8[text.utf8.index(after: colon)...]
        guard isScheme, rest.starts(with: "//".utf8), rest.count > 2,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw problem }
        return text
    }
}

extension ValueKind<Int64> {
    /// A whole number within bounds.
    package static func integer(
        _ placeholder: String = "N", in range: ClosedRange<Int64>
    ) -> ValueKind {
        ValueKind(placeholder) { text throws(ValueProblem) in
            let isUnbounded = range.upperBound == .max
            let bounds =
                isUnbounded
                ? "of at least \(range.lowerBound)"
                : "from \(range.lowerBound) to \(range.upperBound)"
            guard let value = Int64(text), range.contains(value) else {
                throw ValueProblem("a whole number \(bounds)")
            }
            return value
        }
    }

    /// Bytes: `64k`, `1.5MiB`, `2GB`. `k` is 1000, `Ki` is 1024.
    package static let byteSize = ValueKind("SIZE") { text throws(ValueProblem) in
        let problem = ValueProblem("a size such as 64k, 1.5MiB or 2GB")
        guard let (number, unit) = ExactNumber.split(text) else { throw problem }
        let scales: [String: Int64] = [
            "": 1, "B": 1, "k": 1000, "kB": 1000, "Ki": 1 << 10, "KiB": 1 << 10, "M": 1_000_000,
            "MB": 1_000_000, "Mi": 1 << 20, "MiB": 1 << 20, "G": 1_000_000_000,
            "GB": 1_000_000_000, "Gi": 1 << 30, "GiB": 1 << 30,
        ]
        guard let scale = scales[unit], let bytes = number.scaled(by: scale) else { throw problem }
        return bytes
    }

    /// Bits per second: `2.5M`, `800k`.
    package static let bitRate = ValueKind("BITRATE") { text throws(ValueProblem) in
        let problem = ValueProblem("a bit rate such as 2.5M or 800k")
        let scales: [String: Int64] = [
            "": 1, "k": 1000, "M": 1_000_000, "G": 1_000_000_000, "kbps": 1000,
            "Mbps": 1_000_000, "kbit/s": 1000, "Mbit/s": 1_000_000,
        ]
        guard let (number, unit) = ExactNumber.split(text), let scale = scales[unit],
            let rate = number.scaled(by: scale), rate > 0
        else { throw problem }
        return rate
    }
}

extension ValueKind<Duration> {
    /// `90s`, `1m30s`, `2h`, `250ms`: units from large to small, each at most once.
    package static let duration = ValueKind("DURATION") { text throws(ValueProblem) in
        let problem = ValueProblem("a duration such as 90s, 1m30s or 250ms")
        let units: [(name: String, milliseconds: Int64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
        ]
        var rest = text[...]
        var total: Int64 = 0
        var lastUnit = -1
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            let name = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard let number = ExactNumber(digits),
                let unit = units.firstIndex(where: { $0.name == name }),
                unit > lastUnit, let part = number.scaled(by: units[unit].milliseconds)
            else { throw problem }
            let (sum, overflowed) = total.addingReportingOverflow(part)
            // A hundred years is longer than anything that is meant.
            guard !overflowed, sum <= 3_155_760_000_000 else { throw problem }
            total = sum
            lastUnit = unit
            rest = rest.dropFirst(digits.count + name.count)
        } while !rest.isEmpty
        return .milliseconds(total)
    }
}

extension ValueKind<WallClock> {
    package static let time = ValueKind("TIME") { text throws(ValueProblem) in
        guard let time = WallClock(rfc3339: text) else {
            throw ValueProblem("an RFC 3339 time such as 2026-12-01T18:00:00Z")
        }
        return time
    }
}

extension ValueKind where Value: CaseIterable & RawRepresentable<String> {
    /// One of the values of an enum.
    package static func choice(of type: Value.Type, _ placeholder: String) -> ValueKind {
        let choices = Value.allCases.map(\.rawValue)
        return ValueKind(placeholder, choices: choices) { text throws(ValueProblem) in
            guard let value = Value(rawValue: text) else {
                throw ValueProblem("one of \(choices.joined(separator: ", "))")
            }
            return value
        }
    }
}

/// A number without a sign or an exponent, kept exact until it meets its unit.
private struct ExactNumber {
    private let whole: Int64
    private let fraction: Substring

    init?(_ text: Substring) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count <= 15,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }),
            let whole = Int64(parts[0])
        else { return nil }
        self.whole = whole
        fraction = parts.count == 2 ? parts[1].prefix(9) : ""
    }

    static func split(_ text: String) -> (ExactNumber, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        return ExactNumber(digits).map { ($0, String(text.dropFirst(digits.count))) }
    }

    /// Nil where it overflows; what is smaller than one is dropped.
    func scaled(by scale: Int64) -> Int64? {
        let (product, overflowed) = whole.multipliedReportingOverflow(by: scale)
        guard !overflowed else { return nil }
        guard let digits = Int64("0" + fraction) else { return nil }
        var divisor: Int64 = 1
        for _ in fraction.utf8 { divisor *= 10 }
        let part = Int64(Int128(digits) * Int128(scale) / Int128(divisor))
        let (sum, overflowedSum) = product.addingReportingOverflow(part)
        return overflowedSum ? nil : sum
    }
}
