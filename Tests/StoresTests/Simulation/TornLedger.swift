import Commerce
import Primitives

/// A ledger that is torn away from a verb when it appends for the nth time.
struct TornLedger: Ledger {
    struct Torn: Error {}

    var base: any Ledger
    /// How many appends still work.
    private var left: Int

    init(_ base: any Ledger, after left: Int) {
        self.base = base
        self.left = left
    }

    mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws {
        guard left > 0 else { throw Torn() }
        left -= 1
        try base.append(body, concerning: shows)
    }

    var name: CatalogueName { base.name }
    var now: WallClock { base.now }
    var holdClock: HoldClock { base.holdClock }
    var sequence: Int64 { base.sequence }
    func catalogue() throws -> Catalogue? { try base.catalogue() }
    func hasSKUsOrShows() throws -> Bool { try base.hasSKUsOrShows() }
    func sku(_ code: SKUCode) throws -> SKU? { try base.sku(code) }
    func stock(of code: SKUCode) throws -> Stock? { try base.stock(of: code) }
    func show(_ id: ShowID) throws -> Show? { try base.show(id) }
    func rail(of show: ShowID) throws -> Rail { try base.rail(of: show) }
    func overlay(of show: ShowID) throws -> Overlay { try base.overlay(of: show) }
    func openShows(listing code: SKUCode) throws -> [ShowID] {
        try base.openShows(listing: code)
    }
    func liveShows() throws -> [ShowID] { try base.liveShows() }
    func reservation(_ id: ReservationID) throws -> Reservation? { try base.reservation(id) }
    func dueReservations(at time: WallClock, limit: Int) throws -> [Reservation] {
        try base.dueReservations(at: time, limit: limit)
    }
    func hasOpenReservations() throws -> Bool { try base.hasOpenReservations() }
    func nextDeadline(of code: SKUCode) throws -> WallClock? { try base.nextDeadline(of: code) }
    func unitsHeld(by buyer: BuyerID) throws -> Int64 { try base.unitsHeld(by: buyer) }
    func unitsTaken(by buyer: BuyerID, of code: SKUCode) throws -> Int64 {
        try base.unitsTaken(by: buyer, of: code)
    }
    func flashUse(of code: SKUCode, in show: ShowID) throws -> FlashUse? {
        try base.flashUse(of: code, in: show)
    }
    func policy(for scope: HoldPolicy.Scope) throws -> HoldPolicy { try base.policy(for: scope) }
    func waiting(_ id: WaitID) throws -> Waiting? { try base.waiting(id) }
    func waiting(of buyer: BuyerID, for code: SKUCode) throws -> Waiting? {
        try base.waiting(of: buyer, for: code)
    }
    func firstWaiting(for code: SKUCode) throws -> Waiting? { try base.firstWaiting(for: code) }
    func waitingCount(for code: SKUCode) throws -> Int64 { try base.waitingCount(for: code) }
}
