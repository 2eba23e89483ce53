import CEngineBench

/// Adds up the time and the allocations of the parts that are measured.
struct Stopwatch {
    private(set) var nanoseconds: Int64 = 0
    private(set) var allocations: Int64 = 0
    private var startedAt: Int64 = 0
    private var allocatedBefore: Int64 = 0

    mutating func start() {
        allocatedBefore = lc_bench_allocations()
        startedAt = lc_bench_thread_nanoseconds()
    }

    mutating func stop() {
        nanoseconds += lc_bench_thread_nanoseconds() - startedAt
        allocations += lc_bench_allocations() - allocatedBefore
    }
}

/// One thing that is measured, again and again, in turn with all others of its table.
final class BenchCase {
    let name: String
    /// The name of the case whose median this one is divided by.
    let peer: String?
    /// The largest ratio, or the most nanoseconds, that were set as a target; for the reader.
    let target: String
    /// Does about so many operations, and says how many they were.
    private let body: (_ count: Int, _ watch: inout Stopwatch) -> Int
    private var count = 1
    private(set) var nanoseconds: [Double] = []
    private(set) var allocations: [Double] = []

    /// A case that says itself which parts of it are measured.
    init(
        _ name: String, peer: String? = nil, target: String = "",
        parts body: @escaping (_ count: Int, _ watch: inout Stopwatch) -> Int
    ) {
        self.name = name
        self.peer = peer
        self.target = target
        self.body = body
    }

    /// A case that is measured whole.
    convenience init(
        _ name: String, peer: String? = nil, target: String = "",
        _ body: @escaping (_ count: Int) -> Void
    ) {
        self.init(name, peer: peer, target: target) { count, watch in
            watch.start()
            body(count)
            watch.stop()
            return count
        }
    }

    /// Finds how many operations make a round of about so many nanoseconds, and warms up.
    func calibrate(roundNanoseconds: Int64) {
        while count < 1 << 24 {
            var watch = Stopwatch()
            let done = body(count, &watch)
            if watch.nanoseconds * 4 > roundNanoseconds {
                let each = Double(watch.nanoseconds) / Double(max(done, 1))
                let perCount = Double(done) / Double(count)
                count = max(1, Int(Double(roundNanoseconds) / each / max(perCount, 0.001)))
                return
            }
            count *= 2
        }
    }

    func runRound() {
        var watch = Stopwatch()
        let done = Double(max(body(count, &watch), 1))
        nanoseconds.append(Double(watch.nanoseconds) / done)
        allocations.append(Double(watch.allocations) / done)
    }

    var median: Double { Self.median(nanoseconds) }
    var medianAllocations: Double { Self.median(allocations) }
    var least: Double { nanoseconds.min() ?? 0 }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Cases that are measured in turn and printed together.
struct BenchTable {
    enum Unit {
        case nanoseconds, microseconds
        /// Operations of a core in a second, beside the time that one takes.
        case perSecond
    }

    let title: String
    let unit: Unit
    let cases: [BenchCase]
    let notes: [String]

    /// `part` of a name leaves the cases that have it, for a profiler's sake.
    func run(rounds: Int, roundMilliseconds: Int, part: String?) {
        let cases = cases.filter { one in part.map(one.name.hasPrefix) ?? true }
        for one in cases { one.calibrate(roundNanoseconds: Int64(roundMilliseconds) * 1_000_000) }
        for _ in 0..<rounds {
            for one in cases { one.runRound() }
        }
        report(cases)
    }

    private func report(_ cases: [BenchCase]) {
        print("### \(title)\n")
        for note in notes { print(note) }
        if !notes.isEmpty { print() }
        let name = unit == .nanoseconds ? "ns" : "µs"
        let rate = unit == .perSecond ? " a core second |" : ""
        print("| operation | median \(name) | least |\(rate) allocations | ratio | target |")
        print("|---|---|---|\(unit == .perSecond ? "---|" : "")---|---|---|")
        for one in cases {
            let scale = unit == .nanoseconds ? 1.0 : 1000.0
            let peer = cases.first { $0.name == one.peer }
            let ratio = peer.map { "\(fixed(one.median / $0.median, 2)) of \($0.name)" } ?? ""
            let rate = unit == .perSecond ? " \(fixed(1e9 / one.median, 0)) |" : ""
            print(
                "| \(one.name) | \(fixed(one.median / scale, 1)) | \(fixed(one.least / scale, 1)) |"
                    + "\(rate) \(fixed(one.medianAllocations, 2)) | \(ratio) | \(one.target) |")
        }
        print()
    }
}

/// A number with so many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let whole = Int((value * scale).rounded())
    guard decimals > 0 else { return String(whole) }
    let digits = String(whole.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (whole < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// Keeps a result from being optimised away.
@inline(never)
func consume(_ value: Int) {
    unsafe sink = value
}

// Written by the one thread that a benchmark has.
nonisolated(unsafe) private var sink = 0
