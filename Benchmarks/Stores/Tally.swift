/// How many verbs were answered, and how long each waited for its answer.
struct Tally: Sendable {
    private var waits: [(nanoseconds: Int64, count: Int)] = []
    private var confirms = 0
    private var seconds = 0.0
    private var rate = 0.0

    mutating func add(nanoseconds: Int64, requests: Int, confirms: Int) {
        waits.append((nanoseconds, requests))
        self.confirms += confirms
    }

    func during(seconds: Double) -> Tally {
        var tally = self
        tally.rate = Double(confirms) / seconds
        return tally
    }

    /// Of another connection at the same time.
    mutating func add(_ other: Tally) {
        waits += other.waits
        confirms += other.confirms
        rate += other.rate
    }

    /// In microseconds.
    private func percentile(_ share: Double, of sorted: [(nanoseconds: Int64, count: Int)])
        -> Double
    {
        let total = sorted.reduce(0) { $0 + $1.count }
        var passed = 0
        for (nanoseconds, count) in sorted {
            passed += count
            if Double(passed) >= Double(total) * share { return Double(nanoseconds) / 1000 }
        }
        return 0
    }

    /// `cpuMicroseconds` are those of the whole process.
    func json(cpuMicroseconds: Double) -> String {
        let sorted = waits.sorted { $0.nanoseconds < $1.nanoseconds }
        return """
            {"pairs_per_second": \(rate), "p50_us": \(percentile(0.5, of: sorted)), \
            "p99_us": \(percentile(0.99, of: sorted)), "pairs": \(confirms), \
            "cpu_us": \(cpuMicroseconds / Double(max(confirms, 1)))}
            """
    }
}
