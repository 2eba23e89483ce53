import CommandLineKit
import Commerce
import Primitives

extension Failure {
    /// What a refusal about reservations and promised stock is called.
    init(reservation error: CommerceError) {
        switch error {
        case .stockBelowPromised(let code, let onHand, let promised):
            self.init(
                .negative, "stock.promised",
                "cannot set the stock of SKU '\(code)' to \(onHand): \(promised) are promised",
                hint: "see 'lcctl reservation list --sku \(ShellWord.quoted(code.text))'")
        case .skuPromised(let code, let stock):
            self.init(
                .conflict, "sku.promised",
                "cannot remove SKU '\(code)': \(stock.held) held, \(stock.confirmed) confirmed")
        case .skuWaitedFor(let code):
            self.init(
                .conflict, "sku.waited-for", "cannot remove SKU '\(code)': buyers wait for it",
                hint: "see 'lcctl waitlist list \(ShellWord.quoted(code.text))'")
        case .catalogueHasOpenReservations(let name):
            self.init(
                .conflict, "catalogue.has-reservations",
                "cannot delete catalogue '\(name)': it has open reservations",
                hint: "see 'lcctl reservation list --catalogue \(name)'")
        case .overCap(let buyer, let code, let cap, let taken, let wanted):
            let what = code.map { " of SKU '\($0)'" } ?? ""
            self.init(
                .negative, "reservation.over-cap",
                "buyer '\(buyer)' may have \(cap) units\(what): has \(taken), wants \(wanted)",
                hint: "see 'lcctl policy list'; --partial takes what is allowed")
        case .soldOut(let shortages):
            self.init(
                .negative, "stock.sold-out", Self.words(for: shortages),
                hint: shortages.contains { $0.available > 0 }
                    ? "--partial takes what is left; 'lcctl waitlist join' waits for more"
                    : "wait for units with 'lcctl waitlist join'",
                details: Self.details(shortages))
        case .tooManyLines(let limit):
            self.init(
                .dataError, "reservation.too-many-lines",
                "a reservation has at most \(limit) SKUs")
        case .notWaiting(let id, let name):
            self.init(
                .notFound, "waitlist.not-found",
                "no place '\(id)' in a waitlist of catalogue '\(name)'",
                hint: "see 'lcctl waitlist list'")
        case .placeExists(let id):
            self.init(
                .conflict, "waitlist.exists",
                "place '\(id)' exists already, for another buyer or another SKU")
        case .waitlistFull(let code, let limit):
            self.init(
                .negative, "waitlist.full", "SKU '\(code)' is waited for by \(limit) buyers already"
            )
        default: self.init(state: error)
        }
    }

    /// What a refusal for the state of one reservation is called.
    private init(state error: CommerceError) {
        switch error {
        case .noReservation(let id, let name):
            self.init(
                .notFound, "reservation.not-found",
                "no reservation '\(id)' in catalogue '\(name)'",
                hint: "see 'lcctl reservation list'")
        case .reservationExists(let id):
            self.init(
                .conflict, "reservation.exists",
                "reservation '\(id)' exists already, for another buyer or other SKUs")
        case .reservationOver(let id, let state):
            self.init(
                state == .expired ? .expired : .conflict, "reservation.\(state.rawValue)",
                "reservation '\(id)' is over: \(state.rawValue)",
                hint: "make a new one with 'lcctl reserve'")
        case .reservationConfirmed(let id):
            self.init(
                .conflict, "reservation.confirmed",
                "cannot release reservation '\(id)': it is confirmed, the units are sold")
        case .tooLate(let id, let state, let shortages):
            self.init(
                .expired, "reservation.too-late",
                "too late: reservation '\(id)' is \(state.rawValue), and "
                    + Self.words(for: shortages) + "; the money must go back",
                hint: "refund the buyer, or offer a place with 'lcctl waitlist join'",
                details: Self.details(shortages, reservation: id))
        case .holdLimitReached(let id, let end):
            self.init(
                .negative, "reservation.hold-limit",
                "reservation '\(id)' cannot be extended: it ends at \(end.rfc3339) at the latest",
                hint: "see 'lcctl policy list'")
        default: preconditionFailure("not a refusal about a reservation: \(error)")
        }
    }

    private static func details(
        _ shortages: [Shortage], reservation: ReservationID? = nil
    ) -> JSONObject {
        var object = JSONObject()
        object["reservation"] = reservation.map { .string($0.text) }
        object["shortages"] = .array(
            shortages.map { shortage in
                var object = JSONObject()
                object["available"] = .integer(shortage.available)
                object["next_end"] = shortage.nextEnd.map { .string($0.rfc3339) }
                object["sku"] = .string(shortage.code.text)
                object["wanted"] = .integer(shortage.wanted)
                return .object(object)
            })
        return object
    }

    private static func words(for shortages: [Shortage]) -> String {
        shortages.map { shortage in
            let left =
                shortage.available == 0
                ? "SKU '\(shortage.code)' is sold out"
                : "SKU '\(shortage.code)' has \(shortage.available) left, \(shortage.wanted) wanted"
            return left + (shortage.nextEnd.map { "; the next hold ends at \($0.rfc3339)" } ?? "")
        }.joined(separator: "; ")
    }
}
