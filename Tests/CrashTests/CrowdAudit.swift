import Commerce
import CrowdSupport
import Primitives
import Stores

/// A catalogue as it stands after a storm, against its own log, and against what its buyers were
/// told while it raged. Everything is counted anew.
struct CrowdAudit {
    private(set) var problems: [String] = []
    private(set) var state: CatalogueState
    private(set) var events: [Event] = []
    private let told: [Told]

    /// What must be there of what buyers were told.
    enum Kept {
        case sales
        case all
        /// And in an order that it can have happened in.
        case allInOrder
    }

    init(
        _ store: any ShopStore, of catalogue: CatalogueName = .standard, told: [Told],
        kept: Kept
    ) throws {
        self.told = told
        state = CatalogueState(name: catalogue)
        try store.read(catalogue, at: CrowdProgram.now()) { try read($0) }
        compareWithTold(kept)
        if kept == .allInOrder { problems += HistoryCheck(events, told: told).problems }
    }

    var open: Int { state.open.count }
    var confirmed: Int { state.reservations.values.count { $0.state == .confirmed } }
    func stock(_ code: SKUCode) -> Stock? { state.skus[code]?.stock }

    private mutating func read(_ reader: any CatalogueReader) throws {
        var events: [Event] = []
        var replay = state
        do {
            try reader.eachEvent(after: 0) { event in
                events.append(event)
                try replay.apply(event)
                return true
            }
        } catch let gap as CatalogueState.Gap {
            problems.append("the log does not replay: \(gap)")
        }
        self.events = events
        state = replay
        var skus: [SKUCode: SKU] = [:]
        try reader.eachSKU(inFamily: nil) { sku in
            skus[sku.code] = sku
            return true
        }
        if skus != state.skus { problems.append("other SKUs than the log has") }
        var found: [ReservationID: Reservation] = [:]
        try reader.eachReservation(matching: ReservationFilter()) { reservation in
            found[reservation.id] = reservation
            return true
        }
        compare(found)
        let due = try reader.dueReservations(
            at: WallClock(millisecondsSince1970: .max), limit: 1_000_000)
        if Set(due.map(\.id)) != state.open { problems.append("other deadlines than open ones") }
        if due.count != state.open.count { problems.append("a deadline stands twice") }
    }

    private mutating func compare(_ found: [ReservationID: Reservation]) {
        for (id, reservation) in found where state.reservations[id] != reservation {
            problems.append("\(id) is \(reservation.state), and not so in the log")
        }
        for (id, reservation) in state.reservations where found[id] == nil {
            problems.append("\(id), \(reservation.state), is only in the log")
        }
        for sku in state.skus.values {
            var (held, confirmed) = (Int64(0), Int64(0))
            for reservation in found.values {
                for line in reservation.lines where line.code == sku.code {
                    if reservation.state.isOpen { held += line.quantity }
                    if reservation.state == .confirmed { confirmed += line.quantity }
                }
            }
            let stock = sku.stock
            if (held, confirmed) != (stock.held, stock.confirmed)
                || stock.onHand != stock.available + held + confirmed || stock.available < 0
            {
                problems.append("\(sku.code): \(stock), with \(held) and \(confirmed) in lines")
            }
        }
    }

    /// What was told must be so still, or have gone on from there by a step that was asked for or
    /// by time.
    private mutating func compareWithTold(_ kept: Kept) {
        var states: [String: Reservation.State] = [:]
        for reservation in state.reservations.values {
            states[reservation.id.text] = reservation.state
        }
        let confirms = Set(told.filter { $0.verb == .confirm }.map(\.id))
        for told in told {
            guard case .state(let was) = told.outcome, was == .confirmed || kept != .sales
            else { continue }
            let now = states[told.id]
            let isFine =
                switch was {
                case .held: now != nil
                case .paying: now != nil && now != .held
                case .confirmed: now == .confirmed
                case .released, .expired:
                    now == was || (now == .confirmed && confirms.contains(told.id))
                }
            if !isFine {
                problems.append(
                    "\(told.id) was told to be \(was), and is \(now?.rawValue ?? "not there")")
            }
        }
    }
}
