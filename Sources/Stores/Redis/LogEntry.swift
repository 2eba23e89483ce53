import Commerce
import Primitives

/// One entry of a log, as a stream has it.
struct LogEntry {
    let id: String
    private let fields: [RedisReply]

    init?(_ reply: RedisReply) {
        guard let parts = reply.elements, parts.count == 2, let id = parts[0].text,
            let fields = parts[1].elements
        else { return nil }
        self.id = id
        self.fields = fields
    }

    subscript(name: String) -> String? {
        for index in stride(from: 0, to: fields.count - 1, by: 2)
        where fields[index].text == name {
            return fields[index + 1].text
        }
        return nil
    }

    private func require(_ name: String) throws -> PackedText {
        guard let text = self[name] else { throw PackedText.Misread() }
        return PackedText(text)
    }

    func event(in catalogue: CatalogueName) throws -> Event {
        let sequence = try PackedText(id).split("-", count: 2)[0].integer()
        let shows = try self["w"].map { text in
            try PackedText(text).split(",").map { place in
                let parts = try place.split(" ", count: 2)
                return Event.ShowSequence(
                    show: try ShowID(parts[0].string), sequence: try parts[1].integer())
            }
        }
        return Event(
            catalogue: catalogue, sequence: sequence, time: try require("t").time(),
            shows: shows ?? [], body: try body(in: catalogue))
    }

    /// What is hot is packed, because scripts write it; all else is as events say it.
    private func body(in catalogue: CatalogueName) throws -> Event.Body {
        let type = try require("y").string
        switch type {
        case "stock-update":
            return .stockUpdate(
                try code(), try Stock(packed: require("s")), reason: self["m"])
        case "sold-out": return .soldOut(try level())
        case "back-in-stock": return .backInStock(try level())
        default: break
        }
        if let step = Reservation.Step.allCases.first(where: {
            type == "reservation-\($0.rawValue)"
        }) {
            return .reservation(try change(step))
        }
        if let step = Waiting.Step.allCases.first(where: { type == "waitlist-\($0.rawValue)" }) {
            return .waiting(step, try Waiting(id: require("i").string, packed: require("x")))
        }
        return try Event.Body(
            type: type, data: JSON(parsing: require("d").string), in: catalogue)
    }

    private func code() throws -> SKUCode { try SKUCode(require("k").string) }

    private func level() throws -> StockLevel {
        StockLevel(code: try code(), stock: try Stock(packed: require("s")))
    }

    private func change(_ step: Reservation.Step) throws -> ReservationChange {
        let reservation = try Reservation(id: require("i").string, packed: require("r"))
        let levels = try require("s").split(";")
        guard levels.count == reservation.lines.count else { throw PackedText.Misread() }
        return ReservationChange(
            step: step, reservation: reservation,
            stock: try zip(reservation.lines, levels).map { line, level in
                StockLevel(code: line.code, stock: try Stock(packed: level))
            },
            ahead: .milliseconds(try require("a").integer()))
    }
}
