import CommandLineKit
import Commerce
import Primitives
import Stores

/// Where a storm takes place: a catalogue of its own, made for it, or a real one.
struct StormGround {
    var store: any ShopStore
    let catalogue: CatalogueName
    let code: SKUCode
    let isOwn: Bool
    /// Before the first buyer came.
    let stock: Stock
    private let clocks: Clocks

    /// A catalogue with one SKU, whose offers and payments take as long as its holds.
    init(
        making name: CatalogueName, _ code: SKUCode, stock: Stock, holdTime: Duration,
        in shop: Shop
    ) throws {
        store = shop.store
        catalogue = name
        self.code = code
        self.stock = stock
        isOwn = true
        clocks = shop.console.clocks
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(name, by: request, at: clocks.wall()) { ledger in
            let catalogue = try ledger.createCatalogue(
                brand: "Storm", currency: Commerce.Currency("USD"))
            var patch = ListingPatch()
            patch.title = "What everybody wants"
            patch.price = try Amount("19.99")
            _ = try ledger.addSKU(code, patch, stock: stock, in: catalogue)
            var policy = HoldPolicy.none
            policy.offerTime = holdTime
            _ = try ledger.setPolicy(for: .catalogue, to: policy)
            return [:]
        }
    }

    /// A SKU that is there.
    init(real code: SKUCode, in shop: Shop) throws {
        store = shop.store
        catalogue = shop.catalogue
        self.code = code
        isOwn = false
        clocks = shop.console.clocks
        stock = try shop.readSettled { try $0.requireSKU(code).stock }
    }

    func read<Answer>(_ question: (any CatalogueReader) throws -> Answer) throws -> Answer {
        try store.read(catalogue, at: clocks.wall(), question)
    }

    func reservations(_ states: Set<Reservation.State>) throws -> [Reservation] {
        var found: [Reservation] = []
        let filter = ReservationFilter(states: states, code: code)
        try read { reader in
            try reader.eachReservation(matching: filter) { reservation in
                found.append(reservation)
                return true
            }
        }
        return found
    }

    func letDueExpire() throws {
        let request = ReservationRequest(.expire)
        for result in try store.perform([request], in: catalogue, at: clocks.wall()) {
            _ = try result.get()
        }
    }

    /// What the storm's buyers still hold goes back.
    func release(_ storm: Storm) throws {
        let open = try reservations([.held, .paying]).filter { storm.number(of: $0.buyer) != nil }
        let waiting = try read { try $0.waitlist(for: code) }.filter {
            storm.number(of: $0.buyer) != nil
        }
        // First the places, or what is given back would be offered to them.
        let verbs: [ReservationVerb] =
            waiting.map { .leave($0.id) } + open.map { .release($0.id) }
        var rest = verbs[...]
        while !rest.isEmpty {
            let requests = rest.prefix(256).map { ReservationRequest($0) }
            rest = rest.dropFirst(256)
            _ = try store.perform(requests, in: catalogue, at: clocks.wall())
        }
    }

    func delete() throws {
        guard isOwn else { return }
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(catalogue, by: request, at: clocks.wall()) { ledger in
            try ledger.deleteCatalogue()
            return [:]
        }
        // Nobody will ask what happened in it.
        _ = try store.trim(
            catalogue, before: clocks.wall() + .seconds(1), isDryRun: false, progress: { _ in })
    }
}
