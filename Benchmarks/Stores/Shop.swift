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
        store = try Self.open(address)
        buyerPrefix = String(random.next() >> 24, radix: 36)
    }

    private static func open(_ address: String) throws -> any Store {
        switch try StoreAddress(address) {
        case .sqlite(let path):
            return try SQLiteStore(
                creatingAt: path, at: wallNow(),
                options: .init(patience: .seconds(60), isInterrupted: { false }))
        case .redis(let address, let text):
            return try RedisStore(
                address, text: text,
                options: RedisOptions(
                    patience: .seconds(60), connectTimeout: .seconds(5), password: nil,
                    sentinelPassword: nil, isInterrupted: { false }))
        }
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
    func reserve(
        _ number: Int, at now: WallClock, as id: ReservationID? = nil
    ) throws -> (ReservationID, ReservationRequest) {
        buyers += 1
        let id = id ?? ReservationID(at: now, random: &random)
        let plan = try ReservationPlan(
            id: id, buyer: BuyerID("\(buyerPrefix)-\(buyers)"), show: nil,
            lines: [WantedLine(code: Self.code(number), quantity: 1)])
        return (id, ReservationRequest(.reserve(plan)))
    }

    /// Holds of the first SKU whose names other programs can guess: `rsv_000000000000` and on.
    func hold(count: Int) throws {
        var done = 0
        while done < count {
            let now = wallNow()
            let end = min(done + 2000, count)
            let requests = try (done..<end).map { number in
                let digits = String(number)
                let zeros = String(repeating: "0", count: 12 - digits.utf8.count)
                return try reserve(0, at: now, as: ReservationID("rsv_\(zeros)\(digits)")).1
            }
            try perform(requests, at: now)
            done = end
        }
    }

    /// All of them must be done: a refusal would be a benchmark of refusals.
    func perform(_ requests: [ReservationRequest], at now: WallClock) throws {
        for result in try store.perform(requests, in: .standard, at: now) { _ = try result.get() }
    }
}
