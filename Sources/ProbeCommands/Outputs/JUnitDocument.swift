import Measures
import Primitives

/// The verdicts as JUnit's XML: a test case for each assertion, and one for having played at all.
enum JUnitDocument {
    static func text(_ report: ProbeReport, _ verdicts: [Verdict]) -> String {
        let run = report.runs.first
        let seconds =
            run.map { Figures.fixed(Double($0.length.wholeMilliseconds) / 1000, 3) } ?? "0"
        let failures = verdicts.count { $0.outcome == .fail }
        let voids = verdicts.count { $0.outcome.isVoid }
        let broken = report.runs.filter(\.hasFailed)
        let errors = voids + (broken.isEmpty ? 0 : 1)
        let counts =
            "tests=\"\(verdicts.count + 1)\" failures=\"\(failures)\" errors=\"\(errors)\" "
            + "skipped=\"0\" time=\"\(seconds)\""
        let target = Markup.escaped(run?.target ?? "")
        let host = Markup.escaped(run?.host ?? "")
        let started = String((run?.started.rfc3339 ?? "").prefix(19))
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuites name=\"whep-probe\" \(counts)>",
            "  <testsuite name=\"\(target)\" \(counts) timestamp=\"\(started)\" hostname=\"\(host)\">",
        ]
        lines += plays(broken, seconds)
        for verdict in verdicts { lines += testCase(verdict) }
        lines += ["  </testsuite>", "</testsuites>", ""]
        return lines.joined(separator: "\n")
    }

    private static func plays(_ broken: [ProbeReport.Run], _ seconds: String) -> [String] {
        let head = "    <testcase classname=\"whep-probe\" name=\"plays\" time=\"\(seconds)\""
        guard let first = broken.first else { return [head + "/>"] }
        let ending = Markup.escaped(first.ending)
        return [
            head + ">", "      <error type=\"session\" message=\"\(ending)\"/>", "    </testcase>",
        ]
    }

    private static func testCase(_ verdict: Verdict) -> [String] {
        let name = Markup.escaped(verdict.assertion.text)
        let words = Markup.escaped(verdict.words)
        let head = "    <testcase classname=\"whep-probe\" name=\"\(name)\" time=\"0\""
        switch verdict.outcome {
        case .pass:
            return [head + ">", "      <system-out>\(words)</system-out>", "    </testcase>"]
        case .fail:
            return [
                head + ">", "      <failure type=\"assertion\" message=\"\(words)\"/>",
                "    </testcase>",
            ]
        case .void:
            return [
                head + ">", "      <error type=\"void\" message=\"\(words)\"/>", "    </testcase>",
            ]
        }
    }
}

extension Verdict.Outcome {
    var isVoid: Bool { if case .void = self { true } else { false } }
}
