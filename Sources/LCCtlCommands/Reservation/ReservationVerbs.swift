import CommandLineKit
import Commerce
import Primitives

/// What is done to one reservation: `lcctl confirm`, `release`, `extend` and `reservation pay`.
enum ReservationVerbs {
    private static let id = Argument.operand("RESERVATION", .reservation, "the reservation's id")
    private static let time = Argument.option(
        "ttl", .holdTime, "how long from now; what the policy says unless given")

    static let confirm = Command(
        "confirm", "Sell what is reserved: the money is there",
        discussion: [
            "What was answered survives a power cut. Confirming again answers the same.",
            "A reservation whose time is over takes its units anew, at its old prices, if they are "
                + "still there. If they are not, the status is 5 and the money must go back.",
        ],
        output: .document, arguments: [id.row] + Common.change,
        examples: [Example("lcctl confirm rsv_42", "the payment has arrived")],
        exitStatuses: Common.reservationStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        try shop.tellWarnings()
        return try shop.answer(.confirm(invocation[id])) { reservation, _ in
            told(reservation) + (reservation.isLate ? " late" : "")
        }
    }

    static let release = Command(
        "release", "Give reserved units back before their time is over",
        discussion: [
            "Releasing again, or after the time is over, answers the same. What is confirmed is sold "
                + "and stays so: status 4."
        ],
        output: .document, arguments: [id.row] + Common.change,
        examples: [Example("lcctl release rsv_42", "the buyer has changed their mind")],
        exitStatuses: Common.reservationStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        return try shop.answer(.release(invocation[id])) { reservation, _ in told(reservation) }
    }

    static let extend = Command(
        "extend", "Hold a reservation for longer",
        discussion: [
            "The deadline never moves to an earlier time, and never past the hold limit of the "
                + "policy, counted from when it was reserved."
        ],
        output: .document, arguments: [id.row, time.row] + Common.change,
        examples: [Example("lcctl extend rsv_42 --ttl 3m", "the buyer types an address")],
        exitStatuses: Common.reservationStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        return try shop.answer(.extend(invocation[id], time: invocation[time]), text: until)
    }

    static let pay = Command(
        "pay", "Note that the money for a reservation is under way",
        discussion: [
            "From then on it cannot be extended, and stands as long as the policy's paying time, so "
                + "that a slow payment does not lose its units."
        ],
        output: .document, arguments: [id.row] + Common.change,
        exitStatuses: Common.reservationStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        return try shop.answer(.pay(invocation[id]), text: until)
    }

    private static func told(_ reservation: Reservation) -> String {
        "reservation/\(reservation.id) \(reservation.state.rawValue)"
    }

    private static func until(_ reservation: Reservation, _ answer: ReservationAnswer) -> String {
        guard reservation.state.isOpen else { return told(reservation) }
        let end = reservation.deadline + (.zero - answer.ahead)
        return "\(told(reservation)) until \(end.rfc3339)"
    }
}
