import Commerce
import Glibc
import Primitives
import Stores
import Testing

/// Buyers against each store, seed after seed. LC_SEEDS says how many.
@Suite struct ShopSimulationTests {
    private static let seeds = unsafe getenv("LC_SEEDS").flatMap {
        unsafe UInt64(String(cString: $0))
    }

    private func run(
        _ seed: UInt64, on tested: any TestedStore, _ stores: [any Store], tears: Bool,
        reopens: Bool
    ) throws -> (problems: [String], tally: ShopSimulation.Tally) {
        let plan = ShopSimulation.Plan(
            seed: seed, waits: seed % 2 == 0, tears: tears, reopens: reopens)
        var simulation = try ShopSimulation(
            plan, on: tested, stores: stores, name: CatalogueName("seed\(seed)"))
        return try simulation.run()
    }

    @Test(arguments: StoreKind.available)
    func `no seed breaks a promise of the store`(kind: StoreKind) throws {
        let tested = try kind.make()
        let stores = try (0..<3).map { _ in try tested.open() }
        var tally = ShopSimulation.Tally()
        let count = Self.seeds ?? (kind == .sqlite ? 200 : 100)
        // The last one found out that two lost answers can set two deadlines.
        for seed in Set(1...count).union([1797]).sorted() {
            // A transaction of Redis is one script: nothing can tear it but the server's end.
            let (problems, seen) = try run(
                seed, on: tested, stores, tears: kind == .sqlite, reopens: true)
            tally += seen
            guard problems.isEmpty else {
                Issue.record("seed \(seed): \(problems.joined(separator: "\n"))")
                return
            }
        }
        let counts = [
            tally.answers, tally.refusals, tally.lost, tally.confirmed, tally.late, tally.expired,
        ]
        #expect(counts.allSatisfy { $0 > 20 }, "\(tally)")
        #expect(kind != .sqlite || tally.torn > 20)
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    func `a store that breaks a promise now and then is found out`(
        fault: FaultyStore.Fault
    ) throws {
        let tested = try StoreKind.sqlite.make()
        let store = FaultyStore(try tested.open(), fault)
        // Odd seeds only: in the others offers come by themselves, and less is known.
        let isFound = try (UInt64(0)..<100).contains { number in
            try !run(number * 2 + 1, on: tested, [store], tears: false, reopens: false).problems
                .isEmpty
        }
        #expect(isFound)
    }
}
