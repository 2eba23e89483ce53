import CommandLineKit
import Commerce
import Primitives

/// `lcctl reserve`
enum ReserveCommand {
    static let lines = Argument.operands(
        "SKU[:QTY]", .wantedLine, "what to hold, and how many units of it; one unless said",
        allowsNone: true)
    static let buyer = Argument.option("buyer", .buyer, "who reserves, by the shop's name for them")
    static let show = Argument.option(
        "show", .show, "the show that sells: its rail, its prices and its flashes count")
    static let time = Argument.option(
        "ttl", .holdTime, "how long to hold; what the policy says unless given")
    static let isPartial = Argument.flag(
        "partial", "hold what there is, where there is less than is wanted")
    private static let id = Argument.option(
        "id", .reservation, "the reservation's name; asking again with it makes no second one")
    private static let file = Argument.option(
        "file", short: "f", .file, "read requests from JSON Lines; - is standard input")

    static let command = Command(
        "reserve", "Hold units of SKUs for a buyer until a deadline",
        discussion: [
            "All lines are held or none. Held units are nobody else's until the reservation is "
                + "confirmed, released, or its time is over. The price of each unit is that of now: "
                + "a flash that closes later does not change it.",
            "Where there is too little, nothing is held, the status is 1, and the message tells what "
                + "is left and when the next hold ends; with -o json it has them as data, in "
                + "'shortages'.",
            "If the status is 6, it is not known whether it was done: ask again with the id that the "
                + "message tells, or with the same --idempotency-key. An id whose reservation is "
                + "over by then is answered with it, and with status 5 if it has expired, 4 if it was "
                + "released.",
            "A line of -f is a JSON object: 'sku' and 'quantity', or 'lines' of them; 'buyer', 'show', "
                + "'ttl', 'partial' and 'id', as the options; 'key' is its idempotency key. What it "
                + "leaves out, the options say. {\"confirm\": ID}, 'release', 'pay' and 'extend' are "
                + "lines, too. Each is answered with a reservation or an error, in order; the status "
                + "is 1 where a line was refused, and 6 where what became of one is not known.",
        ],
        output: .document,
        arguments: [
            lines.row, buyer.row, show.row, time.row, isPartial.row, id.row, file.row,
        ] + Common.change,
        groups: [
            .exactlyOne([lines.row.name, "file"]), .atMostOne(["id", "file"]),
            .atMostOne(["idempotency-key", "file"]),
        ],
        examples: [
            Example(
                "lcctl reserve TEE-RED-M:2 MUG --buyer ann", "two shirts and a mug, or nothing"),
            Example(
                "id=$(lcctl reserve TEE-RED-M --buyer ann --show shw_friday --ttl 2m)",
                "at the show's price, for two minutes"),
            Example(
                "printf '%s\\n' '{\"sku\":\"MUG\",\"buyer\":\"ann\"}' | lcctl reserve -f -",
                "one request a line, one answer a line"),
        ],
        exitStatuses: Common.reservationStatuses + [.dataError]
    ) { invocation, console in
        if let path = invocation[file] {
            return try ReserveLines.run(path, invocation, console)
        }
        guard let buyer = invocation[buyer] else {
            throw Failure(
                .usage, "usage.missing", "--buyer BUYER is missing",
                hint: "see 'lcctl reserve --help'")
        }
        let shop = try Shop(invocation, console)
        var random = SystemRandomNumberGenerator()
        let plan = try ReservationPlan(
            id: invocation[id] ?? ReservationID(at: console.clocks.wall(), random: &random),
            buyer: buyer, show: invocation[show], lines: invocation[lines],
            holdTime: invocation[time], isPartial: invocation[isPartial])
        return try shop.answer(.reserve(plan), status: status) { reservation, answer in
            tell(reservation, answer, plan, console)
            return reservation.id.text
        }
    }

    /// Who asks again by an id must not take what is over for a hold.
    private static func status(_ reservation: Reservation) -> ExitStatus {
        switch reservation.state {
        case .held, .paying, .confirmed: .ok
        case .released: .conflict
        case .expired: .expired
        }
    }

    /// What a person wants to know besides the id.
    private static func tell(
        _ reservation: Reservation, _ answer: ReservationAnswer, _ plan: ReservationPlan,
        _ console: Console
    ) {
        let wanted = plan.lines.map(\.quantity).reduce(0, +)
        let held = reservation.lines.map(\.quantity).reduce(0, +)
        if answer.isRepeated, !reservation.state.isOpen {
            console.note("reservation '\(reservation.id)' is \(reservation.state.rawValue)")
        } else if held < wanted {
            console.note("\(held) of \(wanted) units are held")
        }
    }
}
