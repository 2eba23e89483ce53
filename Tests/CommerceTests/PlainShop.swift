import Commerce

/// The rules once more, as plainly as they can be said: lists, and everything counted anew each
/// time. It shares no code with the rules, and both must say the same.
struct PlainShop {
    typealias Units = Int64
    /// Milliseconds since the start.
    typealias Time = Int64

    struct Line: Equatable {
        let sku: Int
        let units: Units
        let price: Int64
        /// Which opening of a flash.
        let flash: Int?
    }

    struct Hold {
        var id: String
        let buyer: Int
        let isInShow: Bool
        let lines: [Line]
        let place: Int?
        let begun: Time
        var end: Time
        var state = Reservation.State.held
        var isLate = false

        var isOpen: Bool { state == .held || state == .paying }
        var isTaken: Bool { isOpen || state == .confirmed }
    }

    struct Place {
        let number: Int
        let buyer: Int
        let sku: Int
        let isInShow: Bool
        var rest: Units
    }

    struct Flash {
        let number: Int
        let price: Int64
        let limit: Units?
        let closes: Time?
    }

    struct Settings: Equatable {
        var hold: Time?
        var limit: Time?
        var paying: Time?
        var offer: Time?
        var ofSKU: Units?
        var held: Units?
    }

    /// A fault that a test puts in, to see that it is found.
    var fault = Fault.none
    enum Fault { case none, forgetsWaiters, keepsExpired }

    var onHand: [Units]
    private(set) var wall: Time = 0
    /// The clock of deadlines.
    private(set) var clock: Time = 0
    var holds: [Hold] = []
    var places: [Place] = []
    var flashes: [Int: Flash] = [:]
    private var flashCount = 0
    var isShowOver = false
    var wide = Settings()
    var inShow = Settings()
    var ofSKU: [Int: Settings] = [:]

    init(onHand: [Units]) {
        self.onHand = onHand
    }

    struct No: Error {
        let why: String
    }

    // MARK: what can be asked for

    mutating func pass(_ time: Time) {
        wall += time
        clock += max(0, time)
    }

    mutating func look() {
        let due = holds.indices.filter { holds[$0].isOpen && holds[$0].end <= clock }
            .sorted { (holds[$0].end, holds[$0].id) < (holds[$1].end, holds[$1].id) }
        guard fault != .keepsExpired else { return }
        for index in due { end(index, .expired) }
    }

    mutating func reserve(
        _ id: String, _ buyer: Int, _ wanted: [(sku: Int, units: Units)], isInShow: Bool,
        time: Time?, isPartial: Bool
    ) throws(No) -> String {
        var merged: [(sku: Int, units: Units)] = []
        for line in wanted {
            if let index = merged.firstIndex(where: { $0.sku == line.sku }) {
                merged[index].units += line.units
            } else {
                merged.append(line)
            }
        }
        if let old = holds.first(where: { $0.id == id }) {
            let isSame =
                isPartial
                ? old.lines.allSatisfy { line in
                    merged.contains { $0.sku == line.sku && $0.units >= line.units }
                }
                : Set(old.lines.map { [Int64($0.sku), $0.units] })
                    == Set(merged.map { [Int64($0.sku), $0.units] })
            guard old.buyer == buyer, old.isInShow == isInShow, isSame else {
                throw No(why: "reservationExists")
            }
            return "again \(words(old))"
        }
        if isInShow, isShowOver { throw No(why: "showHasEnded") }
        var granted: [(sku: Int, units: Units)] = []
        var short: [String] = []
        for var line in merged {
            let had = granted.map(\.units).reduce(0, +)
            let caps: [(cap: Units, taken: Units)] = [
                (setting(line.sku, isInShow, \.ofSKU) ?? .max, taken(by: buyer, of: line.sku)),
                (setting(line.sku, isInShow, \.held) ?? .max, held(by: buyer) + had),
            ]
            for (cap, taken) in caps where line.units > cap - taken {
                guard isPartial, cap > taken else { throw No(why: "overCap \(cap) \(taken)") }
                line.units = cap - taken
            }
            let free = free(line.sku)
            if line.units > free { short.append(shortage(line.sku, line.units, free)) }
            line.units = min(line.units, free)
            if line.units > 0 { granted.append(line) }
        }
        guard short.isEmpty || isPartial && !granted.isEmpty else {
            throw No(why: "soldOut \(short)")
        }
        let skus = granted.map(\.sku)
        let asked = time ?? least(skus, isInShow, \.hold)
        let hold = Hold(
            id: id, buyer: buyer, isInShow: isInShow,
            lines: granted.map { self.line($0.sku, $0.units, isInShow) }, place: nil, begun: clock,
            end: clock + min(asked, least(skus, isInShow, \.limit)))
        holds.append(hold)
        return "created \(words(hold))"
    }

