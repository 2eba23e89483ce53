import Commerce
import Primitives

/// Reads what a script of a verb answers.
enum ReservationReply {
    static func decode(
        _ reply: RedisReply, of request: ReservationRequest, in catalogue: CatalogueName
    ) -> ReservationOutcome {
        guard case .bytes(let bytes) = reply,
            let text = String(validating: bytes, as: UTF8.self), let first = text.utf8.first
        else { return .refused(misread(reply)) }
        switch first {
        case UInt8(ascii: "?"): return .stale
        case UInt8(ascii: "#"): return .frozen
        case UInt8(ascii: "~"): return .again
        default: break
        }
        do {
            /// A place for who asks for a place, a reservation for all others.
            func fitting(_ answer: ReservationAnswer) throws -> ReservationOutcome {
                let isThere: Bool
                switch request.verb {
                case .expire: isThere = true
                case .join, .leave: isThere = answer.waiting != nil
                default: isThere = answer.reservation != nil
                }
                guard isThere else { throw PackedText.Misread() }
                return .done(answer)
            }
            switch first {
            case UInt8(ascii: "!"):
                let parts = PackedText(text.dropFirst(2)).split("\u{C}")
                return .refused(try refusal(parts, request, catalogue))
            case UInt8(ascii: "="):
                var answer = try answer(PackedText(text.dropFirst()))
                answer.isRepeated = true
                return try fitting(answer)
            default: return try fitting(answer(PackedText(text)))
            }
        } catch {
            return .refused(misread(reply))
        }
    }

    /// Outcome, how far the hold clock is ahead, stock, `r` or `w` or nothing, id, packed.
    private static func answer(_ text: PackedText) throws -> ReservationAnswer {
        let parts = text.split("\u{C}")
        guard parts.count >= 4 else { throw PackedText.Misread() }
        let isRepeated = parts[0].string == "repeated"
        guard let outcome = isRepeated ? .unchanged : Outcome(rawValue: parts[0].string) else {
            throw PackedText.Misread()
        }
        var answer = ReservationAnswer(
            ahead: .milliseconds(try parts[1].integer()), outcome: outcome, isRepeated: isRepeated)
        guard parts.count == 6 else { return answer }
        var codes: [SKUCode] = []
        if parts[3].string == "w" {
            let waiting = try Waiting(id: parts[4].string, packed: parts[5])
            codes = [waiting.code]
            answer.waiting = waiting
        } else {
            let reservation = try Reservation(id: parts[4].string, packed: parts[5])
            codes = reservation.lines.map(\.code)
            answer.reservation = reservation
        }
        let levels = parts[2].split(";")
        guard levels.count == codes.count else { throw PackedText.Misread() }
        for (code, level) in zip(codes, levels) where level.string != "-" {
            answer.stock.append(StockLevel(code: code, stock: try Stock(packed: level)))
        }
        return answer
    }

    private static func refusal(
        _ parts: [PackedText], _ request: ReservationRequest, _ catalogue: CatalogueName
    ) throws -> CommerceError {
        func part(_ index: Int) throws -> PackedText {
            guard parts.indices.contains(index) else { throw PackedText.Misread() }
            return parts[index]
        }
        func code() throws -> SKUCode { try SKUCode(part(1).string) }
        func state() throws -> Reservation.State {
            guard let state = Reservation.State(rawValue: try part(1).string) else {
                throw PackedText.Misread()
            }
            return state
        }
        let (reservation, waiting, show, buyer) = request.verb.names
        func require<Value>(_ value: Value?) throws -> Value {
            guard let value else { throw PackedText.Misread() }
            return value
        }
        switch try part(0).string {
        case "noCatalogue": return .noCatalogue(catalogue)
        case "keyReused": return .keyReused(try require(request.key))
        case "noShow": return .noShow(try require(show), catalogue)
        case "showHasEnded": return .showHasEnded(try require(show))
        case "notOnRail": return .notOnRail(try code(), try require(show))
        case "noSKU": return .noSKU(try code(), catalogue)
        case "noReservation": return .noReservation(try require(reservation), catalogue)
        case "reservationExists": return .reservationExists(try require(reservation))
        case "soldOut": return .soldOut(try shortages(part(2), ahead: part(1)))
        case "overCap":
            return .overCap(
                try require(buyer), try part(1).optional.map { try SKUCode($0) },
                cap: try part(2).integer(), taken: try part(3).integer(),
                wanted: try part(4).integer())
        case "reservationOver": return .reservationOver(try require(reservation), try state())
        case "reservationConfirmed": return .reservationConfirmed(try require(reservation))
        case "tooLate":
            return .tooLate(
                try require(reservation), try state(), try shortages(part(3), ahead: part(2)))
        case "holdLimitReached":
            return .holdLimitReached(try require(reservation), endsAt: try part(1).time())
        case "placeExists": return .placeExists(try require(waiting))
        case "notWaiting": return .notWaiting(try require(waiting), catalogue)
        case "waitlistFull": return .waitlistFull(try code(), limit: try part(2).integer())
        default: throw PackedText.Misread()
        }
    }

    private static func shortages(_ text: PackedText, ahead: PackedText) throws -> [Shortage] {
        let ahead = Duration.milliseconds(try ahead.integer())
        return try text.split("\n").map { line in
            let parts = try line.split("\t", count: 4)
            return Shortage(
                code: try SKUCode(parts[0].string), wanted: try parts[1].integer(),
                available: try parts[2].integer(),
                nextEnd: try parts[3].optionalTime().map { $0 + (.zero - ahead) })
        }
    }

    private static func misread(_ reply: RedisReply) -> StoreError {
        .damaged(path: "redis", reason: String("\(reply)".prefix(200)))
    }
}

extension ReservationVerb {
    /// What it was given, which a refusal names.
    fileprivate var names: (ReservationID?, WaitID?, ShowID?, BuyerID?) {
        switch self {
        case .reserve(let plan): (plan.id, nil, plan.show, plan.buyer)
        case .pay(let id), .confirm(let id), .release(let id), .extend(let id, _):
            (id, nil, nil, nil)
        case .join(let plan): (nil, plan.id, plan.show, plan.buyer)
        case .leave(let id): (nil, id, nil, nil)
        case .expire: (nil, nil, nil, nil)
        }
    }
}
