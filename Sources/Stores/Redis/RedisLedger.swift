import Commerce
import Primitives

/// One catalogue as a change sees it: what the server has, and over it what the change has done.
struct RedisLedger {
    let reading: CatalogueReading
    /// To be written as a whole, in order.
    private(set) var operations: [String] = []
    var sequence: Int64

    init(_ reading: CatalogueReading) {
        self.reading = reading
        sequence = reading.look.sequence
    }

    /// A letter and its words. No text of ours has form feeds.
    mutating func add(_ words: String...) {
        operations.append(words.joined(separator: "\u{C}"))
    }

    mutating func add(_ words: [String]) {
        operations.append(words.joined(separator: "\u{C}"))
    }

    var name: CatalogueName { reading.name }
    var now: WallClock { reading.look.now }
    var holdClock: HoldClock { reading.look.holdClock }
}

extension RedisLedger: CatalogueReader {
    func catalogue() throws -> Catalogue? { try reading.catalogue() }
    func hasSKUsOrShows() throws -> Bool { try reading.hasSKUsOrShows() }
    func sku(_ code: SKUCode) throws -> SKU? { try reading.sku(code) }
    func stock(of code: SKUCode) throws -> Stock? { try reading.sku(code)?.stock }
    func show(_ id: ShowID) throws -> Show? { try reading.show(id)?.show }
    func rail(of show: ShowID) throws -> Rail { try reading.show(show)?.rail ?? .empty }
    func overlay(of show: ShowID) throws -> Overlay { try reading.show(show)?.overlay ?? Overlay() }
    func openShows(listing code: SKUCode) throws -> [ShowID] { try reading.openShows(code) }
    func liveShows() throws -> [ShowID] { try reading.liveShows() }

    func reservation(_ id: ReservationID) throws -> Reservation? {
        try reading.text(["GET", "v:\(id)"]).map { try Reservation(id: id.text, packed: $0) }
    }

    func dueReservations(at time: WallClock, limit: Int) throws -> [Reservation] {
        let ids = try reading.texts([
            "ZRANGE", "due", "-inf", "\(time.millisecondsSince1970)", "BYSCORE", "LIMIT", "0",
            "\(limit)",
        ])
        return try reading.reservations(ids)
    }

    func hasOpenReservations() throws -> Bool { reading.look.openCount > 0 }

    func nextDeadline(of code: SKUCode) throws -> WallClock? {
        let first = try reading.texts(["ZRANGE", "e:\(code)", "0", "0", "WITHSCORES"])
        return first.count == 2 ? try PackedText(first[1]).time() : nil
    }

    func unitsHeld(by buyer: BuyerID) throws -> Int64 {
        try reading.text(["HGET", "b:\(buyer)", ""])?.integer() ?? 0
    }

    func unitsTaken(by buyer: BuyerID, of code: SKUCode) throws -> Int64 {
        try reading.text(["HGET", "b:\(buyer)", code.text])?.integer() ?? 0
    }

    func flashUse(of code: SKUCode, in show: ShowID) throws -> FlashUse? {
        try reading.text(["HGET", "w:\(show)", "f:\(code)"]).map { try FlashUse(packed: $0) }
    }

    func policy(for scope: HoldPolicy.Scope) throws -> HoldPolicy { try reading.policy(scope) }

    func waiting(_ id: WaitID) throws -> Waiting? {
        try reading.text(["GET", "x:\(id)"]).map { try Waiting(id: id.text, packed: $0) }
    }

    func waiting(of buyer: BuyerID, for code: SKUCode) throws -> Waiting? {
        try reading.text(["HGET", "lb:\(code)", buyer.text])
            .flatMap { try waiting(WaitID($0.string)) }
    }

    func firstWaiting(for code: SKUCode) throws -> Waiting? {
        try reading.texts(["ZRANGE", "l:\(code)", "0", "0"]).first
            .flatMap { try waiting(WaitID($0)) }
    }

    func waitingCount(for code: SKUCode) throws -> Int64 {
        try reading.number(["ZCARD", "l:\(code)"])
    }
}
