import Commerce
import CrowdSupport
import Primitives
import Stores
import TestSupport
import Testing

extension CrashTests {
    /// The audit of these tests finds what it is for.
    @Suite struct AuditTests {
        private let folder = ScratchFolder()
        private let store: SQLiteStore
        private let told: [Told]

        /// One buyer after the other, without any trouble.
        init() throws {
            var shop = try CrashShop()
            shop.hotUnits = 50
            store = try SQLiteStore(
                creatingAt: folder.path("store.db"), at: CrowdProgram.now(),
                options: .init(patience: .seconds(30), isInterrupted: { false }))
            try shop.stock(store)
            var plan = shop.plan(seed: 1, name: "x")
            plan.batch = 16
            var crowd = BuyerCrowd(plan, on: store)
            var told: [Told] = []
            for _ in 0..<40 {
                _ = try crowd.round(at: CrowdProgram.now(), clock: CrowdProgram.steadyTime) {
                    told += $0
                }
            }
            self.told = told
        }

        private func problems(_ told: [Told]) throws -> [String] {
            try CrowdAudit(store, told: told, kept: .allInOrder).problems
        }

        @Test func `what is well has no problems`() throws {
            #expect(told.contains { if case .short = $0.outcome { true } else { false } })
            #expect(try problems(told) == [])
        }

        @Test func `a sale that is not there is found`() throws {
            let last = try #require(told.last)
            let lost = Told(
                asked: last.asked, answered: last.answered, verb: .confirm, id: "rsv_lost",
                outcome: .state(.confirmed))
            #expect(
                try problems(told + [lost]) == [
                    "rsv_lost was told to be confirmed, and is not there"
                ])
        }

        @Test func `a step that was told before it was asked for is found`() throws {
            let place = try #require(
                told.firstIndex { $0.verb == .reserve && $0.outcome == .state(.held) })
            var told = told
            let late = told[place]
            // Of those that follow it in the log all were told before.
            told = told.filter { $0.id != late.id || $0.verb != .reserve }
            let far = late.answered + 3_600_000_000_000
            told.append(
                Told(asked: far, answered: far, verb: .reserve, id: late.id, outcome: late.outcome))
            #expect(try problems(told).contains { $0.contains("was asked for after place") })
        }

        @Test func `units that were not there at any moment are found`() throws {
            let place = try #require(
                told.firstIndex { if case .short = $0.outcome { true } else { false } })
            let line = told[place]
            guard case .short(let shorts) = line.outcome else { return }
            var told = told
            told[place] = Told(
                asked: line.asked, answered: line.answered, verb: line.verb, id: line.id,
                outcome: .short(
                    shorts.map { .init(code: $0.code, wanted: 900, available: $0.available + 77) }))
            #expect(try problems(told).contains { $0.contains("not so between") })
        }

        @Test(arguments: [(10.1, 0), (9.9, 1), (10.25, 1)])
        func `a sale that was told before it was on the disk is found`(
            synced: Double, tooEarly: Int
        ) {
            let trace = SyncTrace([
                """
                7 10.0 pwrite64(3</store.db-wal>, "x", 1, 0) = 1 <0.000100>
                7 10.2 write(1</told>, "1 2 confirm rsv_1 state confirmed") = 9 <0.000100>
                """, "8 \(synced) fdatasync(3</store.db-wal>) = 0 <0.010000>",
            ])
            #expect((trace.sales, trace.syncs, trace.tooEarly.count) == (1, 1, tooEarly))
        }
    }
}
