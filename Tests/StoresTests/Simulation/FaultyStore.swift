import Commerce
import Primitives

/// A store that breaks one promise in every third call, so that it is seen that somebody notices.
final class FaultyStore: Store {
    enum Fault: CaseIterable {
        /// Says that a sale is confirmed, and does nothing.
        case forgetsConfirmations
        /// Says that units came back, and keeps them.
        case forgetsReleases
        /// Says that all is sold, where one unit is left.
        case hidesUnits
        /// Says that it holds what it does not.
        case inventsHolds
        /// Tells the stock as it was.
        case tellsOldStock
    }

    private let base: any Store
    private let fault: Fault
    private var calls = 0

    init(_ base: any Store, _ fault: Fault) {
        self.base = base
        self.fault = fault
    }

    func change(
        _ catalogue: CatalogueName, by request: ChangeRequest, at now: WallClock,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> ChangeAnswer {
        try base.change(catalogue, by: request, at: now, verb)
    }

    func read<Answer>(
        _ catalogue: CatalogueName, at now: WallClock,
        _ question: (any CatalogueReader) throws -> Answer
    ) throws -> Answer {
        try base.read(catalogue, at: now, question)
    }

    func catalogues() throws -> [Catalogue] { try base.catalogues() }

    func perform(
        _ requests: [ReservationRequest], in catalogue: CatalogueName, at now: WallClock
    ) throws -> [Result<ReservationAnswer, any Error>] {
        try requests.flatMap { request in
            calls += 1
            let isDue = calls % 3 == 0
            _ = try base.perform([ReservationRequest(.expire)], in: catalogue, at: now)
            if isDue, let lie = try lie(request, in: catalogue, at: now) { return [lie] }
            let results = try base.perform([request], in: catalogue, at: now)
            guard isDue, fault == .tellsOldStock else { return results }
            return results.map { $0.map(older) }
        }
    }

    /// The answer to a request that is not carried out; nil where it is.
    private func lie(
        _ request: ReservationRequest, in catalogue: CatalogueName, at now: WallClock
    ) throws -> Result<ReservationAnswer, any Error>? {
        func standing(_ id: ReservationID) throws -> Reservation? {
            try base.read(catalogue, at: now) { try $0.reservation(id) }
        }
        switch (fault, request.verb) {
        case (.forgetsConfirmations, .confirm(let id)):
            guard var reservation = try standing(id), reservation.state.isOpen else { return nil }
            reservation.state = .confirmed
            return .success(ReservationAnswer(reservation: reservation, outcome: .configured))
        case (.forgetsReleases, .release(let id)):
            guard var reservation = try standing(id), reservation.state.isOpen else { return nil }
            reservation.state = .released
            return .success(ReservationAnswer(reservation: reservation, outcome: .configured))
        case (.hidesUnits, .reserve(let plan)):
            guard try standing(plan.id) == nil else { return nil }
            return .failure(
                CommerceError.soldOut(
                    plan.lines.map {
                        Shortage(code: $0.code, wanted: $0.quantity, available: 0, nextEnd: nil)
                    }))
        case (.inventsHolds, .reserve(let plan)):
            guard try standing(plan.id) == nil else { return nil }
            let lines = try plan.lines.map {
                Reservation.Line(
                    code: $0.code, quantity: $0.quantity, unitPrice: try Price(minor: 1999))
            }
            let reservation = Reservation(
                id: plan.id, buyer: plan.buyer, show: plan.show, lines: lines, offeredTo: nil,
                heldAt: now, deadline: now + .seconds(30))
            return .success(ReservationAnswer(reservation: reservation, outcome: .created))
        default: return nil
        }
    }

    private func older(_ answer: ReservationAnswer) -> ReservationAnswer {
        var answer = answer
        guard answer.outcome == .created else { return answer }
        answer.stock = answer.stock.compactMap { level in
            let held = max(0, level.stock.held - 1)
            return
                (try? Stock(
                    onHand: level.stock.onHand, held: held, confirmed: level.stock.confirmed))
                .map { StockLevel(code: level.code, stock: $0) }
        }
        return answer
    }
}
