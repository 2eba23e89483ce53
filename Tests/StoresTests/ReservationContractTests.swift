import Commerce
import Primitives
@testable import Stores
import TestSupport
import Testing

/// What every store promises of reservations: the rules of Commerce, word for word.
@Suite struct ReservationContractTests {
    private static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
    private static let name = CatalogueName.standard

    private struct Case: Sendable, CustomTestStringConvertible {
        let kind: StoreKind
        let seed: UInt64
        var testDescription: String { "\(kind.rawValue), seed \(seed)" }
    }

    /// `LC_STORE_SEEDS` says how many, for a long night.
    private static let cases = StoreKind.available.flatMap { kind in
        let count = Machine.variable("LC_STORE_SEEDS").flatMap { UInt64($0) } ?? 12
        return (UInt64(1)...max(1, count)).map { Case(kind: kind, seed: $0) }
    }

    /// Random steps on the store and on the model in memory: every answer, every refusal and every
    /// event must be the same, and so must what is left at the end.
    @Test(arguments: cases)
    private func `the store says what the rules say`(_ drawn: Case) throws {
        let kept = try drawn.kind.make()
        let store = try kept.open()
        var model = Model(now: Self.start)
        _ = try store.catalogues()
        var script = RandomReservations(seed: drawn.seed)
        var now = Self.start
        // The hold clock begins with the first verb.
        _ = perform(ReservationRequest(.expire), on: store, at: now)
        for number in 0..<600 {
            let step = try script.next()
            let wanted: String
            let found: String
            switch step {
            case .time(let time):
                now = now + time
                try kept.set(now)
                model.ledger.now = now
                // Every step looks at the clock; so that all see this one, one is made at once.
                wanted = model.perform(ReservationRequest(.expire))
                found = perform(ReservationRequest(.expire), on: store, at: now)
            case .perform(let request):
                wanted = model.perform(request)
                found = perform(request, on: store, at: now)
            case .change(let verb):
                wanted = model.change(verb)
                found = words {
                    try store.change(
                        Self.name, by: ChangeRequest(key: nil, fingerprint: Fingerprint()), at: now
                    ) { try verb.run(&$0) }.document.text
                }
            }
            guard wanted == found else {
                Issue.record(
                    """
                    \(drawn.testDescription), step \(number), \(step.name)
                    wanted \(wanted)
                    found  \(found)
                    """)
                return
            }
        }
        try store.read(Self.name, at: now) { try compare($0, model.ledger, drawn) }
    }

    @Test func `random steps come to every event and to every refusal`() throws {
        var seen: Set<String> = []
        for seed in UInt64(1)...12 {
            var model = Model(now: Self.start)
            var script = RandomReservations(seed: seed)
            for _ in 0..<600 {
                switch try script.next() {
                case .time(let time): model.ledger.now = model.ledger.now + time
                case .perform(let request):
                    let words = model.perform(request)
                    guard words.hasPrefix("refused: ") else { continue }
                    seen.insert(String(words.dropFirst(9).prefix { $0.isLetter }))
                case .change(let verb): _ = model.change(verb)
                }
            }
            for event in model.ledger.log {
                seen.insert(event.body.type)
                guard case .reservation(let change) = event.body else { continue }
                if change.reservation.isLate { seen.insert("late") }
                if change.reservation.lines.count > 1 { seen.insert("lines") }
                if change.reservation.lines.contains(where: { $0.flash != nil }) {
                    seen.insert("flash")
                }
            }
        }
        let wanted = [
            "noSKU", "noShow", "showHasEnded", "notOnRail", "noReservation", "reservationExists",
            "soldOut", "overCap", "reservationOver", "reservationConfirmed", "tooLate",
            "holdLimitReached", "notWaiting", "placeExists", "keyReused", "late", "lines", "flash",
            "reservation-held", "reservation-paying", "reservation-extended",
            "reservation-confirmed", "reservation-released", "reservation-expired",
            "waitlist-joined", "waitlist-offered", "waitlist-left", "sold-out", "back-in-stock",
        ]
        #expect(wanted.filter { !seen.contains($0) } == [])
    }

