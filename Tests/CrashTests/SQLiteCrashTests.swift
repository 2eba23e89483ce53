import Commerce
import CrowdSupport
import Primitives
import Stores
import TestSupport
import Testing

/// Crowds of buyers on one SQLite store, and what happens to processes and disks.
@Suite(.serialized) struct SQLiteCrashTests {
    private let folder = ScratchFolder()
    private let shop: CrashShop
    private var path: String { folder.path("store.db") }

    init() throws {
        shop = try CrashShop()
    }

    private func makeStore() throws -> SQLiteStore {
        let store = try SQLiteStore(
            creatingAt: path, at: CrowdProgram.now(),
            options: .init(patience: .seconds(30), isInterrupted: { false }))
        try shop.stock(store)
        return store
    }

    @Test func `buyers are killed at any instant`() throws {
        let store = try makeStore()
        let seed = CrashRuns.seed
        let crowds = try Crowds(8, on: path, seed: seed) { number in
            var plan = shop.plan(seed: seed &+ UInt64(number), name: "c\(number)")
            plan.batch = [1, 4, 16][number % 3]
            plan.waits = number % 4 == 0 ? 10 : 0
            plan.holdTime = .seconds(number % 4 == 1 ? 1 : 600)
            return plan
        }
        for _ in 0..<(30 * CrashRuns.size) {
            try crowds.killOne(after: crowds.randomLines(upTo: 400))
        }
        let told = try crowds.finish()
        let audit = try CrowdAudit(store, told: told, isOneHistory: true)
        #expect(audit.problems.isEmpty, "seed \(seed): \(audit.problems.prefix(20))")
        #expect(try store.check { _ in }.findings.isEmpty)
        #expect(audit.open > 1000 && audit.confirmed > 300, "\(audit.open) \(audit.confirmed)")
        try expectUnitsComeBack(store, told)
    }

    /// Days later nothing is held any more, and what is not sold can be sold.
    private func expectUnitsComeBack(_ store: SQLiteStore, _ told: [Told]) throws {
        for hours in [24, 48, 72] {
            let later = CrowdProgram.now() + .seconds(hours * 3600)
            _ = try store.perform([ReservationRequest(.expire)], in: .standard, at: later)
        }
        let audit = try CrowdAudit(store, told: told, isOneHistory: false)
        #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
        for code in shop.hot + shop.deep { #expect(audit.stock(code)?.held == 0) }
    }
}

/// How long these tests go on, and by which numbers.
enum CrashRuns {
    /// LC_CRASH_SIZE makes them this many times as long.
    static let size = Machine.variable("LC_CRASH_SIZE").flatMap { Int($0) } ?? 1
    static let seed = Machine.variable("LC_CRASH_SEED").flatMap { UInt64($0) } ?? 2026
}
