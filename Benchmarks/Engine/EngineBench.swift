/// Measures the engine's parts beside their limits and prints tables in Markdown.
///
/// `engine-bench [rounds] [milliseconds of a round] [word of a title]`
@main
enum EngineBench {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.compactMap { Int($0) }
        let rounds = numbers.first ?? 21
        let milliseconds = numbers.dropFirst().first ?? 10
        let wanted = words.first { Int($0) == nil }
        let tables: [(String, () -> BenchTable)] = [
            ("rtp", RTPCases.table), ("srtp", { SealCases.table(sessions: 1) }),
            ("srtp1000", { SealCases.table(sessions: 1000) }), ("forward", ForwardCases.table),
            ("peer", PeerCases.table), ("sessions", HandshakeCases.table),
        ]
        for (name, make) in tables where wanted == nil || wanted == name {
            make().run(rounds: rounds, roundMilliseconds: milliseconds)
        }
    }
}