    private func perform(
        _ request: ReservationRequest, on store: any Store, at now: WallClock
    ) -> String {
        words {
            "\(try store.perform([request], in: Self.name, at: now)[0].get())"
        }
    }

    private func compare(
        _ reader: any CatalogueReader, _ model: MemoryLedger, _ drawn: Case
    ) throws {
        var events: [Event] = []
        try reader.eachEvent(after: 0) { event in
            events.append(event)
            return true
        }
        #expect(events.count == model.log.count, "\(drawn)")
        for (found, wanted) in zip(events, model.log) where found != wanted {
            Issue.record("\(drawn): wanted \(wanted)\nfound  \(found)")
            return
        }
        let state = model.state
        var skus: [SKUCode: SKU] = [:]
        try reader.eachSKU(inFamily: nil) { sku in
            skus[sku.code] = sku
            return true
        }
        #expect(skus == state.skus, "\(drawn)")
        var reservations: [Reservation] = []
        try reader.eachReservation(matching: ReservationFilter()) { reservation in
            reservations.append(reservation)
            return true
        }
        #expect(reservations == state.reservations.values.sorted { $0.id < $1.id }, "\(drawn)")
        let waitlist = try reader.waitlist(for: nil)
        #expect(
            waitlist
                == state.waitlist.values.filter { !$0.isOver }.sorted {
                    ($0.code, $0.place) < ($1.code, $1.place)
                },
            "\(drawn)")
        let policies = try reader.policies().map { "\($0.scope) \($0.policy)" }
        #expect(policies.sorted() == state.policies.map { "\($0.key) \($0.value)" }.sorted())
        for show in try reader.shows() {
            #expect(show == state.shows[show.id])
            #expect(try reader.rail(of: show.id) == model.rail(of: show.id))
            #expect(try reader.overlay(of: show.id) == model.overlay(of: show.id))
            let places = try reader.events(of: show.id, after: 0, limit: 10_000).flatMap(\.shows)
            #expect(places.map(\.sequence) == Array(1...Int64(places.count)))
            for code in skus.keys {
                #expect(
                    try reader.flashUse(of: code, in: show.id)
                        == model.flashUse(of: code, in: show.id))
            }
        }
        for number in 0...4 {
            let buyer = try BuyerID("buyer é \(number)")
            #expect(try reader.unitsHeld(by: buyer) == model.unitsHeld(by: buyer))
            for code in skus.keys {
                #expect(
                    try reader.unitsTaken(by: buyer, of: code)
                        == model.unitsTaken(by: buyer, of: code))
                #expect(try reader.nextDeadline(of: code) == model.nextDeadline(of: code))
            }
        }
    }
}

/// The rules in memory, with keys.
private struct Model {
    var ledger: MemoryLedger
    private var answers: [String: (Fingerprint, ReservationAnswer)] = [:]

    init(now: WallClock) {
        ledger = MemoryLedger(name: .standard, now: now)
        var new: any Ledger = ledger
        _ = try? new.createCatalogue(brand: "Default", currency: Currency("USD"))
        if let new = new as? MemoryLedger { ledger = new }
    }

    mutating func perform(_ request: ReservationRequest) -> String {
        words {
            if let key = request.key, let (body, old) = answers[key.text] {
                var answer = old
                guard body == request.fingerprint else { throw CommerceError.keyReused(key) }
                answer.isRepeated = true
                return "\(answer)"
            }
            let answer = try ledger.perform(request.verb)
            if let key = request.key { answers[key.text] = (request.fingerprint, answer) }
            return "\(answer)"
        }
    }

    mutating func change(_ verb: Verb) -> String {
        words {
            var copy: any Ledger = ledger
            let document = try verb.run(&copy)
            if let copy = copy as? MemoryLedger { ledger = copy }
            return document.text
        }
    }
}

/// An answer or a refusal, comparable.
private func words(_ verb: () throws -> String) -> String {
    do {
        return try verb()
    } catch {
        return "refused: \(error)"
    }
}