    mutating func pay(_ id: String) throws(No) -> String {
        let index = try find(id)
        switch holds[index].state {
        case .paying, .confirmed: return "still \(words(holds[index]))"
        case .released, .expired: throw No(why: "reservationOver \(holds[index].state)")
        case .held:
            holds[index].state = .paying
            holds[index].end = max(holds[index].end, clock + least(index, \.paying))
            return "now \(words(holds[index]))"
        }
    }

    mutating func confirm(_ id: String) throws(No) -> String {
        let index = try find(id)
        let hold = holds[index]
        if hold.state == .confirmed { return "still \(words(hold))" }
        if !hold.isOpen {
            let short = hold.lines.filter { free($0.sku) < $0.units }
                .map { shortage($0.sku, $0.units, free($0.sku)) }
            guard short.isEmpty else { throw No(why: "tooLate \(hold.state) \(short)") }
            holds[index].isLate = true
        }
        holds[index].state = .confirmed
        return "now \(words(holds[index]))"
    }

    mutating func release(_ id: String) throws(No) -> String {
        let index = try find(id)
        switch holds[index].state {
        case .released, .expired: return "still \(words(holds[index]))"
        case .confirmed: throw No(why: "reservationConfirmed")
        case .held, .paying:
            end(index, .released)
            return "now \(words(holds[index]))"
        }
    }

    mutating func extend(_ id: String, _ time: Time?) throws(No) -> String {
        let index = try find(id)
        let hold = holds[index]
        switch hold.state {
        case .paying, .confirmed: return "still \(words(hold))"
        case .released, .expired: throw No(why: "reservationOver \(hold.state)")
        case .held: break
        }
        let last = hold.begun + least(index, \.limit)
        guard hold.end < last else { throw No(why: "holdLimitReached \(told(last))") }
        let end = max(hold.end, min(last, clock + (time ?? least(index, \.hold))))
        if end == hold.end { return "still \(words(hold))" }
        holds[index].end = end
        return "now \(words(holds[index]))"
    }

    mutating func join(
        _ number: Int, _ buyer: Int, _ sku: Int, _ units: Units, isInShow: Bool
    ) throws(No) -> String {
        if let old = places.first(where: { $0.number == number }) {
            guard old.buyer == buyer, old.sku == sku, old.isInShow == isInShow else {
                throw No(why: "placeExists")
            }
            return "again place \(number) \(old.rest)"
        }
        if isInShow, isShowOver { throw No(why: "showHasEnded") }
        if let old = places.first(where: { $0.buyer == buyer && $0.sku == sku && $0.rest > 0 }) {
            return "still place \(old.number) \(old.rest)"
        }
        places.append(
            Place(number: number, buyer: buyer, sku: sku, isInShow: isInShow, rest: units))
        serve(sku)
        return "created place \(number) \(places.first { $0.number == number }?.rest ?? 0)"
    }

    mutating func leave(_ number: Int) throws(No) -> String {
        guard let index = places.firstIndex(where: { $0.number == number }) else {
            throw No(why: "notWaiting")
        }
        if places[index].rest == 0 { return "still place \(number) 0" }
        places[index].rest = 0
        return "now place \(number) 0"
    }

    mutating func count(_ sku: Int, _ units: Units) throws(No) -> String {
        let promised = onHand[sku] - free(sku)
        guard units >= promised else { throw No(why: "stockBelowPromised \(promised)") }
        if onHand[sku] == units { return "unchanged" }
        onHand[sku] = units
        serve(sku)
        return "configured"
    }

    mutating func openFlash(_ sku: Int, _ price: Int64, _ limit: Units?, _ closes: Time?) {
        flashCount += 1
        flashes[sku] = Flash(number: flashCount, price: price, limit: limit, closes: closes)
    }

    func openFlash(of sku: Int) -> Flash? {
        guard !isShowOver, let flash = flashes[sku] else { return nil }
        return wall < flash.closes ?? .max ? flash : nil
    }

