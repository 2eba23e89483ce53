import Primitives

/// Numbers and units as programs with sessions write them for people.
package enum Words {
    package static func bitRate(_ bitsPerSecond: Double) -> String {
        guard bitsPerSecond.isFinite, bitsPerSecond >= 0 else { return "0 kbit/s" }
        if bitsPerSecond < 999_500 { return "\(Int((bitsPerSecond / 1000).rounded())) kbit/s" }
        let hundredths = Int((min(bitsPerSecond, 1e15) / 10_000).rounded())
        return "\(fixed(hundredths, 2)) Mbit/s"
    }

    /// `01:02:03`
    package static func time(_ duration: Duration) -> String {
        let seconds = max(duration.wholeMilliseconds, 0) / 1000
        return [seconds / 3600, seconds / 60 % 60, seconds % 60].map { part in
            part < 10 ? "0\(part)" : "\(part)"
        }.joined(separator: ":")
    }

    package static func seconds(_ duration: Duration) -> String {
        "\(fixed(Int(max(duration.wholeMilliseconds, 0) / 100), 1)) s"
    }

    package static func milliseconds(_ duration: Duration) -> String {
        let tenths = Int(max(duration.wholeNanoseconds, 0) / 100_000)
        return tenths < 100 ? "\(fixed(tenths, 1)) ms" : "\(tenths / 10) ms"
    }

    package static func percent(_ fraction: Double) -> String {
        "\(decimal(fraction * 100)) %"
    }

    /// With one digit behind the point.
    package static func decimal(_ value: Double) -> String {
        guard value.isFinite else { return "0.0" }
        return fixed(Int((min(max(value, 0), 1e12) * 10).rounded()), 1)
    }

    /// `a, b and c`
    package static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func fixed(_ value: Int, _ digits: Int) -> String {
        var text = String(value)
        while text.utf8.count <= digits { text = "0" + text }
        return "\(text.dropLast(digits)).\(text.suffix(digits))"
    }
}
