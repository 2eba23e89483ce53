package import Primitives

/// One catalogue's log against what a store has in its tables: it replays the one, and compares it
/// with the other. Both are read as they stand at one moment.
package struct CatalogueAudit {
    /// What is wrong with a catalogue. Facts; the words are the command line's.
    package struct Finding: Sendable, Equatable {
        package let subject: Subject
        package let flaw: Flaw
    }

    package enum Subject: Sendable, Equatable {
        case log
        case catalogue
        case sku(SKUCode)
        case show(ShowID)
        case rail(ShowID)
        case overlay(ShowID)
        case flash(ShowID, SKUCode)
        case reservation(ReservationID)
        /// The reservations that wait for their deadline.
        case deadlines
        /// When the first open reservation that holds units of a SKU ends.
        case nextEnd(SKUCode)
        case waiting(WaitID)
        case policy(HoldPolicy.Scope)
    }

    package enum Flaw: Sendable, Equatable {
        case gap(CatalogueState.Gap)
        /// An event or a row that cannot be read.
        case unreadable(FieldProblem)
        case malformed(JSONProblem)
        /// As JSON; nil where it is not there.
        case differs(log: String?, table: String?)
        /// The units that its reservations have are not those that the stock says.
        case unaccounted(held: Int64, confirmed: Int64, stock: Stock)
    }

    /// What the tables hold in all.
    package struct Totals: Sendable, Equatable {
        package var skus: Int64 = 0
        package var onHand: Int64 = 0
        package var held: Int64 = 0
        package var confirmed: Int64 = 0
        package var reservations: Int64 = 0
        package var open: Int64 = 0
        package var waiting: Int64 = 0

        package var available: Int64 { onHand - held - confirmed }

        package init() {}
    }

    /// Whoever has so many has seen enough.
    package static let maximumFindings = 1000

    /// What the log says, as far as it could be replayed.
    package private(set) var state: CatalogueState
    package private(set) var findings: [Finding] = []
    package private(set) var totals = Totals()
    /// Whether the log could be read to its end: only then can tables be rebuilt from it.
    package private(set) var isReplayed = false

    private let reader: any CatalogueReader
    private let keepsEnded: Bool

    /// A store that does not keep for ever what is over says so: reservations that were released
    /// or have expired, and places in waitlists.
    package init(_ reader: any CatalogueReader, keepsEnded: Bool) {
        self.reader = reader
        self.keepsEnded = keepsEnded
        state = CatalogueState(name: reader.name)
    }

    package mutating func run(progress: (_ events: Int64) throws -> Void) throws {
        try collecting(.log) { audit in try audit.replay(progress) }
        guard findings.isEmpty else { return }
        isReplayed = true
        try compareWithTables()
    }

    /// Compares what was replayed with the tables as they are now: after a repair once more.
    package mutating func compareWithTables() throws {
        findings = []
        totals = Totals()
        try collecting(.catalogue) { audit in
            let (expected, found) = (audit.state.catalogue, try audit.reader.catalogue())
            audit.compare(.catalogue, expected, found, json: \.auditJSON)
        }
        try collecting(.catalogue) { audit in try audit.compareSKUs() }
        try collecting(.catalogue) { audit in try audit.compareShows() }
        try collecting(.deadlines) { audit in try audit.compareReservations() }
        try collecting(.catalogue) { audit in try audit.compareWaitlist() }
        try collecting(.catalogue) { audit in try audit.comparePolicies() }
    }

    private mutating func replay(_ progress: (Int64) throws -> Void) throws {
        if let snapshot = try reader.snapshot() { state = snapshot }
        try reader.eachEvent(after: state.sequence) { event in
            try state.apply(event)
            if event.sequence % 1000 == 0 { try progress(event.sequence) }
            return true
        }
        // A log that lacks its end replays, too; tables made from it would forget sales.
        guard state.sequence >= reader.sequence else {
            throw CatalogueState.Gap.sequence(
                expected: state.sequence + 1, found: reader.sequence + 1)
        }
    }

    /// What cannot be read is a finding, not the end of the audit.
    private mutating func collecting(
        _ subject: Subject, _ step: (inout CatalogueAudit) throws -> Void
    ) throws {
        do {
            try step(&self)
        } catch let gap as CatalogueState.Gap {
            report(subject, .gap(gap))
        } catch let problem as FieldProblem {
            report(subject, .unreadable(problem))
        } catch let problem as JSONProblem {
            report(subject, .malformed(problem))
        }
    }

    private var isFull: Bool { findings.count >= Self.maximumFindings }

    private mutating func report(_ subject: Subject, _ flaw: Flaw) {
        if !isFull { findings.append(Finding(subject: subject, flaw: flaw)) }
    }

    private mutating func compare<Value: Equatable>(
        _ subject: Subject, _ expected: Value?, _ found: Value?, json: (Value) -> JSON
    ) {
        guard expected != found else { return }
        report(
            subject,
            .differs(log: expected.map { json($0).text }, table: found.map { json($0).text }))
    }
}

extension CatalogueAudit {
    private mutating func compareSKUs() throws {
        var rest = state.skus
        try reader.eachSKU(inFamily: nil) { sku in
            compare(.sku(sku.code), rest.removeValue(forKey: sku.code), sku, json: \.auditJSON)
            totals.skus += 1
            totals.onHand += sku.stock.onHand
            totals.held += sku.stock.held
            totals.confirmed += sku.stock.confirmed
            return !isFull
        }
        guard !isFull else { return }
        for code in rest.keys.sorted() {
            compare(.sku(code), rest[code], nil, json: \.auditJSON)
        }
    }

