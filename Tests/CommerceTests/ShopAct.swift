@testable import Commerce
import Primitives

/// One thing that is done to a shop. Acts know nothing of each other, so any may be left out.
enum ShopAct: Sendable {
    case pass(PlainShop.Time)
    case reserve(
        Int, buyer: Int, lines: [ShopLine], isInShow: Bool, time: PlainShop.Time?, isPartial: Bool)
    case pay(Which)
    case confirm(Which)
    case release(Which)
    case extend(Which, PlainShop.Time?)
    case join(Int, buyer: Int, ShopLine, isInShow: Bool)
    case leave(Int)
    case expire
    case count(sku: Int, Int64)
    case settleWide(PlainShop.Settings)
    case settleShow(PlainShop.Settings)
    case settleSKU(Int, PlainShop.Settings)
    case openFlash(sku: Int, price: Int64, limit: Int64?, time: PlainShop.Time?)
    case closeFlash(sku: Int)
    case endShow

    /// Which reservation: one that a buyer asked for, or the latest that was offered to a place.
    enum Which: Sendable {
        case asked(Int)
        case offered(Int)
    }

    struct ShopLine: Sendable {
        let sku: Int
        let units: Int64
    }
}

extension ShopAct {
    static let skus = 3

    /// Few names, so that acts get in each other's way.
    static func random(_ random: inout SeededRandom) -> ShopAct {
        func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        func time(_ limit: Int) -> PlainShop.Time { Int64(below(limit) + 1) * 1000 }
        func line() -> ShopLine { ShopLine(sku: below(skus), units: Int64(below(4) + 1)) }
        func which() -> Which { below(3) == 0 ? .offered(below(8)) : .asked(below(12)) }
        switch below(40) {
        case 0...4: return .pass(Int64(below(100_000)))
        case 5: return .pass(Int64(below(4_000_000)))
        case 6: return .pass(-Int64(below(4_000_000)))
        case 7...15:
            let lines = (0...below(3)).map { _ in line() }
            return .reserve(
                below(12), buyer: below(4), lines: lines, isInShow: below(2) == 0,
                time: below(3) == 0 ? time(1200) : nil, isPartial: below(3) == 0)
        case 16, 17: return .pay(which())
        case 18...21: return .confirm(which())
        case 22...24: return .release(which())
        case 25: return .extend(which(), below(2) == 0 ? time(1000) : nil)
        case 26...30: return .join(below(8), buyer: below(4), line(), isInShow: below(2) == 0)
        case 31: return .leave(below(8))
        case 32: return .expire
        case 33, 34: return .count(sku: below(skus), Int64(below(10)))
        case 35: return .settleWide(settings(&random, isWide: true))
        case 36:
            let narrow = settings(&random, isWide: false)
            return below(2) == 0 ? .settleSKU(below(skus), narrow) : .settleShow(narrow)
        case 37, 38:
            return .openFlash(
                sku: below(skus), price: Int64(below(9) + 1) * 100,
                limit: below(2) == 0 ? Int64(below(5) + 1) : nil,
                time: below(2) == 0 ? time(200) : nil)
        default: return below(6) == 0 ? .endShow : .closeFlash(sku: below(skus))
        }
    }

    /// The reservation that it is about, where it is there already.
    var target: Which? {
        switch self {
        case .pay(let which), .confirm(let which), .release(let which), .extend(let which, _):
            which
        default: nil
        }
    }

    /// Verbs let what is due expire by themselves; before other changes, stores do it.
    var isVerb: Bool {
        switch self {
        case .reserve, .pay, .confirm, .release, .extend, .join, .leave, .expire: true
        default: false
        }
    }

