/// Threads that each do the same piece of work once; whoever began them asks whether all have
/// ended.
package final class Lanes: Sendable {
    private let ends: [StopFlag]
    /// As many as the system gave.
    package let count: Int

    package init(_ wanted: Int, _ body: @escaping @Sendable () -> Void) {
        var ends: [StopFlag] = []
        for _ in 0..<min(max(1, wanted), Crew.Limits.threads) {
            let end = StopFlag()
            let thread = CrewThread {
                body()
                end.raise()
            }
            if thread.go(on: { _ in }) { ends.append(end) }
        }
        self.ends = ends
        count = ends.count
    }

    package var areDone: Bool { ends.allSatisfy(\.isRaised) }
}
