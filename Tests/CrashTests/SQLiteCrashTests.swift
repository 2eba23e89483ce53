import Commerce
import CrowdSupport
import Primitives
@testable import Stores
import TestSupport
import Testing

extension CrashTests {
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
            let audit = try CrowdAudit(store, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "seed \(seed): \(audit.problems.prefix(20))")
            #expect(try store.check { _ in }.findings.isEmpty)
            #expect(audit.open > 1000 && audit.confirmed > 300, "\(audit.open) \(audit.confirmed)")
            try expectUnitsComeBack(store, told)
        }

        @Test(.enabled(if: SmallDisk.isPermitted || Machine.isCI))
        func
            `a full disk is told, leaves nothing half done, and is forgotten with more room`()
            throws
        {
            let disk = try SmallDisk(size: "6m")
            _ = try makeStore()
            try disk.shell("cp \(path) \(disk.path)/store.db")
            let store = "\(disk.path)/store.db"
            let crowds = try Crowds(4, on: store, seed: 1, under: disk.inside) { number in
                shop.plan(seed: CrashRuns.seed &+ UInt64(number), name: "d\(number)")
            }
            func isFull(_ told: Told) -> Bool {
                if case .undone(let reason) = told.outcome {
                    reason.hasPrefix("full")
                } else {
                    false
                }
            }
            try eventually("the disk is full") { crowds.told.contains(where: isFull) }
            try eventually("the tool is refused, too") {
                let refused = try ProcessRun.run(
                    disk.inside[0],
                    disk.inside.dropFirst() + [
                        Programs.path("lcctl"), "sku", "stock", "adjust", "DEEP", "1", "--store",
                        store,
                    ], environment: ["HOME": folder.path, "LANG": "C.UTF-8"])
                return refused.status != 0 && refused.talk.contains("no space left for store")
                    && refused.talk.contains("nothing was changed")
            }

            try disk.resize("64m")
            let refusals = crowds.told.count
            try eventually("the store goes on") {
                let sales = crowds.told.dropFirst(refusals).count {
                    $0.outcome == .state(.confirmed)
                }
                return sales > 100
            }
            let told = try crowds.finish()
            let wrong = told.filter {
                switch $0.outcome {
                case .undone(let reason): !isFull($0) && reason != "interrupted"
                case .unknown(let reason): !reason.contains("full")
                default: false
                }
            }
            #expect(wrong.isEmpty, "\(wrong.prefix(5).map(\.text))")
            try disk.shell("cp \(store)* \(folder.path)/")
            let copy = try CrowdProgram.open(path)
            let audit = try CrowdAudit(copy, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.open > 500 && audit.confirmed > 100, "\(audit.open) \(audit.confirmed)")
        }

        @Test func `a sale that could not be brought to the disk is unknown`() throws {
            let store = try makeStore()
            let unknown = StoreError.unknown(server: path, reason: "no space left")
            #expect(throws: unknown) {
                try store.groupSync.sync { () throws(StoreError) in throw .full(path: path) }
            }
        }

        @Test(.enabled(if: FakeClock.isThere))
        func
            `a clock that is set sells nothing twice, and holds end in their time`()
            throws
        {
            let store = try makeStore()
            let clock = try FakeClock()
            let crowds = try Crowds(
                4, on: path, seed: CrashRuns.seed, environment: clock.environment
            ) { number in
                var plan = shop.plan(seed: CrashRuns.seed &+ UInt64(number), name: "t\(number)")
                plan.holdTime = .seconds(2)
                return plan
            }
            var ahead = 0
            for step in [-3600, 7200, -90_000, 60, -1, 3600, -600] {
                try crowds.waitForMore(600)
                ahead += step
                try clock.set(bySeconds: ahead)
                try crowds.killOne(after: 50)
            }
            try crowds.waitForMore(600)
            let told = try crowds.finish()
            let audit = try CrowdAudit(store, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.open > 100, "\(audit.open)")
            // The clock was last set back by ten minutes. A hold of two seconds does not notice.
            try eventually("holds end in real time", within: .seconds(15)) {
                let now = CrowdProgram.now() + .seconds(ahead)
                _ = try store.perform([ReservationRequest(.expire)], in: .standard, at: now)
                return try store.read(.standard, at: now) {
                    try $0.dueReservations(at: WallClock(millisecondsSince1970: .max), limit: 1)
                }.isEmpty
            }
            try expectUnitsComeBack(store, told)
        }

        @Test(.enabled(if: SyncTrace.isThere))
        func `a sale is on the disk before it is told, whoever has brought it there`() throws {
            _ = try makeStore()
            let files = (0..<4).map { folder.path("trace\($0)") }
            let crowds = try files.enumerated().map { number, file in
                try Crowds(1, on: path, seed: 1, under: SyncTrace.words(into: file)) { _ in
                    var plan = shop.plan(seed: CrashRuns.seed &+ UInt64(number), name: "s\(number)")
                    plan.batch = 2
                    return plan
                }
            }
            for crowd in crowds { try crowd.waitForMore(100) }
            for crowd in crowds { _ = try crowd.finish() }
            let trace = SyncTrace(files.map { Files.read($0) ?? "" })
            #expect(trace.tooEarly.isEmpty, "\(trace.tooEarly.prefix(5))")
            #expect(trace.sales > 20 && trace.syncs > 10, "\(trace.sales) \(trace.syncs)")
        }

        /// Days later nothing is held any more, and what is not sold can be sold.
        private func expectUnitsComeBack(_ store: SQLiteStore, _ told: [Told]) throws {
            for hours in [24, 48, 72] {
                let later = CrowdProgram.now() + .seconds(hours * 3600)
                _ = try store.perform([ReservationRequest(.expire)], in: .standard, at: later)
            }
            let audit = try CrowdAudit(store, told: told, kept: .all)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            for code in shop.hot + shop.deep { #expect(audit.stock(code)?.held == 0) }
        }
    }
}