    private static func settings(
        _ random: inout SeededRandom, isWide: Bool
    ) -> PlainShop.Settings {
        func time() -> PlainShop.Time? {
            Bool.random(using: &random) ? nil : Int64.random(in: 1...600, using: &random) * 1000
        }
        func units() -> Int64? {
            Bool.random(using: &random) ? nil : Int64.random(in: 1...6, using: &random)
        }
        return PlainShop.Settings(
            hold: time(), limit: time(), paying: time(), offer: time(), ofSKU: units(),
            held: isWide ? units() : nil)
    }
}

/// Does the same to the rules and to the plain shop, and says where they differ.
struct ShopPair {
    private var ledger = MemoryLedger(name: .standard, now: ReservationShop.start)
    private var plain: PlainShop
    private var named = 0
    /// What answers and refusals began with, and what happened.
    private(set) var kinds: Set<String> = []
    private let show: ShowID

    init(fault: PlainShop.Fault = .none) throws {
        show = try ShowID("shw_1")
        plain = PlainShop(onHand: Array(repeating: 4, count: ShopAct.skus))
        plain.fault = fault
        let catalogue = try ledger.createCatalogue(brand: "Acme", currency: Currency("USD"))
        var patch = ListingPatch()
        patch.title = "T-shirt"
        patch.price = try Amount("19.99")
        for sku in 0..<ShopAct.skus {
            _ = try ledger.addSKU(code(sku), patch, stock: Stock(onHand: 4), in: catalogue)
        }
        _ = try ledger.createShow(show, ShowDetails(title: "F", host: nil, scheduledAt: nil))
        _ = try ledger.addToRail(
            of: show, (0..<ShopAct.skus).map { try .init(code: code($0)) }, at: nil)
        _ = try ledger.startShow(show)
    }

    /// The first act at which the two differ, or at which the log gives something else.
    static func difference(
        _ acts: [ShopAct], fault: PlainShop.Fault = .none
    ) throws -> String? {
        var pair = try ShopPair(fault: fault)
        return try pair.difference(acts)
    }

    mutating func difference(_ acts: [ShopAct]) throws -> String? {
        for (index, act) in acts.enumerated() {
            if let difference = try run(act) { return "act \(index): \(difference)" }
        }
        var audit = LogAudit(name: .standard)
        try audit.read(ledger.log)
        let problems = audit.problems(of: ledger)
        return problems.isEmpty ? nil : "\(problems)"
    }

    private mutating func run(_ act: ShopAct) throws -> String? {
        if case .pass(let time) = act {
            plain.pass(time)
            ledger.now = ledger.now + .milliseconds(time)
            return nil
        }
        // Of what was there before the act; an offer that it leads to is not meant.
        let id = act.target.map(name) ?? ""
        plain.look()
        let expected: String
        do throws(PlainShop.No) {
            expected = try tell(act, id)
        } catch {
            expected = "no: \(error.why)"
        }
        var copy = ledger
        let found: String
        do {
            found = try copy.run(act, id, show: show)
            ledger = copy
        } catch let refusal as CommerceError {
            found = "no: \(ledger.words(refusal))"
            let before = copy.log.count
            _ = try ledger.perform(.expire)
            if ledger.log.count != before { return "a refused act has appended something" }
        }
        nameOffers()
        kinds.insert(
            found.split(separator: " ").prefix(2).first { $0 != "no:" }.map(String.init) ?? "")
        let stock = try (0..<ShopAct.skus).map { sku in
            let stock = try ledger.requireSKU(code(sku)).stock
            return [stock.available, stock.held, stock.confirmed]
        }
        let counted = (0..<ShopAct.skus).map(plain.stock)
        guard found != expected || stock != counted else { return nil }
        return "\(act): '\(found)' \(stock), not '\(expected)' \(counted)"
    }

    /// Offers are named by the log; the plain shop takes their names over.
    private mutating func nameOffers() {
        let offers = ledger.log[named...].compactMap { event -> String? in
            guard case .reservation(let change) = event.body, change.step == .held else {
                return nil
            }
            return change.reservation.offeredTo.map { _ in change.reservation.id.text }
        }
        kinds.formUnion(ledger.log[named...].map(\.body.type))
        named = ledger.log.count
        let nameless = plain.holds.indices.filter { plain.holds[$0].id.isEmpty }
        for (index, id) in zip(nameless, offers) { plain.holds[index].id = id }
    }

