import Commerce
import Primitives

/// What a step has read of its catalogue. Nobody else can change it before the transaction ends,
/// so it is read once.
final class StepMemory {
    /// Of each kind; more is forgotten and read anew.
    private static let limit = 2000

    private(set) var listings: [SKUCode: Listing] = [:]
    private(set) var stocks: [SKUCode: Stock] = [:]
    private(set) var reservations: [ReservationID: Reservation] = [:]
    private(set) var policies: [HoldPolicy.Scope: HoldPolicy] = [:]
    /// SKUs that nobody waits for.
    private var unwanted: Set<SKUCode> = []
    /// No open reservation has a deadline up to here.
    private var sweptUntil: WallClock?

    func keep(_ sku: SKU) {
        if listings.count >= Self.limit { listings.removeAll() }
        listings[sku.code] = sku.listing
        keep(sku.stock, of: sku.code)
    }

    func keep(_ stock: Stock, of code: SKUCode) {
        if stocks.count >= Self.limit { stocks.removeAll() }
        stocks[code] = stock
    }

    func keep(_ listing: Listing, of code: SKUCode) {
        if listings[code] != nil { listings[code] = listing }
    }

    func forget(_ code: SKUCode) {
        listings[code] = nil
        stocks[code] = nil
    }

    func keep(_ reservation: Reservation) {
        if reservations.count >= Self.limit { reservations.removeAll() }
        reservations[reservation.id] = reservation
        if let time = sweptUntil, reservation.state.isOpen, reservation.deadline <= time {
            sweptUntil = nil
        }
    }

    func keep(_ policy: HoldPolicy, for scope: HoldPolicy.Scope) {
        if policies.count >= Self.limit { policies.removeAll() }
        policies[scope] = policy
    }

    func isUnwanted(_ code: SKUCode) -> Bool { unwanted.contains(code) }

    func noteUnwanted(_ code: SKUCode) {
        if unwanted.count >= Self.limit { unwanted.removeAll() }
        unwanted.insert(code)
    }

    func noteWanted(_ code: SKUCode) { unwanted.remove(code) }

    func isSwept(until time: WallClock) -> Bool { sweptUntil.map { time <= $0 } ?? false }

    func noteSwept(until time: WallClock) { sweptUntil = time }

    func forgetAll() {
        listings = [:]
        stocks = [:]
        reservations = [:]
        policies = [:]
        unwanted = []
        sweptUntil = nil
    }
}
