import CommandLineKit
import Measures
import Primitives
import SessionCommands

extension Verdict.Outcome {
    /// For tables: what fails is written so that it is seen.
    var word: String {
        switch self {
        case .pass: "pass"
        case .fail: "FAIL"
        case .void: "void"
        }
    }

    /// As documents call it.
    var name: String {
        switch self {
        case .pass: "pass"
        case .fail: "fail"
        case .void: "void"
        }
    }
}

extension Verdict {
    /// The number that was measured and how, or why there is no verdict.
    var words: String {
        var parts: [String] = []
        if let measured { parts.append(assertion.unit.told(measured)) }
        if let name = method?.methodName { parts.append("by \(name)") }
        if case .void(let reason) = outcome { parts.append(reason.words) }
        if isClose { parts.append("closer to the limit than the clocks are known") }
        return parts.joined(separator: ", ")
    }
}

extension MeasurableUnit {
    func told(_ value: Double) -> String {
        switch self {
        case .measure(let unit): Figures.told(value, unit)
        case .count:
            value == value.rounded() && abs(value) < 1e15
                ? Int64(value).grouped : Figures.fixed(value, 1)
        case .share: Figures.share(value)
        }
    }
}

extension Verdict.Reason {
    var words: String {
        switch self {
        case .nothingMeasured: "nothing was measured"
        case .clockUnknown: "nobody knows how far the sender's clock is from ours"
        case .clockUncertain(let doubt):
            "the clocks are known to ± \(Figures.duration(doubt)) only"
        case .machine(let limits):
            "this machine was the limit: \(Words.list(limits.map(\.words)))"
        case .latencyMethodsDiffer: "the runs tell latency by methods that cannot be compared"
        }
    }

    /// As documents call it.
    var name: String {
        switch self {
        case .nothingMeasured: "nothing_measured"
        case .clockUnknown: "clock_unknown"
        case .clockUncertain: "clock_uncertain"
        case .machine: "machine"
        case .latencyMethodsDiffer: "latency_methods_differ"
        }
    }
}
