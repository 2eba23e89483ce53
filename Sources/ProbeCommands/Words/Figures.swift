import CommandLineKit
import Measures
import Primitives
import SessionCommands

/// Measured numbers as people read them, each with its unit.
enum Figures {
    static func told(_ value: Double, _ unit: Measure.Unit) -> String {
        guard value.isFinite else { return "-" }
        switch unit {
        case .microseconds: return duration(value)
        case .bitsPerSecond: return Words.bitRate(value)
        case .milliframesPerSecond: return "\(fixed(value / 1000, 1)) fps"
        case .packets: return "\(fixed(value, value == value.rounded() ? 0 : 1)) packets"
        case .centiLUFS: return "\(fixed(value / 100, 1)) LUFS"
        }
    }

    static func told(_ value: Int64, _ unit: Measure.Unit) -> String {
        told(Double(value), unit)
    }

    /// Of microseconds: `0.40 ms`, `41.3 ms`, `412 ms`, `1.24 s`, `8 min 20 s`.
    static func duration(_ microseconds: Double) -> String {
        let sign = microseconds < 0 ? "-" : ""
        let size = abs(microseconds)
        let words =
            switch size {
            case ..<9_995: "\(fixed(size / 1000, 2)) ms"
            case ..<99_950: "\(fixed(size / 1000, 1)) ms"
            case ..<999_500: "\(fixed(size / 1000, 0)) ms"
            case ..<99_995_000: "\(fixed(size / 1e6, 2)) s"
            case ..<599_500_000: "\(fixed(size / 1e6, 1)) s"
            default: long(size / 1e6)
            }
        return sign + words
    }

    static func duration(_ duration: Duration) -> String {
        self.duration(Double(duration.wholeMicroseconds))
    }

    /// `3.1 %`, and with two digits behind the point where it is small.
    static func share(_ fraction: Double) -> String {
        let percent = fraction * 100
        return "\(fixed(percent, abs(percent) < 9.995 && percent != 0 ? 2 : 1)) %"
    }

    static func bytes(_ bytes: Int64) -> String {
        switch abs(Double(bytes)) {
        case ..<1e4: "\(bytes) B"
        case ..<1e6: "\(fixed(Double(bytes) / 1e3, 1)) kB"
        case ..<1e9: "\(fixed(Double(bytes) / 1e6, 1)) MB"
        default: "\(fixed(Double(bytes) / 1e9, 2)) GB"
        }
    }

    /// `one viewer`, `1,000 viewers`
    static func count(_ count: Int64, _ one: String, _ many: String) -> String {
        "\(count.grouped) \(count == 1 ? one : many)"
    }

    /// A number with so many digits behind the point, whatever it is.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "0" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (min(max(value, -1e15 / scale), 1e15 / scale) * scale).rounded()
        var text = String(Int64(abs(scaled)))
        if digits > 0 {
            while text.utf8.count <= digits { text = "0" + text }
            text = "\(text.dropLast(digits)).\(text.suffix(digits))"
        }
        return scaled < 0 ? "-\(text)" : text
    }

    private static func long(_ seconds: Double) -> String {
        let whole = Int64(min(seconds.rounded(), 1e15))
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 || whole >= 36_000 { return "\(hours) h \(minutes) min" }
        return "\(minutes) min \(whole % 60) s"
    }
}
