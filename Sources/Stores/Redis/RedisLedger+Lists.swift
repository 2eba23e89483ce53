import Commerce
import Primitives

extension RedisLedger {
    func eachSKU(inFamily family: String?, _ body: (SKU) throws -> Bool) throws {
        try reading.eachStoredSKU { sku in
            if let family, sku.listing.family != family { return true }
            return try body(sku)
        }
    }

    func shows() throws -> [Show] { try reading.allShows() }

    func eachReservation(
        matching filter: ReservationFilter, _ body: (Reservation) throws -> Bool
    ) throws {
        try reading.eachReservation(matching: filter, body)
    }

    func waitlist(for code: SKUCode?) throws -> [Waiting] { try reading.waitlist(for: code) }

    func policies() throws -> [(scope: HoldPolicy.Scope, policy: HoldPolicy)] {
        try reading.allPolicies()
    }

    func snapshot() throws -> CatalogueState? {
        let key = RedisStore.prefix(name) + "snapshot"
        var lines: [JSON] = []
        while true {
            let page = ["LRANGE", key, "\(lines.count)", "\(lines.count + 999)"]
            let found = try ask([page])[0].elements ?? []
            if found.isEmpty { return try CatalogueState(snapshot: lines, of: name) }
            lines += try found.map { try JSON(parsing: $0.text ?? "") }
        }
    }

    /// A show's log names places of the catalogue's log, where the events are.
    func events(of show: ShowID, after sequence: Int64, limit: Int) throws -> [Event] {
        guard limit > 0, sequence < .max else { return [] }
        let log = RedisStore.prefix(name) + "log"
        let entries =
            try ask([
                [
                    "XRANGE", "\(log):\(show)", "0-\(max(0, sequence) + 1)", "0-\(Int64.max)",
                    "COUNT",
                    "\(limit)",
                ]
            ])[0].elements ?? []
        let places = entries.compactMap { LogEntry($0)?["n"] }
        guard !places.isEmpty else { return [] }
        let rows = try ask(places.map { ["XRANGE", log, "\($0)-0", "\($0)-0"] })
        return try rows.compactMap { row in
            guard let entry = row.elements?.first.flatMap({ LogEntry($0) }) else { return nil }
            let event = try entry.event(in: name)
            return Event(
                catalogue: name, sequence: event.sequence, time: event.time,
                shows: event.shows.filter { $0.show == show }, body: event.body)
        }
    }

    func eachEvent(after sequence: Int64, _ body: (Event) throws -> Bool) throws {
        let log = RedisStore.prefix(name) + "log"
        var start = "(\(max(0, sequence))-0"
        while true {
            let command = ["XRANGE", log, start, "+", "COUNT", "\(CatalogueReading.page)"]
            let entries = try ask([command])[0].elements ?? []
            if entries.isEmpty { return }
            for reply in entries {
                guard let entry = LogEntry(reply) else {
                    throw StoreError.damaged(path: reading.store.address, reason: log)
                }
                start = "(\(entry.id)"
                guard try body(entry.event(in: name)) else { return }
            }
        }
    }

    private func ask(_ commands: [[String]]) throws -> [RedisReply] {
        var batch = RedisBatch()
        for words in commands { batch.append(words) }
        let replies = try reading.store.ask(name, batch, until: reading.store.deadline)
        for reply in replies {
            guard let error = reply.error else { continue }
            throw StoreError.unreachable(server: reading.store.address, reason: error.text)
        }
        return replies
    }
}
