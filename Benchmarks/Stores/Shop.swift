import Commerce
import Primitives
import Stores

/// A connection to the store that is measured.
final class Shop {
    let store: any Store
    private var random = SystemRandomNumberGenerator()
    private var buyers = 0
    private let buyerPrefix: String

    init(_ address: String) throws {
        store = try SQLiteStore(
            creatingAt: StoreAddress(address).path, at: wallNow(),
            options: .init(patience: .seconds(60), isInterrupted: { false }))
        buyerPrefix = String(random.next() >> 24, radix: 36)
    }

    /// SKUs as a shop has them, and holds that last as long as any may.
    func fill(skus: Int) throws {
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(.standard, by: request, at: wallNow()) { ledger in
            var policy = HoldPolicy()
            policy.holdTime = HoldPolicy.maximumTime
            policy.holdLimit = HoldPolicy.maximumTime
            _ = try ledger.setPolicy(for: .catalogue, to: policy)
            for number in 0..<skus {
                let sku = try SKU(
                    code: Self.code(number), listing: Self.listing(number),
                    stock: Stock(onHand: Stock.maximum))
                try ledger.append(.skuAdded(sku), concerning: [])
            }
            return .null
        }
    }

    static func code(_ number: Int) throws -> SKUCode { try SKUCode("TEE-\(number)") }

    private static func listing(_ number: Int) throws -> Listing {
        var attributes = Attributes()
        try attributes.set("colour", to: "red")
        try attributes.set("size", to: "M")
        return try Listing(
            title: "T-shirt number \(number), organic cotton", price: Price(minor: 1999),
            compareAtPrice: Price(minor: 2999), family: "tee-\(number / 8)",
            imageURL: "https://cdn.shop.example/images/tee-\(number).jpg",
            pageURL: "https://shop.example/p/tee-\(number)",
            barcode: "\(4_000_000_000_000 + number)",
            attributes: attributes)
    }

    /// What a buyer who was never here asks for.
    func reserve(_ number: Int, at now: WallClock) throws -> (ReservationID, ReservationRequest) {
        buyers += 1
        let id = ReservationID(at: now, random: &random)
        let plan = try ReservationPlan(
            id: id, buyer: BuyerID("\(buyerPrefix)-\(buyers)"), show: nil,
            lines: [WantedLine(code: Self.code(number), quantity: 1)])
        return (id, ReservationRequest(.reserve(plan)))
    }

    /// All of them must be done: a refusal would be a benchmark of refusals.
    func perform(_ requests: [ReservationRequest], at now: WallClock) throws {
        for result in try store.perform(requests, in: .standard, at: now) { _ = try result.get() }
    }
}
