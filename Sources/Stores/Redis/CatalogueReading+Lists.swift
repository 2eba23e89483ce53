import Commerce
import Primitives

extension CatalogueReading {
    /// SKUs, shows, events or reservations that are asked for at once.
    static let page = 500

    /// All SKUs that are there, in the order of their codes.
    func eachStoredSKU(_ body: (SKU) throws -> Bool) throws {
        var start = "-"
        while true {
            let codes = try texts([
                "ZRANGE", "skus", start, "+", "BYLEX", "LIMIT", "0", "\(Self.page)",
            ])
            guard let last = codes.last else { return }
            let rows = try replies(codes.map(SKU.question))
            for (code, row) in zip(codes, rows) {
                guard let sku = try SKU(code: SKUCode(code), fields: row) else { continue }
                guard try body(sku) else { return }
            }
            start = "(\(last)"
        }
    }

    func allShows() throws -> [Show] {
        let ids = try texts(["ZRANGE", "shows", "0", "-1"])
        return try ids.compactMap { try show(ShowID($0))?.show }
    }

    func reservations(_ ids: [String]) throws -> [Reservation] {
        guard !ids.isEmpty else { return [] }
        let rows = try replies(ids.map { ["GET", "v:\($0)"] })
        return try zip(ids, rows).compactMap { id, row in
            try row.text.map { try Reservation(id: id, packed: PackedText($0)) }
        }
    }

    /// In the order of their ids. Open ones are found by their deadlines, all others by looking
    /// through all keys of the server, which nothing that is hot does.
    func eachReservation(
        matching filter: ReservationFilter, _ body: (Reservation) throws -> Bool
    ) throws {
        let isOpenOnly = filter.states.allSatisfy(\.isOpen)
        let ids = isOpenOnly ? try texts(["ZRANGE", "due", "0", "-1"]) : try names(of: "v:")
        let sorted = ids.sorted { $0.precedesInUTF8($1) }
        for start in stride(from: 0, to: sorted.count, by: Self.page) {
            let page = Array(sorted[start..<min(start + Self.page, sorted.count)])
            for reservation in try reservations(page) where filter.matches(reservation) {
                guard try body(reservation) else { return }
            }
        }
    }

    /// What stands behind `kind` in the names of keys.
    private func names(of kind: String) throws -> [String] {
        let start = prefix + kind
        var found: Set<String> = []
        var cursor = "0"
        repeat {
            let batch = RedisBatch("SCAN", cursor, "MATCH", start + "*", "COUNT", "1000")
            let reply = try store.ask(name, batch, until: store.deadline)[0]
            guard let parts = reply.elements, parts.count == 2, let next = parts[0].text else {
                throw StoreError.damaged(path: store.address, reason: "SCAN")
            }
            for key in parts[1].elements ?? [] {
                guard let text = key.text, text.hasPrefix(start) else { continue }
                found.insert(String(text.dropFirst(start.count)))
            }
            cursor = next
        } while cursor != "0"
        return Array(found)
    }

    func waitlist(for code: SKUCode?) throws -> [Waiting] {
        var codes: [String] = []
        if let code {
            codes = [code.text]
        } else {
            try eachStoredSKU { sku in
                codes.append(sku.code.text)
                return true
            }
        }
        var waitlist: [Waiting] = []
        for start in stride(from: 0, to: codes.count, by: Self.page) {
            let page = codes[start..<min(start + Self.page, codes.count)]
            let lists = try replies(page.map { ["ZRANGE", "l:\($0)", "0", "-1"] })
            let ids = lists.flatMap { ($0.elements ?? []).compactMap(\.text) }
            guard !ids.isEmpty else { continue }
            for (id, row) in zip(ids, try replies(ids.map { ["GET", "x:\($0)"] })) {
                guard let text = row.text else { continue }
                waitlist.append(try Waiting(id: id, packed: PackedText(text)))
            }
        }
        return waitlist
    }

    func allPolicies() throws -> [(scope: HoldPolicy.Scope, policy: HoldPolicy)] {
        var found: [(scope: HoldPolicy.Scope, policy: HoldPolicy)] = []
        let wide = try policy(.catalogue)
        if !wide.isEmpty { found.append((.catalogue, wide)) }
        let keys = try texts(["SMEMBERS", "policies"])
        let shows = try keys.filter { $0.hasPrefix("w:") }.map {
            try ShowID(String($0.dropFirst(2)))
        }
        let codes = try keys.filter { $0.hasPrefix("s:") }
            .map { try SKUCode(String($0.dropFirst(2))) }
        for id in shows.sorted() { found.append((.show(id), try policy(.show(id)))) }
        for code in codes.sorted() { found.append((.sku(code), try policy(.sku(code)))) }
        return found
    }
}

extension SKU {
    static func question(_ code: String) -> [String] { ["HMGET", "s:\(code)", "o", "h", "c", "l"] }

    /// Nil where there is no such SKU.
    init?(code: SKUCode, fields: RedisReply) throws {
        guard let values = fields.elements, values.count == 4 else { throw PackedText.Misread() }
        guard let onHand = values[0].number, let listing = values[3].text else { return nil }
        self.init(
            code: code, listing: try Listing(packed: PackedText(listing)),
            stock: try Stock(
                onHand: onHand, held: values[1].number ?? 0, confirmed: values[2].number ?? 0))
    }
}

extension CatalogueReading.ShowReading {
    /// Nil where there is no such show.
    init?(_ id: ShowID, fields: RedisReply) throws {
        let words = (fields.elements ?? []).map { $0.text ?? "" }
        var values: [String: String] = [:]
        var flashes: [Flash] = []
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            let (name, value) = (words[index], words[index + 1])
            if name.hasPrefix("f:") {
                let code = try SKUCode(String(name.dropFirst(2)))
                flashes.append(try Flash(code: code, packed: PackedText(value)))
            } else {
                values[name] = value
            }
        }
        guard let details = values["d"] else { return nil }
        let from = try PackedText(values["from"] ?? "").optionalTime()
        let to = try PackedText(values["to"] ?? "").optionalTime()
        let state: ShowState =
            switch (from, to) {
            case (let from?, let to?): .ended(from: from, to: to)
            case (let since?, nil): .live(since: since)
            case (nil, _): .scheduled
            }
        show = Show(id: id, details: try ShowDetails(packed: PackedText(details)), state: state)
        rail = try Rail(packed: PackedText(values["rail"] ?? ""))
        overlay = Overlay(pinned: try values["pin"].map { try SKUCode($0) }, flashes: flashes)
        policy = try HoldPolicy(packed: PackedText(values["q"] ?? ""))
    }
}
