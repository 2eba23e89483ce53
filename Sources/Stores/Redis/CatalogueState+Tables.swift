import Commerce
import Primitives

/// The tables of a catalogue as commands: what scripts have written by and by, all at once.
extension CatalogueState {
    /// The second word of each is a key, without what all keys of a generation begin with.
    func eachTableCommand(_ body: ([String]) throws -> Void) throws {
        for sku in skus.values { try write(sku, body) }
        for show in shows.values { try write(show, body) }
        for reservation in reservations.values { try write(reservation, body) }
        try writeBuyers(body)
        for waiting in waitlist.values { try write(waiting, body) }
        try writeWaitingCounts(body)
        for case (let scope, let policy) in policies where !policy.isEmpty {
            guard let key = scope.tableKey else { continue }
            try body(["HSET", key, "q", policy.packed])
            try body(["SADD", "policies", key])
        }
    }

    private func write(_ sku: SKU, _ body: ([String]) throws -> Void) throws {
        try body([
            "HSET", "s:\(sku.code)", "o", "\(sku.stock.onHand)", "h", "\(sku.stock.held)",
            "c", "\(sku.stock.confirmed)", "p", "\(sku.listing.price.minor)",
            "l", sku.listing.packed,
        ])
        try body(["ZADD", "skus", "0", sku.code.text])
    }

    private func write(_ show: Show, _ body: ([String]) throws -> Void) throws {
        let key = "w:\(show.id)"
        let rail = rails[show.id] ?? .empty
        var fields = ["d", show.details.packed, "rail", rail.packed]
        switch show.state {
        case .scheduled: fields += ["st", "0"]
        case .live(let since): fields += ["st", "1", "from", "\(since.millisecondsSince1970)"]
        case .ended(let from, let to):
            fields += [
                "st", "2", "from", "\(from.millisecondsSince1970)",
                "to", "\(to.millisecondsSince1970)",
            ]
        }
        for entry in rail.entries { fields += ["r:\(entry.code)", entry.packedPrice] }
        let overlay = overlays[show.id] ?? Overlay()
        if let pinned = overlay.pinned { fields += ["pin", pinned.text] }
        for flash in overlay.flashes {
            guard let use = flashUses[show.id]?[flash.code] else { continue }
            fields += ["f:\(flash.code)", "\(flash.packedHead)\(use.opening),\(use.taken)"]
        }
        try body(["HSET", key] + fields)
        try body(["ZADD", "shows", "0", show.id.text])
        if show.state.isLive { try body(["SADD", "live", show.id.text]) }
        guard !show.state.isEnded else { return }
        for entry in rail.entries { try body(["SADD", "o:\(entry.code)", show.id.text]) }
    }

    private func write(
        _ reservation: Reservation, _ body: ([String]) throws -> Void
    ) throws {
        let isOpen = reservation.state.isOpen
        var words = ["SET", "v:\(reservation.id)", reservation.packed]
        if !reservation.state.hasUnits {
            words += ["PX", "\(LuaScript.keptMilliseconds)"]
        }
        try body(words)
        for line in reservation.lines where isOpen {
            try body(["ZADD", "e:\(line.code)", reservation.packedDeadline, reservation.id.text])
        }
        guard isOpen else { return }
        try body(["ZADD", "due", reservation.packedDeadline, reservation.id.text])
    }

    private func write(_ waiting: Waiting, _ body: ([String]) throws -> Void) throws {
        try body(["SET", "x:\(waiting.id)", waiting.packed])
        guard !waiting.isOver else { return }
        try body(["ZADD", "l:\(waiting.code)", "\(waiting.place)", waiting.id.text])
        try body(["HSET", "lb:\(waiting.code)", waiting.buyer.text, waiting.id.text])
    }

    // Sums, because what is sent again after a lost answer must not count twice.

    private func writeBuyers(_ body: ([String]) throws -> Void) throws {
        var held: [BuyerID: Int64] = [:]
        var taken: [BuyerID: [SKUCode: Int64]] = [:]
        for reservation in reservations.values {
            guard reservation.state.hasUnits else { continue }
            for line in reservation.lines {
                taken[reservation.buyer, default: [:]][line.code, default: 0] += line.quantity
                if reservation.state.isOpen { held[reservation.buyer, default: 0] += line.quantity }
            }
        }
        for (buyer, units) in taken {
            var words = ["HSET", "b:\(buyer)"]
            if let count = held[buyer] { words += ["", "\(count)"] }
            for (code, count) in units { words += [code.text, "\(count)"] }
            try body(words)
        }
    }

    private func writeWaitingCounts(_ body: ([String]) throws -> Void) throws {
        var counts: [SKUCode: Int] = [:]
        for waiting in waitlist.values where !waiting.isOver {
            counts[waiting.code, default: 0] += 1
        }
        for (code, count) in counts { try body(["HSET", "s:\(code)", "w", "\(count)"]) }
    }
}

extension HoldPolicy.Scope {
    /// Nil for the catalogue's, which stands apart.
    fileprivate var tableKey: String? {
        switch self {
        case .catalogue: nil
        case .show(let id): "w:\(id)"
        case .sku(let code): "s:\(code)"
        }
    }
}

extension Reservation {
    fileprivate var packedDeadline: String { "\(deadline.millisecondsSince1970)" }

    fileprivate var packed: String {
        let head = "\(state.rawValue) \(isLate ? 1 : 0) \(packedDeadline)"
        let lines = lines.map { line in
            let flash = line.flash.map { "\($0)" } ?? ""
            return "\(line.code)\t\(line.quantity)\t\(line.unitPrice.minor)\t\(flash)"
        }
        return
            ([
                head, buyer.text, show?.text ?? "", offeredTo?.text ?? "",
                "\(heldAt.millisecondsSince1970)",
            ] + lines).joined(separator: "\n")
    }
}

extension Waiting {
    fileprivate var packed: String {
        [
            "\(quantity)", buyer.text, show?.text ?? "", code.text,
            "\(joinedAt.millisecondsSince1970)", "\(place)",
        ].joined(separator: "\n")
    }
}
