package import Primitives

/// A line that says how far a long piece of work is. It draws text; it writes nothing.
package struct ProgressLine: Sendable {
    private let verb: String
    private let unit: String
    private let total: Int64?
    private let start: Instant
    private var lastDrawn: Instant?

    /// Work that is over sooner never shows a line.
    package static let delay = Duration.milliseconds(500)
    package static let interval = Duration.milliseconds(100)

    /// `importing`, `rows`: `importing 12,000 of 100,000 rows, 45,000/s, 2 s left`.
    package init(_ verb: String, _ unit: String, total: Int64?, startingAt start: Instant) {
        self.verb = verb
        self.unit = unit
        self.total = total
        self.start = start
    }

    /// The line as it is now; nil while it is too early to draw.
    package mutating func draw(done: Int64, at now: Instant, width: Int) -> String? {
        guard now - start >= Self.delay else { return nil }
        if let lastDrawn, now - lastDrawn < Self.interval { return nil }
        lastDrawn = now
        let seconds = Double((now - start).wholeMilliseconds) / 1000
        let rate = Double(done) / seconds
        var line = "\(verb) \(done.grouped)"
        if let total { line += " of \(total.grouped)" }
        line += " \(unit), \(Int64(rate).grouped)/s"
        if let total, done < total, rate > 0 {
            line += ", \(Int64((Double(total - done) / rate).rounded(.up))) s left"
        }
        return TextWidth.truncated(line, to: max(1, width - 1))
    }
}

extension Int64 {
    /// `100,000`, for people.
    package var grouped: String {
        let digits = Array(String(magnitude))
        var text = self < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
