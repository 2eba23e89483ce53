import CommandLineKit
import Primitives

/// A measurement that is repeated: how often, for how long, and where its runs are kept.
struct FieldPlan: Equatable {
    let every: Duration
    /// Nil until interrupted.
    let total: Duration?
    let path: String

    /// Nil where it is to be done once.
    init?(_ invocation: Invocation, length: Duration?) throws {
        let every = invocation[ProbeArguments.every]
        let path = invocation[ProbeArguments.append]
        func usage(_ code: String, _ words: String, _ hint: String? = nil) -> Failure {
            Failure(.usage, "usage.\(code)", words, hint: hint)
        }
        guard let every else {
            if invocation.has(ProbeArguments.total) {
                throw usage("for", "--for says how long to go on with --every, which is missing")
            }
            guard path == nil else {
                throw usage(
                    "append", "--append keeps the runs of --every, which is missing",
                    "for one run, -o json prints the same line")
            }
            return nil
        }
        guard let path else {
            throw usage(
                "append", "--every needs a file for its runs",
                "add --append log.jsonl: begun again with it, the series goes on")
        }
        guard let length else {
            throw usage("every", "a run of --duration forever cannot be repeated")
        }
        let shortest = length + invocation[ProbeArguments.wait]
        guard every > shortest else {
            throw usage(
                "every",
                "runs that may take \(Figures.duration(shortest)) cannot begin every "
                    + Figures.duration(every),
                "leave time for connecting and saying goodbye, too")
        }
        total = invocation[ProbeArguments.total]
        self.every = every
        self.path = path
    }
}

/// When the runs of a series begin: a fixed time apart from its first one on, whatever happens in
/// between.
struct FieldSchedule: Equatable {
    let origin: WallClock
    let every: Duration
    let total: Duration?

    /// How many runs there are room for; nil where there is no end.
    var count: Int64? {
        total.map { total in
            max(
                (total.wholeMilliseconds + every.wholeMilliseconds - 1) / every.wholeMilliseconds, 1
            )
        }
    }

    /// The first place whose time is not over, from `place` on; nil after the last one.
    func next(from place: Int64, now: WallClock) -> Int64? {
        let passed = now.millisecondsSince1970 - origin.millisecondsSince1970
        let step = every.wholeMilliseconds
        let due = passed <= 0 ? 0 : (passed + step - 1) / step
        let next = max(place, due)
        return count.map { next < $0 } ?? true ? next : nil
    }

    func time(of place: Int64) -> WallClock {
        origin + .milliseconds(place.multipliedReportingOverflow(by: every.wholeMilliseconds).0)
    }
}
