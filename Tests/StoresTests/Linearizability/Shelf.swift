/// What buyers can know of one SKU: the model that a history is held to. One step at a time, and
/// nothing of how a store does it.
struct Shelf: Hashable {
    private(set) var onHand: Int64
    private(set) var held: Int64 = 0
    private(set) var confirmed: Int64 = 0
    /// Reservations that something is still said about, by number.
    private var reservations: [Int: Phase] = [:]
    /// Made up of all of them, so that two shelves are compared in full only where they are alike.
    private var mark: UInt64 = 0

    enum Phase: Hashable {
        /// `until` is nil where nobody was told yet.
        case held(Int64, until: Int64?)
        case paying(Int64, until: Int64?)
        case confirmed(Int64)
        case over(Int64)
    }

    init(onHand: Int64) {
        self.onHand = onHand
    }

    var available: Int64 { onHand - held - confirmed }
    var level: Level { Level(onHand: onHand, held: held, confirmed: confirmed) }

    struct Level: Hashable {
        let onHand: Int64
        let held: Int64
        let confirmed: Int64
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(mark)
        hasher.combine(level)
    }

    /// Nothing more will be said about it; what it holds stays counted.
    mutating func forget(_ id: Int) {
        set(id, nil)
    }

    private mutating func set(_ id: Int, _ phase: Phase?) {
        if let old = reservations[id] { mark ^= Self.mark(id, old) }
        if let phase { mark ^= Self.mark(id, phase) }
        reservations[id] = phase
    }

    private static func mark(_ id: Int, _ phase: Phase) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(id)
        hasher.combine(phase)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

/// Something that was asked of a SKU, and what was answered.
struct ShelfCall {
    let verb: Verb
    /// Nil where the answer was lost: it may have been done or not.
    let answer: Answer?
    /// The stock that was told with the answer.
    let level: Shelf.Level?

    init(_ verb: Verb, _ answer: Answer?, level: Shelf.Level? = nil) {
        self.verb = verb
        self.answer = answer
        self.level = level
    }

    enum Verb: Hashable {
        case reserve(Int, Int64)
        case pay(Int)
        case extend(Int)
        case confirm(Int)
        case release(Int)
        /// Happens by itself: to a reservation that ends then and was neither extended nor ended.
        case expire(Int, until: Int64?)
        /// The shelf was counted.
        case count(Int64)

        var reservation: Int? {
            switch self {
            case .reserve(let id, _), .pay(let id), .extend(let id), .confirm(let id),
                .release(let id), .expire(let id, _):
                id
            case .count: nil
            }
        }
    }

    enum Answer: Hashable {
        /// It took effect now; the reservation lasts until then.
        case done(until: Int64?)
        /// It changed nothing, and was told how the reservation stands.
        case still(Standing, until: Int64?)
        case soldOut(left: Int64)
        case tooLate(left: Int64)
        /// Refused for the sake of another SKU.
        case refusedElsewhere
        case over
        case isConfirmed
        case belowPromised(Int64)
        case absent
    }

    enum Standing: Hashable {
        case open
        case confirmed
        case over
    }
}

extension Shelf {
    /// The shelf after a call that came to its answer here; nil where it cannot have.
    func after(_ call: ShelfCall) -> Shelf? {
        var shelf = self
        let isPossible =
            switch call.verb {
            case .reserve(let id, let units): shelf.reserve(id, units, call.answer)
            case .pay(let id): shelf.renew(id, isPaying: true, call.answer)
            case .extend(let id): shelf.renew(id, isPaying: false, call.answer)
            case .confirm(let id): shelf.confirm(id, call.answer)
            case .release(let id): shelf.release(id, call.answer)
            case .expire(let id, let until): shelf.expire(id, until)
            case .count(let units): shelf.count(units, call.answer)
            }
        guard isPossible, call.level.map({ $0 == shelf.level }) ?? true else { return nil }
        return shelf
    }

