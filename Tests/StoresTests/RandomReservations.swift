import Commerce
import Primitives

/// A stream of steps of a shop: buyers, changes of the catalogue between them, and a clock that
/// goes on, jumps and is set back.
struct RandomReservations {
    enum Step {
        case change(Verb)
        case perform(ReservationRequest)
        /// The clock is set by so much.
        case time(Duration)

        var name: String {
            switch self {
            case .change(let verb): verb.name
            case .perform(let request): "\(request.verb)"
            case .time(let time): "time \(time)"
            }
        }
    }

    private var random: SeededRandom
    private var verbs: RandomVerbs
    private var made = 0
    private var steps = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        verbs = RandomVerbs(seed: seed &+ 1)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    mutating func next() throws -> Step {
        steps += 1
        if steps <= 6 { return .change(try sku(steps - 1)) }
        if steps <= 8 { return .change(try openShow(steps - 7)) }
        return switch number(0...99) {
        case 0..<12: .change(try verbs.next())
        case 12..<16: .change(try flash())
        case 16..<22: .change(try policy())
        case 22..<34: .time(time())
        default: .perform(try request())
        }
    }

    private mutating func time() -> Duration {
        switch number(0...9) {
        case 0: .seconds(-number(1...40))
        case 1: .seconds(number(60...1000))
        default: .milliseconds(number(1...20_000))
        }
    }

    private mutating func sku(_ index: Int) throws -> Verb {
        let code = try SKUCode("SKU-\(index)")
        let stock = try Stock(onHand: Int64(number(0...9)))
        return Verb(name: "put \(code)") { ledger in
            var patch = ListingPatch()
            patch.title = "T-shirt"
            patch.price = try Amount("9.50")
            let catalogue = try ledger.requireCatalogue()
            return .string(
                try ledger.putSKU(code, patch, stock: stock, in: catalogue).1.rawValue)
        }
    }

    private func openShow(_ index: Int) throws -> Verb {
        let id = try ShowID("shw_\(index)")
        return Verb(name: "open \(id)") { ledger in
            let details = try ShowDetails(title: "Friday", host: nil, scheduledAt: nil)
            _ = try ledger.createShow(id, details)
            let entries = try (0...5).map { number in
                try Rail.Entry(
                    code: SKUCode("SKU-\(number)"),
                    showPrice: number % 2 == 0 ? Price(minor: 900) : nil)
            }
            return try ledger.addToRail(of: id, entries, at: nil).json
        }
    }

    /// A price below all others, for few units or for all, for a while or until the show ends.
    private mutating func flash() throws -> Verb {
        let (code, show) = (try code(), try show())
        let limit = number(0...1) == 0 ? Int64(number(1...8)) : nil
        let time = number(0...1) == 0 ? Duration.seconds(number(1...200)) : nil
        return Verb(name: "flash \(code) in \(show)") { ledger in
            let end = time.map { ledger.now + $0 }
            let price = try Amount("0.20")
            let flash = try ledger.openFlash(
                of: code, in: show, price: price, closesAt: end, unitLimit: limit)
            return .string("\(flash)")
        }
    }

    private mutating func policy() throws -> Verb {
        var policy = HoldPolicy()
        if number(0...1) == 0 { policy.holdTime = .seconds(number(1...60)) }
        if number(0...2) == 0 { policy.holdLimit = .seconds(number(1...90)) }
        if number(0...2) == 0 { policy.payingTime = .seconds(number(1...60)) }
        if number(0...2) == 0 { policy.offerTime = .seconds(number(1...30)) }
        if number(0...2) == 0 { policy.unitsOfSKU = Int64(number(1...6)) }
        if number(0...3) == 0 { policy.unitsHeld = Int64(number(1...9)) }
        let scope: HoldPolicy.Scope
        switch number(0...2) {
        case 0: scope = .catalogue
        case 1: scope = .show(try show())
        default:
            scope = .sku(try code())
            policy.unitsHeld = nil
        }
        return Verb(name: "policy \(scope)") { [policy] in
            .string(try $0.setPolicy(for: scope, to: policy).rawValue)
        }
    }

    private mutating func code() throws -> SKUCode { try SKUCode("SKU-\(number(0...6))") }
    private mutating func show() throws -> ShowID { try ShowID("shw_\(number(0...2))") }
    private mutating func buyer() throws -> BuyerID { try BuyerID("buyer é \(number(0...4))") }

    /// One of the latest, or one that has been there for long.
    private mutating func old() throws -> ReservationID {
        try ReservationID("rsv_\(max(0, made - number(0...(number(0...4) == 0 ? 40 : 6))))")
    }

    private mutating func request() throws -> ReservationRequest {
        let verb = try verb()
        guard number(0...4) == 0 else { return ReservationRequest(verb) }
        // Few keys, so that some are used again, for the same and for something else.
        let key = number(0...9)
        let body = number(0...1)
        return ReservationRequest(
            verb, key: try IdempotencyKey("k\(key)"),
            fingerprint: Fingerprint(of: "\(body) \(kind(of: verb))"))
    }

    /// What an answer to a verb is about: a key never finds one about something else, because the
    /// fingerprint has the verb in it.
    private func kind(of verb: ReservationVerb) -> String {
        switch verb {
        case .reserve, .pay, .confirm, .release, .extend: "reservation"
        case .join, .leave: "place"
        case .expire: "nothing"
        }
    }

    private mutating func verb() throws -> ReservationVerb {
        switch number(0...21) {
        case 0...7: return .reserve(try plan())
        case 8, 9: return .pay(try old())
        case 10...12: return .confirm(try old())
        case 13, 14: return .release(try old())
        case 15, 16:
            return .extend(try old(), time: number(0...1) == 0 ? nil : .seconds(number(1...60)))
        case 17...19:
            let show = number(0...2) == 0 ? try show() : nil
            return .join(
                WaitPlan(
                    id: try WaitID("wl_\(number(0...12))"), buyer: try buyer(), show: show,
                    line: try WantedLine(code: code(), quantity: Int64(number(1...5)))))
        case 20: return .leave(try WaitID("wl_\(number(0...12))"))
        default: return .expire
        }
    }

    private mutating func plan() throws -> ReservationPlan {
        let isAgain = number(0...7) == 0
        if !isAgain { made += 1 }
        let id = isAgain ? try old() : try ReservationID("rsv_\(made)")
        var lines: [WantedLine] = []
        for _ in 0..<number(1...3) {
            lines.append(try WantedLine(code: code(), quantity: Int64(number(1...4))))
        }
        return try ReservationPlan(
            id: id, buyer: buyer(), show: number(0...1) == 0 ? show() : nil, lines: lines,
            holdTime: number(0...2) == 0 ? .seconds(number(1...120)) : nil,
            isPartial: number(0...2) == 0)
    }
}
