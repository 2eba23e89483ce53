package import Commerce
package import Primitives
import Stores

/// Many buyers on one store: they reserve, pay, confirm, change their minds, tap twice, ask again
/// where no answer came, forget what they hold, and come back for it when it is too late.
package struct BuyerCrowd {
    private let plan: CrowdPlan
    private let store: any Store
    private var random: SeededRandom
    private var number = 0
    /// What they were told they hold.
    private var held: [ReservationID] = []
    /// What they have let go or been told that it is over.
    private var over: [ReservationID] = []
    private var places: [WaitID] = []
    /// What was asked and not answered, to be asked again before anything else.
    private var unanswered: [ReservationRequest] = []
    private var last: ReservationRequest?

    package init(_ plan: CrowdPlan, on store: any Store) {
        self.plan = plan
        self.store = store
        random = SeededRandom(seed: plan.seed)
    }

    /// Asks for a batch of things, and says each as it is asked, and what became of it.
    /// True where nothing came of any.
    package mutating func round(
        at now: WallClock, clock: () -> Int64, say: ([Told]) -> Void
    ) throws -> Bool {
        var requests = unanswered
        unanswered = []
        while requests.count < plan.batch { requests.append(try next()) }
        let asked = clock()
        func told(_ request: ReservationRequest, _ outcome: Told.Outcome, at time: Int64) -> Told {
            Told(
                asked: asked, answered: time, verb: request.verb.kind, id: request.verb.id,
                outcome: outcome)
        }
        say(requests.map { told($0, .asked, at: asked) })
        let outcomes = ask(requests, at: now)
        let answered = clock()
        say(zip(requests, outcomes).map { told($0, $1, at: answered) })
        for (request, outcome) in zip(requests, outcomes) { note(request, outcome) }
        return !unanswered.isEmpty && unanswered.count == requests.count
    }

    private func ask(_ requests: [ReservationRequest], at now: WallClock) -> [Told.Outcome] {
        do {
            return try store.perform(requests, in: plan.catalogue, at: now).map { result in
                switch result {
                case .success(let answer):
                    answer.reservation.map { .state($0.state) } ?? .done
                case .failure(let error): Told.Outcome(error)
                }
            }
        } catch {
            return requests.map { _ in Told.Outcome(undone: error) }
        }
    }

    private mutating func note(_ request: ReservationRequest, _ outcome: Told.Outcome) {
        switch (request.verb, outcome) {
        case (_, .unknown), (_, .undone): unanswered.append(request)
        case (.reserve(let plan), .state(.held)): held.append(plan.id)
        case (.join(let plan), .done): places.append(plan.id)
        case (.confirm(let id), .state), (.release(let id), .state):
            held.removeAll { $0 == id }
            if case .release = request.verb { over.append(id) }
        case (.pay(let id), .refused), (.extend(let id, _), .refused), (.confirm(let id), .short):
            held.removeAll { $0 == id }
            over.append(id)
        default: break
        }
        last = request
    }

    private mutating func next() throws -> ReservationRequest {
        let choice = Int.random(in: 0..<100, using: &random)
        if choice >= 100 - plan.waits { return try wait() }
        switch choice {
        case 0..<14: if let id = pick(held) { return request(.confirm(id)) }
        case 14..<18: if let id = pick(held) { return request(.pay(id)) }
        case 18..<24: if let id = pick(held) { return request(.release(id)) }
        case 24..<28: if let id = pick(held) { return request(.extend(id, time: plan.holdTime)) }
        case 28..<32: if let last { return last }
        case 32..<34: if let id = pick(over) { return request(.confirm(id)) }
        // Most of them forget what they hold, so that much of it is open.
        default: break
        }
        return try reserve()
    }

    private mutating func request(_ verb: ReservationVerb) -> ReservationRequest {
        // Some give a key of their own.
        guard Int.random(in: 0..<4, using: &random) == 0,
            let key = try? IdempotencyKey("\(verb.kind.rawValue)-\(verb.id)")
        else { return ReservationRequest(verb) }
        return ReservationRequest(verb, key: key, fingerprint: Fingerprint(of: verb.id))
    }

    private mutating func reserve() throws -> ReservationRequest {
        number += 1
        var lines: [WantedLine] = []
        let choice = Int.random(in: 0..<10, using: &random)
        if choice < 5, let code = plan.hot.randomElement(using: &random) {
            lines.append(
                try WantedLine(code: code, quantity: Int64.random(in: 1...2, using: &random)))
        }
        if choice > 3 || lines.isEmpty, let code = plan.deep.randomElement(using: &random) {
            lines.append(
                try WantedLine(code: code, quantity: Int64.random(in: 1...3, using: &random)))
        }
        let reservation = try ReservationPlan(
            id: ReservationID("rsv_\(plan.name)-\(number)"),
            buyer: BuyerID("\(plan.name)-\(number % 97)"), show: nil, lines: lines,
            holdTime: plan.holdTime, isPartial: choice == 9)
        return request(.reserve(reservation))
    }

    private mutating func wait() throws -> ReservationRequest {
        if Bool.random(using: &random), let place = pick(places) { return request(.leave(place)) }
        number += 1
        let code = plan.hot.randomElement(using: &random) ?? plan.deep[0]
        return request(
            .join(
                try WaitPlan(
                    id: WaitID("wl_\(plan.name)-\(number)"),
                    buyer: BuyerID("\(plan.name)-w\(number)"), show: nil,
                    line: WantedLine(code: code, quantity: 1))))
    }

    private mutating func pick<Name>(_ names: [Name]) -> Name? {
        names.randomElement(using: &random)
    }
}

extension Told.Outcome {
    /// One request was not done, or it is not known.
    fileprivate init(_ error: any Error) {
        switch error {
        case CommerceError.soldOut(let shortages), CommerceError.tooLate(_, _, let shortages):
            self = .short(
                shortages.map {
                    Told.Short(code: $0.code.text, wanted: $0.wanted, available: $0.available)
                })
        case StoreError.unknown: self = .unknown("\(error)")
        case is CommerceError, is FieldProblem: self = .refused("\(error)")
        default: self = .undone("\(error)")
        }
    }

    fileprivate init(undone error: any Error) {
        self = .undone("\(error)")
    }
}

extension ReservationVerb {
    fileprivate var kind: Told.Verb {
        switch self {
        case .reserve: .reserve
        case .pay: .pay
        case .confirm: .confirm
        case .release: .release
        case .extend: .extend
        case .join: .join
        case .leave, .expire: .leave
        }
    }

    fileprivate var id: String {
        switch self {
        case .reserve(let plan): plan.id.text
        case .pay(let id), .confirm(let id), .release(let id), .extend(let id, _): id.text
        case .join(let plan): plan.id.text
        case .leave(let id): id.text
        case .expire: ""
        }
    }
}