    // MARK: how it is counted

    func units(_ sku: Int, _ isCounted: (Hold) -> Bool) -> Units {
        holds.filter(isCounted).flatMap(\.lines).filter { $0.sku == sku }.map(\.units)
            .reduce(0, +)
    }

    func free(_ sku: Int) -> Units { onHand[sku] - units(sku, \.isTaken) }

    private func taken(by buyer: Int, of sku: Int) -> Units {
        units(sku) { $0.buyer == buyer && $0.isTaken }
    }

    private func held(by buyer: Int) -> Units {
        holds.filter { $0.buyer == buyer && $0.isOpen }.flatMap(\.lines).map(\.units).reduce(0, +)
    }

    private func line(_ sku: Int, _ units: Units, _ isInShow: Bool) -> Line {
        if isInShow, let flash = openFlash(of: sku) {
            let sold = holds.filter(\.isTaken).flatMap(\.lines)
                .filter { $0.flash == flash.number }.map(\.units).reduce(0, +)
            if sold + units <= flash.limit ?? .max {
                return Line(sku: sku, units: units, price: flash.price, flash: flash.number)
            }
        }
        return Line(sku: sku, units: units, price: 1999, flash: nil)
    }

    private mutating func end(_ index: Int, _ state: Reservation.State) {
        holds[index].state = state
        if let place = holds[index].place, let at = places.firstIndex(where: { $0.number == place })
        {
            places[at].rest = 0
        }
        for line in holds[index].lines { serve(line.sku) }
    }

    private mutating func serve(_ sku: Int) {
        guard fault != .forgetsWaiters else { return }
        while free(sku) > 0,
            let at = places.firstIndex(where: { $0.sku == sku && $0.rest > 0 })
        {
            let place = places[at]
            let units = min(
                place.rest, free(sku),
                (setting(sku, place.isInShow, \.ofSKU) ?? .max) - taken(by: place.buyer, of: sku),
                (setting(sku, place.isInShow, \.held) ?? .max) - held(by: place.buyer))
            guard units > 0, !(place.isInShow && isShowOver) else {
                places[at].rest = 0
                continue
            }
            places[at].rest -= units
            holds.append(
                Hold(
                    id: "", buyer: place.buyer, isInShow: place.isInShow,
                    lines: [line(sku, units, place.isInShow)], place: place.number, begun: clock,
                    end: clock + least([sku], place.isInShow, \.offer)))
        }
    }

    private func find(_ id: String) throws(No) -> Int {
        guard let index = holds.firstIndex(where: { $0.id == id }) else {
            throw No(why: "noReservation")
        }
        return index
    }

    private static let standard = Settings(
        hold: 90_000, limit: 900_000, paying: 900_000, offer: 300_000)

    private func setting(_ sku: Int, _ isInShow: Bool, _ path: KeyPath<Settings, Time?>) -> Time? {
        ofSKU[sku]?[keyPath: path] ?? (isInShow ? inShow[keyPath: path] : nil)
            ?? wide[keyPath: path] ?? Self.standard[keyPath: path]
    }

    private func least(_ skus: [Int], _ isInShow: Bool, _ path: KeyPath<Settings, Time?>) -> Time {
        skus.compactMap { setting($0, isInShow, path) }.min() ?? 0
    }

    private func least(_ index: Int, _ path: KeyPath<Settings, Time?>) -> Time {
        least(holds[index].lines.map(\.sku), holds[index].isInShow, path)
    }

    // MARK: how it is told

    private func told(_ end: Time) -> Time { end - clock + wall }

    private func shortage(_ sku: Int, _ wanted: Units, _ free: Units) -> String {
        let ends = holds.filter { hold in
            hold.isOpen && hold.lines.contains { $0.sku == sku }
        }.map(\.end).min()
        return "\(sku): \(wanted) of \(free), \(ends.map { "\(told($0))" } ?? "never")"
    }

    func words(_ hold: Hold) -> String {
        let lines = hold.lines.map { "\($0.units)x\($0.sku)@\($0.price)" }.joined(separator: " ")
        let late = hold.isLate ? " late" : ""
        return "\(hold.id) \(hold.state) \(lines) until \(told(hold.end))\(late)"
    }

    func stock(_ sku: Int) -> [Units] {
        [free(sku), units(sku, \.isOpen), units(sku) { $0.state == .confirmed }]
    }
}