    private func name(_ which: ShopAct.Which) -> String {
        switch which {
        case .asked(let number): "rsv_\(number)"
        case .offered(let place):
            plain.holds.last { $0.place == place }?.id ?? "rsv_none"
        }
    }

    private mutating func tell(_ act: ShopAct, _ id: String) throws(PlainShop.No) -> String {
        switch act {
        case .pass: return ""
        case .reserve(let number, let buyer, let lines, let isInShow, let time, let isPartial):
            return try plain.reserve(
                "rsv_\(number)", buyer, lines.map { ($0.sku, $0.units) }, isInShow: isInShow,
                time: time, isPartial: isPartial)
        case .pay: return try plain.pay(id)
        case .confirm: return try plain.confirm(id)
        case .release: return try plain.release(id)
        case .extend(_, let time): return try plain.extend(id, time)
        case .join(let number, let buyer, let line, let isInShow):
            return try plain.join(number, buyer, line.sku, line.units, isInShow: isInShow)
        case .leave(let number): return try plain.leave(number)
        case .expire: return "expired"
        case .count(let sku, let units): return try plain.count(sku, units)
        case .settleWide(let settings): return settle(settings, \.wide)
        case .settleShow(let settings): return settle(settings, \.inShow)
        case .settleSKU(let sku, let settings):
            let isSame = plain.ofSKU[sku] ?? .init() == settings
            plain.ofSKU[sku] = settings
            return isSame ? "unchanged" : "configured"
        case .openFlash(let sku, let price, let limit, let time):
            if plain.isShowOver { throw PlainShop.No(why: "showHasEnded") }
            if plain.openFlash(of: sku) != nil { throw PlainShop.No(why: "flashIsOpen") }
            plain.openFlash(sku, price, limit, time.map { plain.wall + $0 })
            return "flash"
        case .closeFlash(let sku):
            if plain.isShowOver { throw PlainShop.No(why: "showHasEnded") }
            if plain.openFlash(of: sku) == nil { throw PlainShop.No(why: "noOpenFlash") }
            plain.flashes[sku] = nil
            return "no flash"
        case .endShow:
            if plain.isShowOver { throw PlainShop.No(why: "showHasEnded") }
            plain.isShowOver = true
            return "over"
        }
    }

    private mutating func settle(
        _ settings: PlainShop.Settings, _ path: WritableKeyPath<PlainShop, PlainShop.Settings>
    ) -> String {
        defer { plain[keyPath: path] = settings }
        return plain[keyPath: path] == settings ? "unchanged" : "configured"
    }
}

private func code(_ sku: Int) throws -> SKUCode { try SKUCode("S\(sku)") }

