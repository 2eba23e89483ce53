import Commerce
import Primitives
@testable import Stores
import Testing

/// A trimmed log goes on as if nothing were missing.
@Suite struct TrimTests {
    private static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
    private let scratch = ScratchStore()

    private func run(_ script: inout RandomVerbs, _ steps: Range<Int>, on store: SQLiteStore) throws
    {
        for step in steps {
            let verb = try script.next()
            _ = try? store.change(
                .standard, by: ChangeRequest(key: nil, fingerprint: Fingerprint()),
                at: Self.start + .seconds(step)
            ) { try verb.run(&$0) }
        }
    }

    private func trim(_ store: SQLiteStore, before step: Int, isDryRun: Bool = false) throws
        -> TrimReport
    {
        try store.trim(
            .standard, before: Self.start + .seconds(step), isDryRun: isDryRun, progress: { _ in })
    }

    @Test(arguments: [UInt64(11), 12, 13, 14])
    func `what is left replays from the snapshot`(seed: UInt64) throws {
        let store = try scratch.open()
        var script = RandomVerbs(seed: seed)
        var removed: Int64 = 0
        for round in 1...4 {
            try run(&script, (round - 1) * 150..<round * 150, on: store)
            try endShows(of: store, at: round * 150)
            let before = try store.check { _ in }
            #expect(before.findings.isEmpty)
            let report = try trim(store, before: round * 150 - 40)
            removed += report.removed
            let after = try store.check { _ in }
            #expect(after.findings.isEmpty, "\(after.findings)")
            #expect(after.events == before.events)
            #expect(try trim(store, before: round * 150 - 40).removed == 0)
        }
        #expect(removed > 100)
    }

    /// Shows that have not ended keep their events.
    private func endShows(of store: SQLiteStore, at step: Int) throws {
        for number in 0..<3 {
            _ = try? store.change(
                .standard, by: ChangeRequest(key: nil, fingerprint: Fingerprint()),
                at: Self.start + .seconds(step)
            ) { ledger in
                let id = try ShowID("shw_\(number)")
                if try ledger.requireShow(id).state == .scheduled { _ = try ledger.startShow(id) }
                return .string(try ledger.endShow(id).id.text)
            }
        }
    }

    @Test func `a show that has not ended keeps its log, and a dry run removes nothing`() throws {
        let store = try scratch.open()
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(.standard, by: request, at: Self.start) { ledger in
            let details = try ShowDetails(title: "S", host: nil, scheduledAt: nil)
            return .string(try ledger.createShow(ShowID("shw_0"), details).id.text)
        }
        #expect(try trim(store, before: 60, isDryRun: true) == trim(store, before: 60))
        let left = try store.read(.standard, at: Self.start) {
            try $0.events(of: ShowID("shw_0"), after: 0, limit: 10)
        }
        #expect(left.count == 1)
    }
}