    private mutating func compareShows() throws {
        let found = try reader.shows()
        for id in Set(found.map(\.id)).union(state.shows.keys).sorted() {
            let show = found.first { $0.id == id }
            compare(.show(id), state.shows[id], show, json: \.auditJSON)
            compare(
                .rail(id), state.rails[id] ?? .empty, try reader.rail(of: id), json: \.json)
            let overlay = state.overlays[id] ?? Overlay()
            let standing = try reader.overlay(of: id)
            compare(.overlay(id), overlay, standing, json: \.auditJSON)
            let codes = Set(standing.flashes.map(\.code)).union(
                (state.flashUses[id] ?? [:]).keys)
            for code in codes.sorted() {
                compare(
                    .flash(id, code), state.flashUses[id]?[code],
                    try reader.flashUse(of: code, in: id), json: \.auditJSON)
            }
        }
    }

    /// Every unit that the stock says is promised must be some reservation's, and every open
    /// reservation must be found when its deadline comes.
    private mutating func compareReservations() throws {
        var rest = state.reservations
        var units: [SKUCode: (held: Int64, confirmed: Int64)] = [:]
        var open: [(deadline: WallClock, id: ReservationID)] = []
        var ends: [SKUCode: WallClock] = [:]
        try reader.eachReservation(matching: ReservationFilter()) { reservation in
            compare(
                .reservation(reservation.id), rest.removeValue(forKey: reservation.id),
                reservation, json: \.auditJSON)
            totals.reservations += 1
            if reservation.state.isOpen { open.append((reservation.deadline, reservation.id)) }
            for line in reservation.lines {
                switch reservation.state {
                case .held, .paying:
                    units[line.code, default: (0, 0)].held += line.quantity
                    ends[line.code] = min(
                        ends[line.code] ?? reservation.deadline, reservation.deadline)
                case .confirmed: units[line.code, default: (0, 0)].confirmed += line.quantity
                case .released, .expired: break
                }
            }
            return !isFull
        }
        guard !isFull else { return }
        for id in rest.keys.sorted() {
            guard let lost = rest[id], keepsEnded || lost.state.hasUnits else { continue }
            compare(.reservation(id), lost, nil, json: \.auditJSON)
        }
        totals.open = Int64(open.count)
        try compareDeadlines(open.sorted { $0 < $1 }.map(\.id), ends)
        try reader.eachSKU(inFamily: nil) { sku in
            let (held, confirmed) = units[sku.code] ?? (0, 0)
            if held != sku.stock.held || confirmed != sku.stock.confirmed {
                report(
                    .sku(sku.code),
                    .unaccounted(held: held, confirmed: confirmed, stock: sku.stock))
            }
            return !isFull
        }
    }

    private mutating func compareDeadlines(
        _ open: [ReservationID], _ ends: [SKUCode: WallClock]
    ) throws {
        for (code, end) in ends.sorted(by: { $0.key < $1.key }) {
            compare(.nextEnd(code), end, try reader.nextDeadline(of: code)) { .string($0.rfc3339) }
        }
        let due = try reader.dueReservations(
            at: WallClock(millisecondsSince1970: .max), limit: open.count + 1
        ).map(\.id)
        guard due != open else { return }
        compare(.deadlines, open, due) { ids in
            .array(ids.prefix(10).map { .string($0.text) } + [.integer(Int64(ids.count))])
        }
    }

    private mutating func compareWaitlist() throws {
        var rest = state.waitlist
        for waiting in try reader.waitlist(for: nil) {
            totals.waiting += 1
            compare(
                .waiting(waiting.id), rest.removeValue(forKey: waiting.id), waiting,
                json: \.auditJSON)
        }
        for id in rest.keys.sorted() {
            let found = try reader.waiting(id)
            // One that is over is in no list.
            if found == nil, !keepsEnded, rest[id]?.isOver == true { continue }
            compare(.waiting(id), rest[id], found, json: \.auditJSON)
        }
    }

    private mutating func comparePolicies() throws {
        var rest = state.policies
        for (scope, policy) in try reader.policies() {
            compare(
                .policy(scope), rest.removeValue(forKey: scope), policy, json: \.auditJSON)
        }
        for scope in rest.keys.sorted(by: { $0.text.precedesInUTF8($1.text) }) {
            compare(.policy(scope), rest[scope], nil, json: \.auditJSON)
        }
    }
}

// What differs is told as JSON, which people and programs can read.

private func json(_ write: (inout JSONObject) -> Void) -> JSON {
    var object = JSONObject()
    write(&object)
    return .object(object)
}

extension Catalogue { fileprivate var auditJSON: JSON { json { write(into: &$0) } } }
extension SKU { fileprivate var auditJSON: JSON { json { write(into: &$0) } } }
extension Show { fileprivate var auditJSON: JSON { json { write(into: &$0) } } }
extension Waiting { fileprivate var auditJSON: JSON { json { write(into: &$0) } } }
extension HoldPolicy { fileprivate var auditJSON: JSON { json { write(into: &$0) } } }

extension Reservation {
    fileprivate var auditJSON: JSON { json { write(into: &$0, ahead: .zero) } }
}

extension FlashUse {
    fileprivate var auditJSON: JSON {
        json { object in
            object["opening"] = .integer(opening)
            object["taken"] = .integer(taken)
        }
    }
}

extension Overlay {
    fileprivate var auditJSON: JSON {
        json { object in
            object["pinned"] = pinned.map { .string($0.text) }
            object["flashes"] = .array(
                flashes.map { flash in json { flash.write(into: &$0) } })
        }
    }
}
