import Commerce
import Glibc
import Primitives
import Stores
import Testing

/// Buyers against each store, seed after seed. LC_SEEDS says how many.
@Suite struct ShopSimulationTests {
    private static var seeds: UInt64? {
        unsafe getenv("LC_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) }
    }

    @Test(arguments: StoreKind.available)
    func `no seed breaks a promise of the store`(kind: StoreKind) throws {
        let tested = try kind.make()
        let stores = try (0..<3).map { _ in try tested.open() }
        let seeds = Self.seeds ?? (kind == .sqlite ? 200 : 100)
        var tally = ShopSimulation.Tally()
        for seed in 1...seeds {
            var simulation = try ShopSimulation(
                ShopSimulation.Plan(
                    seed: seed, waits: seed % 2 == 0, tears: kind == .sqlite),
                on: tested, stores: stores, name: CatalogueName("seed\(seed)"))
            let (problems, seen) = try simulation.run()
            tally += seen
            guard problems.isEmpty else {
                Issue.record("seed \(seed): \(problems.joined(separator: "\n"))")
                return
            }
        }
        print(tally)
    }
}
