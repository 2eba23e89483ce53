extension Impairment {
    /// Why words say no impairment, by the part that is to blame.
    package enum Problem: Error, Sendable, Equatable {
        case empty
        case unknown(String)
        case repeated(String)
        /// Not of the form that this part has.
        case malformed(name: String, value: String)
        case outOfRange(name: String, value: String)
    }

    /// Reads `loss=2%,delay=40ms±10ms,rate=3M,burst=4,seed=7`; each part may be left out.
    ///
    /// `+-` stands for `±`. Times have a unit: `us`, `ms` or `s`. A rate is bits per second, with
    /// `k`, `M` or `G` behind it.
    package init(parsing text: String) throws(Problem) {
        self.init(
            loss: 0, delay: .zero, jitter: .zero, bitsPerSecond: nil, seed: Self.usualSeed)
        var known: [Substring] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.trimmed
            guard let equals = trimmed.firstIndex(of: "=") else {
                throw trimmed.isEmpty ? .empty : .unknown(String(trimmed))
            }
            let name = trimmed[..<equals].trimmed
            guard !known.contains(name) else { throw .repeated(String(name)) }
            known.append(name)
            try take(name, trimmed[trimmed.index(after: equals)...].trimmed)
        }
    }

    private mutating func take(_ name: Substring, _ value: Substring) throws(Problem) {
        switch name {
        case "loss": loss = try Self.share(name, value)
        case "delay": (delay, jitter) = try Self.delay(name, value)
        case "rate": bitsPerSecond = try Self.rate(name, value)
        case "burst":
            guard let number = value.decimal else { throw Self.malformed(name, value) }
            guard (1...Limits.burst).contains(number) else { throw Self.outOfRange(name, value) }
            burst = number
        case "seed":
            guard value.utf8.allSatisfy(\.isDigit), let number = UInt64(value) else {
                throw Self.malformed(name, value)
            }
            seed = number
        default: throw .unknown(String(name))
        }
    }

    private static func malformed(_ name: Substring, _ value: Substring) -> Problem {
        .malformed(name: String(name), value: String(value))
    }

    private static func outOfRange(_ name: Substring, _ value: Substring) -> Problem {
        .outOfRange(name: String(name), value: String(value))
    }

    private static func share(_ name: Substring, _ value: Substring) throws(Problem) -> Double {
        guard value.last == "%", let number = value.dropLast().decimal else {
            throw malformed(name, value)
        }
        guard number <= 100 else { throw outOfRange(name, value) }
        return number / 100
    }

    private static func delay(
        _ name: Substring, _ value: Substring
    ) throws(Problem) -> (Duration, Duration) {
        var middle = value
        var spread: Duration = .zero
        let sign = value.firstRange(of: "±") ?? value.firstRange(of: "+-")
        if let sign {
            middle = value[..<sign.lowerBound]
            spread = try time(name, value[sign.upperBound...].trimmed)
        }
        let delay = try time(name, middle.trimmed)
        guard spread <= delay else { throw outOfRange(name, value) }
        return (delay, spread)
    }

    private static func time(_ name: Substring, _ value: Substring) throws(Problem) -> Duration {
        let units: [(String, Double)] = [("us", 1e3), ("ms", 1e6), ("s", 1e9)]
        for (unit, nanoseconds) in units where value.hasSuffix(unit) {
            guard let number = value.dropLast(unit.count).trimmed.decimal else { break }
            let duration = Duration.nanoseconds(Int64(min(number * nanoseconds, 1e18)))
            guard duration <= Limits.delay else { throw outOfRange(name, value) }
            return duration
        }
        throw malformed(name, value)
    }

    private static func rate(_ name: Substring, _ value: Substring) throws(Problem) -> Double {
        var digits = value
        var factor = 1.0
        switch value.last {
        case "k": factor = 1e3
        case "M": factor = 1e6
        case "G": factor = 1e9
        default: break
        }
        if factor > 1 { digits = digits.dropLast() }
        guard let number = digits.decimal else { throw malformed(name, value) }
        let rate = number * factor
        guard rate >= 1, rate <= Limits.bitsPerSecond else { throw outOfRange(name, value) }
        return rate
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }

    /// A number of digits with at most one point among them, and nothing else.
    fileprivate var decimal: Double? {
        let points = utf8.count { $0 == UInt8(ascii: ".") }
        guard points <= 1, utf8.first?.isDigit == true, utf8.last?.isDigit == true,
            utf8.count <= 24, utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(self)
    }

    fileprivate func firstRange(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
