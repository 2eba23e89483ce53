import Measures
import SessionCommands
import Sessions

extension AssertionProblem {
    /// What is wrong, and what may stand there instead.
    var words: String {
        switch self {
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        case .noRelation: "no <, <=, >, >=, == or != is in it, as in latency.p95<800ms"
        case .noStatistic(let name, let known):
            "say what of '\(name)' is meant: \(Self.choices(known))"
        case .unknownName(let name, let nearest):
            "nothing that is measured is called '\(name)'"
                + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .unknownStatistic(let name, let statistic, let known):
            "'\(name)' has no '\(statistic)', but \(Self.choices(known))"
        case .badNumber(let text): "'\(text)' is no number"
        case .noUnit(let number, let known):
            "'\(number)' needs a unit: \(Self.choices(known))"
        case .unknownUnit(let unit, let known):
            "'\(unit)' is no unit of it, but \(Self.choices(known))"
        }
    }

    private static func choices(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension Impairment.Problem {
    var words: String {
        switch self {
        case .empty: "a part of it is empty"
        case .unknown(let part):
            "'\(part)' is none of loss, delay, rate, burst and seed, each with its value"
        case .repeated(let name): "'\(name)' is given twice"
        case .malformed(let name, let value): "'\(value)' cannot be read as its \(name)"
        case .outOfRange(let name, let value): "a \(name) of '\(value)' is beyond what it may be"
        }
    }
}
