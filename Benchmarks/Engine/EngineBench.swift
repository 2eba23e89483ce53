/// Measures the engine's parts beside their limits and prints tables in Markdown.
///
/// `engine-bench [rounds] [milliseconds of a round] [table] [start of a name]` or, for the share of a core
/// that a call takes and the frames that come in a second,
/// `engine-bench call <seconds> <bytes of a frame> <bytes of a sound>`, or, for what a relay costs,
/// `engine-bench relay <seconds> <viewers>...`.
@main
enum EngineBench {
    static func main() throws {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.compactMap { Int($0) }
        if words.first == "call", numbers.count == 3 {
            return try Call.run(
                seconds: numbers[0], frameBytes: numbers[1], soundBytes: numbers[2])
        }
        if words.first == "memory" { return try MemoryCases.run() }
        if words.first == "relay" {
            return try RelayCases.table(
                numbers.count > 1 ? Array(numbers.dropFirst()) : [1, 50, 200],
                seconds: numbers.first ?? 3)
        }
        let rounds = numbers.first ?? 21
        let milliseconds = numbers.dropFirst().first ?? 10
        let names = words.filter { Int($0) == nil }
        let (wanted, part) = (names.first, names.dropFirst().first)
        let tables: [(String, () -> BenchTable)] = [
            ("rtp", RTPCases.table), ("srtp", { SealCases.table(sessions: 1) }),
            ("srtp1000", { SealCases.table(sessions: 1000) }), ("forward", ForwardCases.table),
            ("peer", PeerCases.table), ("sessions", HandshakeCases.table),
        ]
        for (name, make) in tables where wanted == nil || wanted == name {
            make().run(rounds: rounds, roundMilliseconds: milliseconds, part: part)
        }
    }
}
