@testable import Commerce
import Primitives

/// Reads a log as it grows, from text, and says what is wrong with it and with a ledger that is
/// said to be what it gives. Everything is counted anew from the reservations.
struct LogAudit {
    private var state: CatalogueState
    private var read: Int = 0
    private var isOut: [SKUCode: Bool] = [:]
    private var wrongEdges: [String] = []
    private var wrongOffers: [String] = []

    init(name: CatalogueName) {
        state = CatalogueState(name: name)
    }

    mutating func read(_ log: [Event]) throws {
        for event in log[read...] {
            let data = try JSON(parsing: event.body.data.text)
            let body = try Event.Body(type: event.body.type, data: data, in: event.catalogue)
            note(body, event.sequence)
            try state.apply(
                Event(
                    catalogue: event.catalogue, sequence: event.sequence, time: event.time,
                    shows: event.shows, body: body))
        }
        read = log.count
    }

    private mutating func note(_ body: Event.Body, _ sequence: Int64) {
        switch body {
        case .skuAdded(let sku): isOut[sku.code] = sku.stock.available == 0
        case .soldOut(let level):
            if isOut.updateValue(true, forKey: level.code) != false || level.stock.available > 0 {
                wrongEdges.append("sold out at \(sequence)")
            }
        case .backInStock(let level):
            if isOut.updateValue(false, forKey: level.code) != true || level.stock.available == 0 {
                wrongEdges.append("back in stock at \(sequence)")
            }
        case .waiting(.offered, let waiting):
            let isJumped = state.waitlist.values.contains {
                $0.code == waiting.code && !$0.isOver && $0.place < waiting.place
            }
            if isJumped { wrongOffers.append("the line was jumped at \(sequence)") }
        default: break
        }
    }

    func problems(of ledger: MemoryLedger) -> [String] {
        var problems = wrongEdges + wrongOffers
        if state != ledger.state { problems.append("the log gives another catalogue") }
        let open = state.reservations.values.filter(\.state.isOpen)
        if Set(open.map(\.id)) != state.open { problems.append("other reservations are open") }
        for sku in state.skus.values.sorted(by: { $0.code < $1.code }) {
            problems += self.problems(of: sku)
        }
        for (show, uses) in state.flashUses {
            problems += uses.filter { taken(of: $0.key, in: show, by: $0.value) != $0.value.taken }
                .map { "\($0.value.taken) of \($0.key) taken at the flash's price" }
        }
        return problems
    }

    private func problems(of sku: SKU) -> [String] {
        let (code, stock) = (sku.code, sku.stock)
        var problems: [String] = []
        let (held, confirmed) = (
            units(of: code) { $0.isOpen }, units(of: code) { $0 == .confirmed }
        )
        if stock.held != held { problems.append("\(code): \(stock.held) held, not \(held)") }
        if stock.confirmed != confirmed {
            problems.append("\(code): \(stock.confirmed) confirmed, not \(confirmed)")
        }
        if stock.onHand != stock.available + stock.held + stock.confirmed || stock.available < 0 {
            problems.append("\(code): \(stock) does not add up")
        }
        if isOut[code] != (stock.available == 0) { problems.append("\(code): an edge is missing") }
        let places = state.waitlist.values.filter { $0.code == code && !$0.isOver }
        if stock.available > 0, !places.isEmpty {
            problems.append("\(code): \(stock.available) available, and somebody waits")
        }
        if Set(places.map(\.buyer)).count < places.count {
            problems.append("\(code): a buyer has two places")
        }
        return problems
    }

    private func units(of code: SKUCode, _ isMeant: (Reservation.State) -> Bool) -> Int64 {
        state.reservations.values.filter { isMeant($0.state) }.flatMap(\.lines)
            .filter { $0.code == code }.map(\.quantity).reduce(0, +)
    }

    private func taken(of code: SKUCode, in show: ShowID, by use: FlashUse) -> Int64 {
        state.reservations.values
            .filter { $0.show == show && ($0.state.isOpen || $0.state == .confirmed) }
            .flatMap(\.lines).filter { $0.code == code && $0.flash == use.opening }
            .map(\.quantity).reduce(0, +)
    }
}
