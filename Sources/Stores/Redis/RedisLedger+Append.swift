import Commerce
import Primitives

extension RedisLedger: Ledger {
    mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws {
        sequence += 1
        try write(body, concerning: shows)
        try reading.apply(body, at: now, sequence: sequence)
    }

    /// Done by the server when the change is written, because it is about stock that reservations
    /// move meanwhile.
    mutating func settle(_ code: SKUCode, from before: Stock) throws {
        add("S", code.text)
    }

    private mutating func event(_ body: Event.Body, _ shows: [ShowID]) {
        add("E", shows.map(\.text).joined(separator: ","), "y", body.type, "d", body.data.text)
    }

    private mutating func write(_ body: Event.Body, concerning shows: [ShowID]) throws {
        switch body {
        case .stockUpdate(let code, let stock, let reason):
            // The event is made by the server: only it knows what is promised by then.
            var words = ["U", code.text, "\(stock.onHand)"]
            if let reason { words += ["m", reason] }
            return add(words)
        case .catalogueDeleted:
            event(body, shows)
            return add("X")
        default: event(body, shows)
        }
        switch body {
        case .catalogueCreated(let catalogue), .catalogueChanged(let catalogue):
            add("C", catalogue.brand, catalogue.currency.code)
        case .skuAdded(let sku):
            add(
                "A", sku.code.text, "\(sku.stock.onHand)", "\(sku.listing.price.minor)",
                sku.listing.packed)
        case .skuChanged(let code, let listing):
            add("L", code.text, "\(listing.price.minor)", listing.packed)
        case .skuRemoved(let code):
            command("SREM", "policies", "s:\(code)")
            add("Z", code.text)
        case .policyChanged(let scope, let policy): write(policy, for: scope)
        default: try writeShow(body)
        }
    }

    private mutating func writeShow(_ body: Event.Body) throws {
        switch body {
        case .showCreated(let id, let details):
            command("HSET", "w:\(id)", "d", details.packed, "st", "0")
            command("ZADD", "shows", "0", id.text)
        case .showChanged(let id, let details):
            command("HSET", "w:\(id)", "d", details.packed)
        case .showStarted(let id):
            command("HSET", "w:\(id)", "st", "1", "from", "\(now.millisecondsSince1970)")
            command("SADD", "live", id.text)
        case .showEnded(let id):
            command("HSET", "w:\(id)", "st", "2", "to", "\(now.millisecondsSince1970)")
            command("SREM", "live", id.text)
            let flashes = try overlay(of: id).flashes.map { "f:\($0.code)" }
            command(["HDEL", "w:\(id)", "pin"] + flashes)
            for entry in try rail(of: id).entries { command("SREM", "o:\(entry.code)", id.text) }
        case .showDeleted(let id):
            for entry in try rail(of: id).entries { command("SREM", "o:\(entry.code)", id.text) }
            command("DEL", "w:\(id)")
            command("ZREM", "shows", id.text)
            command("SREM", "policies", "w:\(id)")
        case .railChanged(let id, let rail): try write(rail, of: id)
        case .pin(let id, let code): command("HSET", "w:\(id)", "pin", code.text)
        case .unpin(let id): command("HDEL", "w:\(id)", "pin")
        case .priceFlash(let id, let flash):
            add("F", id.text, flash.code.text, flash.packedHead)
        case .priceFlashClosed(let id, let code): command("HDEL", "w:\(id)", "f:\(code)")
        default: break
        }
    }

    private mutating func write(_ rail: Rail, of id: ShowID) throws {
        let old = try self.rail(of: id)
        command("HSET", "w:\(id)", "rail", rail.packed)
        for entry in old.entries where rail[entry.code] == nil {
            command("HDEL", "w:\(id)", "r:\(entry.code)")
            command("SREM", "o:\(entry.code)", id.text)
        }
        for entry in rail.entries where old[entry.code] != entry {
            command("HSET", "w:\(id)", "r:\(entry.code)", entry.packedPrice)
            command("SADD", "o:\(entry.code)", id.text)
        }
    }

    private mutating func write(_ policy: HoldPolicy, for scope: HoldPolicy.Scope) {
        let key: String
        switch scope {
        case .catalogue: return add("Q", policy.packed)
        case .show(let id): key = "w:\(id)"
        case .sku(let code): key = "s:\(code)"
        }
        if policy.isEmpty {
            command("HDEL", key, "q")
            command("SREM", "policies", key)
        } else {
            command("HSET", key, "q", policy.packed)
            command("SADD", "policies", key)
        }
    }

    /// A command on one of the catalogue's keys.
    private mutating func command(_ words: String...) { command(words) }

    private mutating func command(_ words: [String]) { add(["R"] + words) }
}
