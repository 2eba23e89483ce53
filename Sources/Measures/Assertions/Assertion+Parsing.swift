import Primitives

/// Why a text is not an assertion.
package enum AssertionProblem: Error, Equatable {
    case tooLong(limit: Int)
    /// No `<`, `>=` or the like stands in it.
    case noRelation
    /// A name alone, such as `latency<1s`; what may follow it.
    case noStatistic(name: String, known: [String])
    case unknownName(String, nearest: String?)
    case unknownStatistic(name: String, statistic: String, known: [String])
    case badNumber(String)
    /// A number alone where it does not say of what.
    case noUnit(String, known: [String])
    case unknownUnit(String, known: [String])
}

extension Assertion {
    package static let maximumLength = 128

    /// Reads `name.statistic`, a relation and a value with its unit; spaces around them are free.
    package init(parsing text: String) throws(AssertionProblem) {
        guard text.utf8.count <= Self.maximumLength else {
            throw .tooLong(limit: Self.maximumLength)
        }
        let bare = text.filter { $0 != " " }
        guard let start = bare.firstIndex(where: { "<>=!".contains($0) }) else {
            throw .noRelation
        }
        let end = bare[start...].firstIndex { !"<>=!".contains($0) } ?? bare.endIndex
        guard let relation = Relation(rawValue: String(bare[start..<end])) else {
            throw .noRelation
        }
        let (subject, statistic) = try Self.subject(String(bare[..<start]))
        let unit = subject.unit(of: statistic)
        self.init(
            text: bare, subject: subject, statistic: statistic, relation: relation,
            threshold: try unit.value(String(bare[end...])))
    }

    private static func subject(
        _ text: String
    ) throws(AssertionProblem) -> (Measurable, Statistic) {
        let dot = text.firstIndex(of: ".") ?? text.endIndex
        let name = String(text[..<dot])
        guard let subject = Measurable(name: name) else {
            throw .unknownName(
                name, nearest: Nearness.nearest(to: name, Measurable.all.map(\.name)))
        }
        guard dot < text.endIndex else {
            throw .noStatistic(name: name, known: subject.statistics)
        }
        let word = String(text[text.index(after: dot)...])
        guard let statistic = Statistic(name: word), subject.has(statistic) else {
            throw .unknownStatistic(name: name, statistic: word, known: subject.statistics)
        }
        return (subject, statistic)
    }
}

extension Measurable {
    fileprivate func has(_ statistic: Assertion.Statistic) -> Bool {
        if case .percentile = statistic { return statistics.contains("p50") }
        return statistics.contains(statistic.name)
    }
}

extension MeasurableUnit {
    /// Suffixes and what they multiply with; the empty one where a number alone is plain enough.
    var suffixes: [(text: String, factor: Double)] {
        switch self {
        case .measure(.microseconds):
            [("us", 1), ("µs", 1), ("ms", 1e3), ("s", 1e6), ("min", 60e6)]
        case .measure(.bitsPerSecond):
            [
                ("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("bit/s", 1), ("kbit/s", 1e3),
                ("Mbit/s", 1e6), ("Gbit/s", 1e9), ("bps", 1), ("kbps", 1e3), ("Mbps", 1e6),
            ]
        case .measure(.milliframesPerSecond): [("", 1e3), ("fps", 1e3)]
        case .measure(.packets): [("", 1)]
        case .measure(.centiLUFS): [("", 100), ("LUFS", 100), ("LU", 100)]
        case .count: [("", 1), ("k", 1e3), ("M", 1e6)]
        case .share: [("%", 0.01)]
        }
    }

    fileprivate func value(_ text: String) throws(AssertionProblem) -> Double {
        let isNumber = { (byte: UInt8) in
            byte.isASCIIDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        }
        let digits = String(decoding: text.utf8.prefix(while: isNumber), as: UTF8.self)
        let suffix = String(text.dropFirst(digits.count))
        guard digits.utf8.last?.isASCIIDigit == true, digits.utf8.count <= 18,
            let number = Double(digits)
        else { throw .badNumber(text) }
        let known = suffixes.map(\.text).filter { !$0.isEmpty }
        if let found = suffixes.first(where: { $0.text == suffix }) {
            return Self.scaled(number, found.factor)
        }
        guard suffix.isEmpty else { throw .unknownUnit(suffix, known: known) }
        // Nothing is nothing in any unit.
        guard number == 0 else { throw .noUnit(text, known: known) }
        return 0
    }

    /// Divides where a factor is a fraction, so that 0.6 % is the same number as 0.006.
    private static func scaled(_ number: Double, _ factor: Double) -> Double {
        factor < 1 ? number / (1 / factor).rounded() : number * factor
    }
}

/// Finds which name somebody meant.
enum Nearness {
    /// The name that least letters have to be changed in, if it is near.
    static func nearest(to typed: String, _ names: [String]) -> String? {
        guard typed.utf8.count <= 64 else { return nil }
        let letters = Array(typed.lowercased().utf8)
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(letters, Array(name.utf8))
            let limit = max(1, min(letters.count, name.utf8.count) / 3)
            if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                current.append(
                    min(
                        last[column + 1] + 1, current[column] + 1,
                        last[column] + (letter == other ? 0 : 1)))
            }
            last = current
        }
        return last[right.count]
    }
}
