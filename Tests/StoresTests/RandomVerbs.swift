import Commerce
import Primitives

/// One verb with its arguments, to be run on any ledger.
struct Verb {
    let name: String
    let run: (inout any Ledger) throws -> JSON
}

/// A stream of verbs on a few names, so that they get in each other's way.
struct RandomVerbs {
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func next() throws -> Verb {
        let code = try SKUCode("SKU-\(Int.random(in: 0..<6, using: &random))")
        let other = try SKUCode("SKU-\(Int.random(in: 0..<6, using: &random))")
        let show = try ShowID("shw_\(Int.random(in: 0..<3, using: &random))")
        let number = Int64.random(in: -3...12, using: &random)
        let price = try Amount("\(Int.random(in: 1...30, using: &random)).50")
        switch Int.random(in: 0..<17, using: &random) {
        case 0, 1: return try put(code, price, stock: number)
        case 2: return Verb(name: "remove") { try $0.removeSKU(code).code.json }
        case 3: return verb("set stock") { try $0.setStock(of: code, to: number, reason: nil).1 }
        case 4: return verb("adjust") { try $0.adjustStock(of: code, by: number, reason: "r").1 }
        case 5, 6: return try create(show, number)
        case 7: return Verb(name: "start") { .string(try $0.startShow(show).state.name) }
        case 8: return Verb(name: "end") { .string(try $0.endShow(show).state.name) }
        case 9: return Verb(name: "delete") { .string(try $0.deleteShow(show).id.text) }
        case 10, 11:
            let entries = [Rail.Entry(code: code), Rail.Entry(code: other)]
            return Verb(name: "rail add") {
                try $0.addToRail(of: show, entries, at: Int(number.magnitude)).json
            }
        case 12: return Verb(name: "rail remove") { try $0.removeFromRail(of: show, [code]).json }
        case 13: return verb("move") { try $0.moveOnRail(of: show, [code], to: .after(other)).1 }
        case 14: return verb("pin") { try $0.pin(code, in: show) }
        case 15: return Verb(name: "unpin") { try $0.unpin(in: show).json }
        default: return flash(code, show, price, number)
        }
    }

    private func verb(_ name: String, _ run: @escaping (inout any Ledger) throws -> Outcome) -> Verb
    {
        Verb(name: name) { .string(try run(&$0).rawValue) }
    }

    private func put(_ code: SKUCode, _ price: Amount, stock: Int64) throws -> Verb {
        var patch = ListingPatch()
        patch.title = "T-shirt"
        patch.price = price
        patch.compareAtPrice = .set(try Amount("99"))
        patch.attributes = [("size", "M")]
        return verb("put") { [patch] ledger in
            let catalogue = try ledger.requireCatalogue()
            return try ledger.putSKU(code, patch, stock: Stock(onHand: stock), in: catalogue).1
        }
    }

    private func create(_ show: ShowID, _ number: Int64) throws -> Verb {
        let details = try ShowDetails(title: "Show \(number)", host: nil, scheduledAt: nil)
        guard number % 2 == 0 else { return verb("set") { try $0.setShow(show, details).1 } }
        return Verb(name: "create") { .string(try $0.createShow(show, details).id.text) }
    }

    private func flash(_ code: SKUCode, _ show: ShowID, _ price: Amount, _ number: Int64) -> Verb {
        guard number > 0 else {
            return Verb(name: "flash close") { try $0.closeFlash(of: code, in: show).code.json }
        }
        return Verb(name: "flash open") { ledger in
            let closesAt = ledger.now + .seconds(number)
            return try ledger.openFlash(
                of: code, in: show, price: price, closesAt: closesAt, unitLimit: number
            ).code.json
        }
    }
}

extension SKUCode {
    fileprivate var json: JSON { .string(text) }
}
