import Commerce
import Primitives

/// A request as its script is called.
struct ReservationCall {
    let request: ReservationRequest

    init(_ request: ReservationRequest) {
        self.request = request
    }

    func write(
        to batch: inout RedisBatch, script: LuaScript, keys: CatalogueKeys, epoch: String,
        batch batchName: String
    ) {
        let words = 6 + CatalogueKeys.wordCount + request.verb.wordCount
        batch.begin(words: words)
        batch.add("EVALSHA")
        batch.add(script.name)
        keys.write(to: &batch)
        batch.add(epoch)
        batch.add(batchName)
        if let key = request.key {
            batch.add(key.text)
            batch.add(request.fingerprint.text)
        } else {
            batch.add("")
            batch.add("")
        }
        switch request.verb {
        case .reserve(let plan): write(plan, to: &batch)
        case .pay(let id), .confirm(let id), .release(let id): batch.add(id.text)
        case .leave(let id): batch.add(id.text)
        case .extend(let id, let time):
            batch.add(id.text)
            batch.add(time)
        case .join(let plan):
            batch.add(plan.id.text)
            batch.add(plan.buyer.text)
            batch.add(plan.show?.text ?? "")
            batch.add(plan.line.code.text)
            batch.add(plan.line.quantity)
            batch.add(Waiting.maximumCount)
        case .expire: break
        }
    }

    private func write(_ plan: ReservationPlan, to batch: inout RedisBatch) {
        batch.add(plan.id.text)
        batch.add(plan.buyer.text)
        batch.add(plan.show?.text ?? "")
        batch.add(plan.holdTime)
        batch.add(plan.isPartial ? "1" : "")
        for line in plan.lines {
            batch.add(line.code.text)
            batch.add(line.quantity)
        }
    }
}

extension RedisBatch {
    /// Milliseconds, or nothing.
    fileprivate mutating func add(_ time: Duration?) {
        if let time { add(time.wholeMilliseconds) } else { add("") }
    }
}

extension ReservationVerb {
    var script: ScriptSet.Kind {
        switch self {
        case .reserve: .reserve
        case .pay: .pay
        case .confirm: .confirm
        case .release: .release
        case .extend: .extend
        case .join: .join
        case .leave: .leave
        case .expire: .expire
        }
    }

    fileprivate var wordCount: Int {
        switch self {
        case .reserve(let plan): 5 + plan.lines.count * 2
        case .pay, .confirm, .release, .leave: 1
        case .extend: 2
        case .join: 6
        case .expire: 0
        }
    }

    /// The reservation or the place in a waitlist that it is about.
    var subject: String? {
        switch self {
        case .reserve(let plan): plan.id.text
        case .pay(let id), .confirm(let id), .release(let id), .extend(let id, _): id.text
        case .join(let plan): plan.id.text
        case .leave(let id): id.text
        case .expire: nil
        }
    }
}