    private mutating func reserve(_ id: Int, _ units: Int64, _ answer: ShelfCall.Answer?) -> Bool {
        guard reservations[id] == nil else { return stands(id, answer) }
        switch answer {
        case .done(let until) where available >= units: take(id, units, until)
        case nil where available >= units: take(id, units, nil)
        case nil: break
        case .soldOut(let left): return available == left && left < units
        case .refusedElsewhere: return available >= units
        default: return false
        }
        return true
    }

    private mutating func take(_ id: Int, _ units: Int64, _ until: Int64?) {
        held += units
        set(id, .held(units, until: until))
    }

    /// Whether it stands as was told. A deadline that was not known becomes known.
    private mutating func stands(_ id: Int, _ answer: ShelfCall.Answer?) -> Bool {
        guard let answer else { return true }
        guard case .still(let standing, let told) = answer else { return false }
        switch (reservations[id], standing) {
        case (.held(let units, let until), .open):
            guard until == nil || told == nil || until == told else { return false }
            set(id, .held(units, until: until ?? told))
        case (.paying(let units, let until), .open):
            guard until == nil || told == nil || until == told else { return false }
            set(id, .paying(units, until: until ?? told))
        case (.confirmed, .confirmed), (.over, .over): break
        default: return false
        }
        return true
    }

    private mutating func renew(
        _ id: Int, isPaying: Bool, _ answer: ShelfCall.Answer?
    ) -> Bool {
        switch (reservations[id], answer) {
        case (nil, let answer): return answer == .absent || answer == nil
        case (.over, let answer): return answer == .over || answer == nil
        case (.held(let units, _), .done(let until)):
            set(id, isPaying ? .paying(units, until: until) : .held(units, until: until))
            return true
        case (.held(let units, _), nil):
            set(id, isPaying ? .paying(units, until: nil) : .held(units, until: nil))
            return true
        case (.held, .still) where isPaying: return false
        default: return stands(id, answer)
        }
    }

    private mutating func confirm(_ id: Int, _ answer: ShelfCall.Answer?) -> Bool {
        let isDone: Bool
        switch answer {
        case .done, nil: isDone = true
        default: isDone = false
        }
        switch reservations[id] {
        case nil: return answer == .absent || answer == nil
        case .held(let units, _), .paying(let units, _):
            guard isDone else { return false }
            held -= units
            confirmed += units
            set(id, .confirmed(units))
        case .over(let units) where isDone && available >= units:
            confirmed += units
            set(id, .confirmed(units))
        case .over(let units):
            if case .tooLate(let left) = answer { return available == left && left < units }
            return answer == nil || answer == .refusedElsewhere
        case .confirmed: return stands(id, answer)
        }
        return true
    }

    private mutating func release(_ id: Int, _ answer: ShelfCall.Answer?) -> Bool {
        switch reservations[id] {
        case nil: return answer == .absent || answer == nil
        case .confirmed: return answer == .isConfirmed || answer == nil
        case .over: return stands(id, answer)
        case .held(let units, _), .paying(let units, _):
            switch answer {
            case .done, nil: break
            default: return false
            }
            held -= units
            set(id, .over(units))
            return true
        }
    }

    private mutating func expire(_ id: Int, _ due: Int64?) -> Bool {
        switch reservations[id] {
        case .held(let units, let until), .paying(let units, let until):
            guard until == due else { return true }
            held -= units
            set(id, .over(units))
        default: break
        }
        return true
    }

    private mutating func count(_ units: Int64, _ answer: ShelfCall.Answer?) -> Bool {
        let promised = held + confirmed
        switch answer {
        case .done:
            guard units >= promised, units != onHand else { return false }
            onHand = units
        case nil: if units >= promised { onHand = units }
        case .still: return units == onHand
        case .belowPromised(let told): return told == promised && units < promised
        default: return false
        }
        return true
    }
}