extension MemoryLedger {
    fileprivate mutating func run(
        _ act: ShopAct, _ id: String, show: ShowID
    ) throws -> String {
        if !act.isVerb { _ = try perform(.expire) }
        switch act {
        case .pass: return ""
        case .reserve(let number, let buyer, let lines, let isInShow, let time, let isPartial):
            let plan = try ReservationPlan(
                id: ReservationID("rsv_\(number)"), buyer: BuyerID("\(buyer)"),
                show: isInShow ? show : nil,
                lines: lines.map { try WantedLine(code: code($0.sku), quantity: $0.units) },
                holdTime: time.map { .milliseconds($0) }, isPartial: isPartial)
            return words(try perform(.reserve(plan)))
        case .pay: return words(try perform(.pay(ReservationID(id))))
        case .confirm: return words(try perform(.confirm(ReservationID(id))))
        case .release: return words(try perform(.release(ReservationID(id))))
        case .extend(_, let time):
            return words(
                try perform(.extend(ReservationID(id), time: time.map { .milliseconds($0) })))
        case .join(let number, let buyer, let line, let isInShow):
            let plan = try WaitPlan(
                id: WaitID("wl_\(number)"), buyer: BuyerID("\(buyer)"),
                show: isInShow ? show : nil,
                line: WantedLine(code: code(line.sku), quantity: line.units))
            return words(try perform(.join(plan)))
        case .leave(let number): return words(try perform(.leave(WaitID("wl_\(number)"))))
        case .expire:
            _ = try perform(.expire)
            return "expired"
        case .count(let sku, let units):
            return try setStock(of: code(sku), to: units, reason: nil).1.rawValue
        case .settleWide(let settings):
            return try setPolicy(for: .catalogue, to: settings.policy).rawValue
        case .settleShow(let settings):
            return try setPolicy(for: .show(show), to: settings.policy).rawValue
        case .settleSKU(let sku, let settings):
            return try setPolicy(for: .sku(code(sku)), to: settings.policy).rawValue
        case .openFlash(let sku, let price, let limit, let time):
            let closesAt = time.map { now + .milliseconds($0) }
            _ = try openFlash(
                of: code(sku), in: show,
                price: Amount(Price(minor: price).text(in: Currency("USD"))),
                closesAt: closesAt, unitLimit: limit)
            return "flash"
        case .closeFlash(let sku):
            _ = try closeFlash(of: code(sku), in: show)
            return "no flash"
        case .endShow:
            _ = try endShow(show)
            return "over"
        }
    }

    private func time(_ instant: WallClock) -> Int64 {
        instant.millisecondsSince1970 - ReservationShop.start.millisecondsSince1970
    }

    private func words(_ answer: ReservationAnswer) -> String {
        let outcome =
            switch (answer.outcome, answer.isRepeated) {
            case (.created, false): "created"
            case (.configured, false): "now"
            case (.unchanged, false): "still"
            case (_, true): "again"
            }
        if let waiting = answer.waiting {
            return "\(outcome) place \(waiting.id.text.dropFirst(3)) \(waiting.quantity)"
        }
        guard let reservation = answer.reservation else { return "nothing" }
        let lines = reservation.lines.map {
            "\($0.quantity)x\($0.code.text.dropFirst())@\($0.unitPrice.minor)"
        }.joined(separator: " ")
        let end = time(reservation.deadline + (.zero - answer.ahead))
        let late = reservation.isLate ? " late" : ""
        return "\(outcome) \(reservation.id) \(reservation.state) \(lines) until \(end)\(late)"
    }

    fileprivate func words(_ refusal: CommerceError) -> String {
        switch refusal {
        case .soldOut(let shortages): "soldOut \(shortages.map(words))"
        case .tooLate(_, let state, let shortages): "tooLate \(state) \(shortages.map(words))"
        case .overCap(_, _, let cap, let taken, _): "overCap \(cap) \(taken)"
        case .reservationOver(_, let state): "reservationOver \(state)"
        case .holdLimitReached(_, let end): "holdLimitReached \(time(end))"
        case .stockBelowPromised(_, _, let promised): "stockBelowPromised \(promised)"
        default: String("\(refusal)".prefix { $0 != "(" })
        }
    }

    private func words(_ shortage: Shortage) -> String {
        let end = shortage.nextEnd.map { "\(time($0))" } ?? "never"
        return
            "\(shortage.code.text.dropFirst()): \(shortage.wanted) of \(shortage.available), \(end)"
    }
}

extension PlainShop.Settings {
    fileprivate var policy: HoldPolicy {
        var policy = HoldPolicy()
        policy.holdTime = hold.map { .milliseconds($0) }
        policy.holdLimit = limit.map { .milliseconds($0) }
        policy.payingTime = paying.map { .milliseconds($0) }
        policy.offerTime = offer.map { .milliseconds($0) }
        policy.unitsOfSKU = ofSKU
        policy.unitsHeld = held
        return policy
    }
}
