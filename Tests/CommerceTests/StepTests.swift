@testable import Commerce
import Primitives
import Testing

/// A log that the rules did not write is found out by replaying it.
@Suite struct StepTests {
    /// A log in which everything happens that can.
    private static func log() throws -> [Event] {
        let (tee, cap) = (try SKUCode("TEE"), try SKUCode("CAP"))
        var shop = try ReservationShop(stock: [(tee, 2), (cap, 3)])
        _ = try shop.reserve("1", [(tee, 2), (cap, 1)])
        _ = try shop.join("ben", "ben", tee, 5)
        _ = try shop.join("cat", "cat", tee, 1)
        shop.pass(.seconds(10))
        _ = try shop.extend("1")
        _ = try shop.pay("1")
        _ = try shop.release("1")
        _ = try shop.perform(.confirm(try #require(try shop.offers(to: "ben").first).id))
        try shop.setStock(tee, 3)
        _ = try shop.leave("ben")
        shop.pass(.seconds(300))
        _ = try shop.reserve("2", [(cap, 3)], by: "dan")
        shop.pass(.seconds(90))
        _ = try shop.confirm("2")
        try shop.setStock(tee, 4)
        return shop.ledger.log
    }

    private static func gap(in bodies: [Event.Body]) -> CatalogueState.Gap? {
        var state = CatalogueState(name: .standard)
        for (index, body) in bodies.enumerated() {
            do {
                try state.apply(
                    Event(
                        catalogue: .standard, sequence: Int64(index) + 1,
                        time: ReservationShop.start, shows: [], body: body))
            } catch {
                return error
            }
        }
        return nil
    }

    @Test func `the log as it was written has no gap`() throws {
        let log = try Self.log()
        #expect(Self.gap(in: log.map(\.body)) == nil)
        let types = Set(log.map(\.body.type))
        for step in Reservation.Step.allCases { #expect(types.contains("reservation-\(step)")) }
        for step in Waiting.Step.allCases { #expect(types.contains("waitlist-\(step)")) }
    }

    @Test func `a step of a reservation that is missing or told twice is found`() throws {
        let bodies = try Self.log().map(\.body)
        for (index, body) in bodies.enumerated() {
            var missing = bodies
            missing.remove(at: index)
            var doubled = bodies
            doubled.insert(body, at: index)
            switch body {
            case .reservation(let change):
                #expect(Self.gap(in: doubled) != nil, "\(body.type) twice")
                // That it was extended or paid shows in nothing that comes later but its times.
                guard change.step != .extended, change.step != .paying else { continue }
                #expect(Self.gap(in: missing) != nil, "no \(body.type)")
            case .waiting(let step, _):
                #expect(Self.gap(in: doubled) != nil, "\(body.type) twice")
                guard step == .joined else { continue }
                #expect(Self.gap(in: missing) != nil, "no \(body.type)")
            default: break
            }
        }
    }

    @Test func `numbers that do not follow are found`() throws {
        let bodies = try Self.log().map(\.body)
        for (index, body) in bodies.enumerated() {
            for other in try Self.lies(about: body) {
                var lying = bodies
                lying[index] = other
                #expect(Self.gap(in: lying) != nil, "\(other)")
            }
        }
    }

    private static func lies(about body: Event.Body) throws -> [Event.Body] {
        func off(_ level: StockLevel) throws -> [StockLevel] {
            let stock = level.stock
            return try [
                Stock(onHand: stock.onHand + 1, held: stock.held, confirmed: stock.confirmed),
                Stock(onHand: stock.onHand + 1, held: stock.held + 1, confirmed: stock.confirmed),
                Stock(onHand: stock.onHand + 1, held: stock.held, confirmed: stock.confirmed + 1),
            ].map { StockLevel(code: level.code, stock: $0) }
        }
        switch body {
        case .reservation(let change):
            func told(_ reservation: Reservation, _ stock: [StockLevel]) -> Event.Body {
                .reservation(
                    ReservationChange(
                        step: change.step, reservation: reservation, stock: stock,
                        ahead: change.ahead))
            }
            let reservation = change.reservation
            var lies = try off(change.stock[0]).map { told(reservation, [$0] + change.stock[1...]) }
            lies.append(told(reservation, []))
            lies.append(told(reservation, change.stock.reversed() + change.stock))
            for state in Reservation.State.allCases where state != reservation.state {
                var other = reservation
                other.state = state
                lies.append(told(other, change.stock))
            }
            if change.step != .held { lies.append(told(try others(reservation), change.stock)) }
            return lies
        case .soldOut(let level): return try off(level).map { .soldOut($0) }
        case .backInStock(let level): return try off(level).map { .backInStock($0) }
        case .stockUpdate(let code, let stock, let reason):
            return try off(StockLevel(code: code, stock: stock)).dropFirst().map {
                .stockUpdate($0.code, $0.stock, reason: reason)
            }
        default: return []
        }
    }

    /// The same reservation, of another buyer.
    private static func others(_ old: Reservation) throws -> Reservation {
        Reservation(
            id: old.id, buyer: try BuyerID("mallory"), show: old.show, lines: old.lines,
            offeredTo: old.offeredTo, heldAt: old.heldAt, deadline: old.deadline, state: old.state,
            isLate: old.isLate)
    }
}
