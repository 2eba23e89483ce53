import Commerce
import Primitives

/// What clients asked of a store and were answered, as one history for each SKU. Times are any
/// numbers that grow; deadlines are on the hold clock.
struct ShopHistory {
    private(set) var shelves: [SKUCode: ShelfHistory] = [:]
    private var numbers: [ReservationID: Int] = [:]
    /// What each reservation is of, as it was told, or else as it was asked for.
    private var lines: [ReservationID: [WantedLine]] = [:]
    private var told: [(id: ReservationID, until: WallClock)] = []
    /// Whose deadlines may have been set without anybody being told.
    private var untold: [(id: ReservationID, began: Int64, ended: Int64)] = []

    init(stock: [(code: SKUCode, onHand: Int64)]) {
        for (code, onHand) in stock { shelves[code] = ShelfHistory(onHand: onHand) }
    }

    /// `result` is nil where the answer was lost; then it may have been done until `ended`.
    mutating func add(
        _ verb: ReservationVerb, _ result: Result<ReservationAnswer, any Error>?,
        from began: Int64, to ended: Int64
    ) throws {
        guard let id = verb.reservation else { return }
        if case .reserve(let plan) = verb, lines[id] == nil { lines[id] = plan.lines }
        switch result {
        case nil:
            if verb.setsDeadline { untold.append((id, began, ended)) }
            for line in lines[id] ?? [] { add(verb, line, nil, nil, began, ended) }
        case .success(let answer):
            guard let reservation = answer.reservation else { return }
            if reservation.state.isOpen { told.append((id, reservation.deadline)) }
            let got = try reservation.lines.map {
                try WantedLine(code: $0.code, quantity: $0.quantity)
            }
            let missing = (lines[id] ?? []).filter { line in
                !got.contains { $0.code == line.code }
            }
            lines[id] = got
            let known = reservation.known(answer.outcome)
            for line in got {
                let stock = answer.stock.first { $0.code == line.code }?.stock
                add(verb, line, known, stock.map(Shelf.Level.init), began, ended)
            }
            guard case .done = known else { return }
            // A partial reservation leaves lines out of which there is nothing.
            for line in missing { add(verb, line, .soldOut(left: 0), nil, began, ended) }
        case .failure(let refusal as CommerceError):
            for line in lines[id] ?? [] {
                guard let answer = refusal.known(of: line.code) else { continue }
                add(verb, line, answer, nil, began, ended)
            }
        case .failure(let error): throw error
        }
    }

    mutating func addCount(
        of code: SKUCode, _ units: Int64, _ answer: ShelfCall.Answer?, _ stock: Stock?,
        from began: Int64, to ended: Int64
    ) {
        let call = ShelfCall(.count(units), answer, level: stock.map(Shelf.Level.init))
        shelves[code]?.add(call, from: began, to: ended)
    }

    private mutating func add(
        _ verb: ReservationVerb, _ line: WantedLine, _ answer: ShelfCall.Answer?,
        _ level: Shelf.Level?, _ began: Int64, _ ended: Int64
    ) {
        guard let id = verb.reservation, let verb = verb.onShelf(number(of: id), line) else {
            return
        }
        shelves[line.code]?.add(
            ShelfCall(verb, answer, level: level), from: began, to: ended)
    }

    private mutating func number(of id: ReservationID) -> Int {
        if let number = numbers[id] { return number }
        numbers[id] = numbers.count
        return numbers.count - 1
    }

    /// Adds what happened by itself. `when` says when the clock came to a deadline: nil where it
    /// has not yet. `lapsed` says by when a deadline was over that was set until a time: nil where
    /// it is not over yet.
    mutating func end(
        when: (WallClock) -> ClosedRange<Int64>?, lapsed: (Int64) -> Int64?
    ) {
        var seen: Set<Deadline> = []
        for (id, until) in told where seen.insert(Deadline(id: id, until: until)).inserted {
            guard let time = when(until) else { continue }
            expire(id, until.millisecondsSince1970, from: time.lowerBound, to: time.upperBound)
        }
        for (id, began, ended) in untold {
            guard let ended = lapsed(ended) else { continue }
            // Another lost answer may have set a later one.
            expire(id, nil, from: began, to: ended, isOptional: true)
        }
        (told, untold) = ([], [])
    }

    private struct Deadline: Hashable {
        let id: ReservationID
        let until: WallClock
    }

    private mutating func expire(
        _ id: ReservationID, _ until: Int64?, from began: Int64, to ended: Int64,
        isOptional: Bool = false
    ) {
        let number = number(of: id)
        for line in lines[id] ?? [] {
            shelves[line.code]?.add(
                ShelfCall(.expire(number, until: until), nil), from: began, to: ended,
                isOptional: isOptional)
        }
    }

    /// What is wrong, SKU by SKU.
    func problems() -> [String] {
        shelves.keys.sorted().compactMap { code in
            switch shelves[code]?.verdict() {
            case .linearizable, nil: nil
            case .impossible(let index, let words): "\(code): entry \(index): \(words)"
            case .undecided(let index): "\(code): too many ways at entry \(index)"
            }
        }
    }
}

extension Shelf.Level {
    fileprivate init(_ stock: Stock) {
        self.init(onHand: stock.onHand, held: stock.held, confirmed: stock.confirmed)
    }
}

extension ReservationVerb {
    fileprivate var reservation: ReservationID? {
        switch self {
        case .reserve(let plan): plan.id
        case .pay(let id), .confirm(let id), .release(let id), .extend(let id, _): id
        case .join, .leave, .expire: nil
        }
    }

    fileprivate var setsDeadline: Bool {
        switch self {
        case .reserve, .pay, .extend: true
        default: false
        }
    }

    fileprivate func onShelf(_ number: Int, _ line: WantedLine) -> ShelfCall.Verb? {
        switch self {
        case .reserve: .reserve(number, line.quantity)
        case .pay: .pay(number)
        case .extend: .extend(number)
        case .confirm: .confirm(number)
        case .release: .release(number)
        case .join, .leave, .expire: nil
        }
    }
}

extension Reservation {
    fileprivate func known(_ outcome: Outcome) -> ShelfCall.Answer {
        let until = state.isOpen ? deadline.millisecondsSince1970 : nil
        guard outcome == .unchanged else { return .done(until: until) }
        switch state {
        case .held, .paying: return .still(.open, until: until)
        case .confirmed: return .still(.confirmed, until: nil)
        case .released, .expired: return .still(.over, until: nil)
        }
    }
}

extension CommerceError {
    /// What a refusal says of one SKU; nil where it says nothing.
    fileprivate func known(of code: SKUCode) -> ShelfCall.Answer? {
        switch self {
        case .soldOut(let shortages):
            shortages.first { $0.code == code }.map { .soldOut(left: $0.available) }
                ?? .refusedElsewhere
        case .tooLate(_, _, let shortages):
            shortages.first { $0.code == code }.map { .tooLate(left: $0.available) }
                ?? .refusedElsewhere
        case .reservationOver: .over
        case .reservationConfirmed: .isConfirmed
        case .holdLimitReached: .still(.open, until: nil)
        case .noReservation: .absent
        default: nil
        }
    }
}
