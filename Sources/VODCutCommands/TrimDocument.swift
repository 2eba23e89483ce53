import Cutting
import Primitives

/// What `vod-cut trim` answers.
enum TrimDocument {
    static func json(
        _ deadAir: DeadAir, _ findings: DeadAir.Findings, _ outcome: ClipOutcome?
    ) -> JSON {
        let kept = findings.length - deadAir.removedMicroseconds
        var document: JSON = [
            "schema": "lc.trim/1", "source_duration_ms": .integer(findings.length / 1000),
            "duration_ms": .integer(kept / 1000),
            "removed_ms": .integer(deadAir.removedMicroseconds / 1000),
            "removed": .array(
                deadAir.removals.map { removal in
                    [
                        "start_ms": .integer(removal.stretch.start / 1000),
                        "end_ms": .integer(removal.stretch.end / 1000),
                        "reason": .string(removal.reason.rawValue),
                    ]
                }),
        ]
        if let outcome, case .object(var object) = document {
            object["file"] = .string(outcome.path)
            object["duration_ms"] = .integer(outcome.duration.milliseconds)
            object["mode"] = outcome.picture.map { .string($0.mode.rawValue) }
            document = .object(object)
        }
        return document
    }

    static func text(_ deadAir: DeadAir, _ findings: DeadAir.Findings) -> String {
        guard !deadAir.removals.isEmpty else { return "nothing goes" }
        var lines = deadAir.removals.map { removal in
            let start = TimeWords.clock(microseconds: removal.stretch.start)
            let end = TimeWords.clock(microseconds: removal.stretch.end)
            return "\(start)  \(end)  \(words(removal.reason))"
        }
        let removed = TimeWords.seconds(microseconds: deadAir.removedMicroseconds)
        lines.append("\(removed) of \(TimeWords.seconds(microseconds: findings.length)) go")
        return lines.joined(separator: "\n")
    }

    private static func words(_ reason: DeadAir.Reason) -> String {
        switch reason {
        case .black: "black and silent"
        case .freeze: "still and silent"
        case .silence: "silent"
        case .beforeFirstEvent: "before the first event"
        case .afterLastEvent: "after the last event"
        }
    }
}
