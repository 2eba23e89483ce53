import CommandLineKit
import Commerce
import Primitives

extension Documents {
    static func reservation(
        _ reservation: Reservation, in catalogue: Catalogue, ahead: Duration,
        stock: [StockLevel] = [], outcome: String? = nil
    ) -> JSON {
        document("lc.reservation/1", outcome) { object in
            reservation.write(into: &object, ahead: ahead)
            if !reservation.state.isOpen { object["expires_at"] = nil }
            object["catalogue"] = .string(catalogue.name.text)
            object["currency"] = .string(catalogue.currency.code)
            object["total_minor"] = reservation.totalMinor.map(JSON.integer)
            if !stock.isEmpty { object["stock"] = .array(stock.map(\.json)) }
        }
    }

    static func waiting(
        _ waiting: Waiting, in catalogue: CatalogueName, offers: [ReservationID] = [],
        outcome: String? = nil
    ) -> JSON {
        document("lc.waiting/1", outcome) { object in
            waiting.write(into: &object)
            object["catalogue"] = .string(catalogue.text)
            if !offers.isEmpty { object["offers"] = .array(offers.map { .string($0.text) }) }
        }
    }
}

extension Reservation {
    /// What all of it costs; nil where no number holds it.
    fileprivate var totalMinor: Int64? {
        var total: Int64 = 0
        for line in lines {
            let (cost, isTooMuch) = line.quantity.multipliedReportingOverflow(
                by: line.unitPrice.minor)
            let (sum, isOverflow) = total.addingReportingOverflow(cost)
            guard !isTooMuch, !isOverflow else { return nil }
            total = sum
        }
        return total
    }

    /// `TEE-RED:2 MUG`, as it would be typed.
    var linesText: String {
        lines.map { $0.quantity == 1 ? $0.code.text : "\($0.code):\($0.quantity)" }
            .joined(separator: " ")
    }
}
