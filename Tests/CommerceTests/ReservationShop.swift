@testable import Commerce
import Primitives
import Testing

/// A catalogue in memory that is looked over after every step: its promises, its log, and the
/// catalogue that the log gives when it is read back from text.
struct ReservationShop {
    static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)

    private(set) var ledger: MemoryLedger
    private var audit: LogAudit

    /// Prices are 19.99; each SKU has the stock that stands beside it.
    init(stock: [(SKUCode, Int64)] = [], show: ShowID? = nil) throws {
        ledger = MemoryLedger(name: .standard, now: Self.start)
        audit = LogAudit(name: .standard)
        try change { ledger in
            let catalogue = try ledger.createCatalogue(brand: "Acme", currency: Currency("USD"))
            var patch = ListingPatch()
            patch.title = "T-shirt"
            patch.price = try Amount("19.99")
            for (code, units) in stock {
                _ = try ledger.addSKU(code, patch, stock: Stock(onHand: units), in: catalogue)
            }
            guard let show else { return }
            let details = try ShowDetails(title: "Friday", host: nil, scheduledAt: nil)
            _ = try ledger.createShow(show, details)
            _ = try ledger.addToRail(of: show, stock.map { .init(code: $0.0) }, at: nil)
            _ = try ledger.startShow(show)
        }
    }

    var now: WallClock {
        get { ledger.now }
        set { ledger.now = newValue }
    }

    mutating func pass(_ time: Duration) { now = now + time }

    /// As stores do it: what was due stays expired where the verb is refused.
    mutating func perform(_ verb: ReservationVerb) throws -> ReservationAnswer {
        var copy = ledger
        do {
            let answer = try copy.perform(verb)
            ledger = copy
            let due = ledger.dueReservations(at: ledger.holdClock.last, limit: 1)
            #expect(due.isEmpty)
            try look()
            return answer
        } catch let refusal as CommerceError {
            if case .noCatalogue = refusal { throw refusal }
            _ = try ledger.perform(.expire)
            #expect(copy.log == ledger.log, "a refused verb has appended something")
            try look()
            throw refusal
        }
    }

    mutating func change<Answer>(_ verb: (inout MemoryLedger) throws -> Answer) throws -> Answer {
        var copy = ledger
        let answer = try verb(&copy)
        ledger = copy
        try look()
        return answer
    }

    private mutating func look() throws {
        try audit.read(ledger.log)
        let problems = audit.problems(of: ledger)
        #expect(problems.isEmpty, "\(problems)")
    }
}

// MARK: words for tests

extension ReservationShop {
    mutating func reserve(
        _ id: String, _ lines: [(SKUCode, Int64)], by buyer: String = "ann",
        in show: ShowID? = nil, for time: Duration? = nil, isPartial: Bool = false
    ) throws -> ReservationAnswer {
        try perform(
            .reserve(
                ReservationPlan(
                    id: ReservationID("rsv_\(id)"), buyer: BuyerID(buyer), show: show,
                    lines: lines.map { try WantedLine(code: $0.0, quantity: $0.1) },
                    holdTime: time, isPartial: isPartial)))
    }

    mutating func join(
        _ id: String, _ buyer: String, _ code: SKUCode, _ quantity: Int64, in show: ShowID? = nil
    ) throws -> ReservationAnswer {
        try perform(
            .join(
                WaitPlan(
                    id: WaitID("wl_\(id)"), buyer: BuyerID(buyer), show: show,
                    line: WantedLine(code: code, quantity: quantity))))
    }

    mutating func leave(_ id: String) throws -> ReservationAnswer {
        try perform(.leave(WaitID("wl_\(id)")))
    }
    mutating func pay(_ id: String) throws -> ReservationAnswer {
        try perform(.pay(ReservationID("rsv_\(id)")))
    }
    mutating func confirm(_ id: String) throws -> ReservationAnswer {
        try perform(.confirm(ReservationID("rsv_\(id)")))
    }
    mutating func release(_ id: String) throws -> ReservationAnswer {
        try perform(.release(ReservationID("rsv_\(id)")))
    }
    mutating func extend(_ id: String, _ time: Duration? = nil) throws -> ReservationAnswer {
        try perform(.extend(ReservationID("rsv_\(id)"), time: time))
    }
    mutating func expire() throws { _ = try perform(.expire) }

    mutating func set(
        _ scope: HoldPolicy.Scope, _ settle: (inout HoldPolicy) -> Void
    ) throws {
        var policy = ledger.policy(for: scope)
        settle(&policy)
        _ = try put(scope, policy)
    }

    mutating func put(_ scope: HoldPolicy.Scope, _ policy: HoldPolicy) throws -> Outcome {
        try change { try $0.setPolicy(for: scope, to: policy) }
    }

    mutating func setStock(_ code: SKUCode, _ onHand: Int64) throws {
        _ = try change { try $0.setStock(of: code, to: onHand, reason: nil) }
    }

    func stock(_ code: SKUCode) -> [Int64] {
        guard let stock = ledger.sku(code)?.stock else { return [] }
        return [stock.available, stock.held, stock.confirmed]
    }

    func state(_ id: String) throws -> Reservation.State? {
        ledger.reservation(try ReservationID("rsv_\(id)"))?.state
    }

    /// Open reservations of a buyer, by place in the log.
    func offers(to id: String) throws -> [Reservation] {
        let place = try WaitID("wl_\(id)")
        return ledger.log.compactMap { event in
            guard case .reservation(let change) = event.body, change.step == .held,
                change.reservation.offeredTo == place
            else { return nil }
            return ledger.reservation(change.reservation.id)
        }
    }

    /// The types of the last events, one after the other.
    func lastEvents(_ count: Int) -> [String] { ledger.log.suffix(count).map(\.body.type) }
}
