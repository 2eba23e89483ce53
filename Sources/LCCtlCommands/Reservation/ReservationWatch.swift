import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl reservation watch`: what reservations are, and what becomes of them.
enum ReservationWatch {
    private static let id = Argument.optionalOperand(
        "RESERVATION", .reservation, "only this one, until it is over; all unless given")

    static let command = Command(
        "watch", "Follow one reservation until it is over, or all of them",
        discussion: [
            "First it prints what is there, then each change as it comes. One reservation is followed "
                + "until it is confirmed, released or expired; all are followed until interrupted."
        ],
        output: .lines, arguments: [id.row],
        examples: [
            Example("lcctl reservation watch rsv_42", "wait for the buyer"),
            Example("lcctl reservation watch -o jsonl", "for a program that follows the sale"),
        ],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let format =
            invocation[StandardOptions.linesFormat]
            ?? (console.traits.isOutputTerminal ? .text : .jsonl)
        var watch = try Watch(shop, invocation[id], format)
        var nextExpiry = console.clocks.monotonic() + expiryInterval
        while !watch.isOver {
            try console.flush()
            // Before reading: what is committed meanwhile is seen by the next look.
            let version = try shop.store.dataVersion(of: shop.catalogue)
            try watch.printNew()
            guard !watch.isOver else { break }
            while try shop.store.dataVersion(of: shop.catalogue) == version {
                try Interruption.check()
                Interruption.sleep(pollInterval)
                // Nobody else may be there to let things expire.
                guard console.clocks.monotonic() >= nextExpiry else { continue }
                nextExpiry = console.clocks.monotonic() + expiryInterval
                try shop.letDueExpire()
                break
            }
        }
        return .ok
    }

    /// Asking whether anything has changed is a read of a file's header, or a message each way;
    /// this late a change is seen.
    private static let pollInterval = Duration.milliseconds(20)
    private static let expiryInterval = Duration.milliseconds(200)
}

/// A place in a catalogue's log that moves on.
private struct Watch {
    private let shop: Shop
    private let id: ReservationID?
    private let format: LinesFormat
    private let catalogue: Catalogue
    private var place: Int64 = 0
    private(set) var isOver = false

    init(_ shop: Shop, _ id: ReservationID?, _ format: LinesFormat) throws {
        self.shop = shop
        self.id = id
        self.format = format
        var present: [(Reservation, Duration)] = []
        (catalogue, place) = try shop.readSettled { reader in
            if let id {
                present.append((try reader.requireReservation(id), reader.holdClock.ahead))
            } else {
                let open = ReservationFilter(states: [.held, .paying])
                try reader.eachReservation(matching: open) { reservation in
                    present.append((reservation, reader.holdClock.ahead))
                    return true
                }
            }
            return (try reader.requireCatalogue(), reader.sequence)
        }
        for (reservation, ahead) in present { try show(reservation, ahead: ahead) }
    }

    mutating func printNew() throws {
        var found: [(Reservation, Duration)] = []
        var place = place
        try shop.read { reader in
            try reader.eachEvent(after: place) { event in
                place = event.sequence
                if case .reservation(let change) = event.body,
                    id == nil || change.reservation.id == id
                {
                    found.append((change.reservation, change.ahead))
                }
                return true
            }
        }
        self.place = place
        for (reservation, ahead) in found { try show(reservation, ahead: ahead) }
    }

    private mutating func show(_ reservation: Reservation, ahead: Duration) throws {
        switch format {
        case .jsonl:
            let document = Documents.reservation(reservation, in: catalogue, ahead: ahead)
            try shop.console.print(document.text)
        case .text:
            let state = TextWidth.padded(reservation.state.rawValue, to: 9)
            let end = reservation.deadline + (.zero - ahead)
            let until = reservation.state.isOpen ? "  until \(end.rfc3339)" : ""
            try shop.console.print(
                SafeText.oneLine(
                    "\(reservation.id)  \(state)  \(reservation.buyer)  \(reservation.linesText)"
                        + until))
        }
        if id != nil, !reservation.state.isOpen { isOver = true }
    }
}
