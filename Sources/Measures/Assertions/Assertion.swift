import Primitives

/// A demand on a report: `latency.p95<800ms`.
package struct Assertion: Sendable, Equatable {
    package enum Statistic: Sendable, Equatable {
        case count
        case total
        case least
        case greatest
        case mean
        /// The value that this share of all values does not exceed, in thousandths of a percent.
        case percentile(Int)
        case ratio
    }

    package enum Relation: String, Sendable, CaseIterable {
        case less = "<"
        case atMost = "<="
        case more = ">"
        case atLeast = ">="
        case equal = "=="
        case unequal = "!="

        package func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .less: left < right
            case .atMost: left <= right
            case .more: left > right
            case .atLeast: left >= right
            case .equal: left == right
            case .unequal: left != right
            }
        }
    }

    /// As it was written, without spaces.
    package let text: String
    package let subject: Measurable
    package let statistic: Statistic
    package let relation: Relation
    /// In the subject's own unit; for shares, 0 to 1.
    package let threshold: Double

    init(
        text: String, subject: Measurable, statistic: Statistic, relation: Relation,
        threshold: Double
    ) {
        self.text = text
        self.subject = subject
        self.statistic = statistic
        self.relation = relation
        self.threshold = threshold
    }

    /// What its value is told in.
    package var unit: MeasurableUnit { subject.unit(of: statistic) }
}

/// In what a statistic is told.
package enum MeasurableUnit: Sendable, Equatable {
    case measure(Measure.Unit)
    case count
    case share
}

extension Measurable {
    package func unit(of statistic: Assertion.Statistic) -> MeasurableUnit {
        switch statistic {
        case .count: return .count
        case .ratio: return .share
        default: break
        }
        switch self {
        case .measure(let measure): return .measure(measure.unit)
        case .latency: return .measure(.microseconds)
        case .tally(.watchedMicroseconds): return .measure(.microseconds)
        case .tally: return .count
        case .ratio: return .share
        }
    }

    /// The names of its statistics; `p95` stands for all percentiles.
    package var statistics: [String] {
        let distribution = ["count", "total", "min", "max", "mean", "p50", "p95", "p99", "p99.9"]
        switch self {
        case .measure: return distribution + (ratio == nil ? [] : ["ratio"])
        case .latency: return distribution
        case .tally(.watchedMicroseconds): return ["total"]
        case .tally: return ["count"]
        case .ratio: return ["ratio"]
        }
    }
}

extension Assertion.Statistic {
    package var name: String {
        switch self {
        case .count: "count"
        case .total: "total"
        case .least: "min"
        case .greatest: "max"
        case .mean: "mean"
        case .ratio: "ratio"
        case .percentile(let share):
            share % 1000 == 0
                ? "p\(share / 1000)"
                : "p\(share / 1000).\(String(String(1000 + share % 1000).dropFirst()).trimmedZeros)"
        }
    }

    /// Percentiles from p0 to p100, with at most three digits behind the point.
    init?(name: String) {
        switch name {
        case "count": self = .count
        case "total": self = .total
        case "min": self = .least
        case "max": self = .greatest
        case "mean": self = .mean
        case "ratio": self = .ratio
        default:
            guard name.utf8.first == UInt8(ascii: "p") else { return nil }
            let parts = name.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2,
                parts.allSatisfy({
                    (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(\.isASCIIDigit)
                }), let whole = Int(parts[0]),
                let rest = parts.count == 1
                    ? 0 : Int(parts[1] + String(repeating: "0", count: 3 - parts[1].utf8.count)),
                whole * 1000 + rest <= 100_000
            else { return nil }
            self = .percentile(whole * 1000 + rest)
        }
    }
}

extension String {
    fileprivate var trimmedZeros: String {
        var text = self
        while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
        return text
    }
}
