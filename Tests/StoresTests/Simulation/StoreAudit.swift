import Commerce
import Primitives

/// What a store says of a catalogue, as lists that can be compared: its log replayed, and its
/// tables. Any store can be asked.
struct StoreAudit {
    private(set) var problems: [String] = []
    private(set) var state: CatalogueState

    init(_ store: any Store, _ name: CatalogueName, at now: WallClock) throws {
        state = CatalogueState(name: name)
        let seen = try store.read(name, at: now) { reader in
            var audit = Reading(state: try reader.snapshot() ?? CatalogueState(name: name))
            try audit.read(reader)
            return audit
        }
        (state, problems) = (seen.state, seen.problems)
        for code in state.skus.keys.sorted() { count(code) }
    }

    /// Every unit that is promised is in a reservation.
    private mutating func count(_ code: SKUCode) {
        guard let stock = state.skus[code]?.stock else { return }
        func units(_ isCounted: (Reservation.State) -> Bool) -> Int64 {
            state.reservations.values.filter { isCounted($0.state) }.flatMap(\.lines)
                .filter { $0.code == code }.map(\.quantity).reduce(0, +)
        }
        let (held, confirmed) = (units(\.isOpen), units { $0 == .confirmed })
        if stock.held != held || stock.confirmed != confirmed {
            problems.append("\(code): \(stock), but \(held) held and \(confirmed) confirmed")
        }
        if stock.held + stock.confirmed > stock.onHand {
            problems.append("\(code) is oversold: \(stock)")
        }
    }

    private struct Reading {
        var state: CatalogueState
        var problems: [String] = []

        mutating func read(_ reader: any CatalogueReader) throws {
            var gap: CatalogueState.Gap?
            try reader.eachEvent(after: state.sequence) { event in
                do throws(CatalogueState.Gap) {
                    try state.apply(event)
                    return true
                } catch {
                    gap = error
                    problems.append("\(event.body)")
                    return false
                }
            }
            if let gap { problems.append("the log does not replay: \(gap)") }
            guard gap == nil else { return }
            try compareSKUs(reader)
            try compareReservations(reader)
            let waiting = state.waitlist.values.filter { !$0.isOver }
                .sorted { ($0.code, $0.place) < ($1.code, $1.place) }
            compare("waitlist", waiting, try reader.waitlist(for: nil))
            let policies = try reader.policies()
            for (scope, policy) in policies {
                compare("policy of \(scope)", state.policies[scope], policy)
            }
            compare("policies", state.policies.count, policies.count)
        }

        private mutating func compareSKUs(_ reader: any CatalogueReader) throws {
            var found: [SKU] = []
            try reader.eachSKU(inFamily: nil) { sku in
                found.append(sku)
                return true
            }
            compare("SKUs", state.skus.keys.sorted(), found.map(\.code))
            for sku in found { compare("SKU", state.skus[sku.code], sku) }
        }

        private mutating func compareReservations(_ reader: any CatalogueReader) throws {
            var found: [Reservation] = []
            try reader.eachReservation(matching: ReservationFilter()) { reservation in
                found.append(reservation)
                return true
            }
            compare("reservations", state.reservations.keys.sorted(), found.map(\.id))
            for reservation in found {
                compare("reservation", state.reservations[reservation.id], reservation)
            }
        }

        private mutating func compare<Value: Equatable>(
            _ what: String, _ expected: Value?, _ found: Value
        ) {
            guard expected != found else { return }
            let expected = expected.map { "\($0)" } ?? "nothing"
            problems.append("\(what): the log says \(expected), the table \(found)")
        }
    }
}
