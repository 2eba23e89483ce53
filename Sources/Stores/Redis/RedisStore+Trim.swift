package import Commerce
package import Primitives

extension RedisStore {
    package func trim(
        _ catalogue: CatalogueName, before: WallClock, isDryRun: Bool,
        progress: (_ events: Int64) throws -> Void
    ) throws -> TrimReport {
        if catalogue == .standard { try makeStandard() }
        let look = try look(at: catalogue)
        let ledger = RedisLedger(CatalogueReading(catalogue, look, of: self, until: deadline))
        let place = min(
            try lastPlace(of: catalogue, before: before, through: look.sequence),
            try firstPlaceOfOpenShows(ledger) - 1)
        let length = try logLength(of: catalogue)
        let first = try firstPlace(of: Self.prefix(catalogue) + "log", catalogue) ?? place + 1
        guard place >= first, !isDryRun else {
            let removed = max(0, place - first + 1)
            return TrimReport(place: place, removed: removed, left: length - removed)
        }
        var state = try ledger.snapshot() ?? CatalogueState(name: catalogue)
        try ledger.eachEvent(after: state.sequence) { event in
            guard event.sequence <= place else { return false }
            try state.apply(event)
            if event.sequence % 1000 == 0 { try progress(event.sequence) }
            return true
        }
        let removed = try put(state, epoch: look.epoch)
        return TrimReport(place: place, removed: removed, left: length - removed)
    }

    /// Stages the lines of a snapshot, and lets it take the place of the events.
    private func put(_ state: CatalogueState, epoch: String) throws -> Int64 {
        let staged = "snapshot:\(freshName())"
        let key = Self.prefix(state.name) + staged
        var batch = RedisBatch("DEL", key)
        var count = 0
        try state.eachSnapshotLine { line in
            batch.append(["RPUSH", key, line.text])
            count += 1
            if batch.count >= CatalogueReading.page {
                _ = try ask(state.name, batch, until: deadline)
                batch.removeAll()
            }
        }
        batch.append(["EXPIRE", key, "3600"])
        _ = try ask(state.name, batch, until: deadline)
        let shows = state.showSequences.sorted { $0.key < $1.key }
            .flatMap { [$0.key.text, "\($0.value)"] }
        let reply = try call(
            .trim, on: state.name, [epoch, "\(state.sequence)", staged, "\(count)"] + shows)
        // The list is of another length where a part of it was sent twice.
        guard let removed = reply.number, removed >= 0 else {
            throw StoreError.busy(path: address)
        }
        return removed
    }

    private func logLength(of name: CatalogueName) throws -> Int64 {
        let batch = RedisBatch("XLEN", Self.prefix(name) + "log")
        return try ask(name, batch, until: deadline)[0].number ?? 0
    }

    private func firstPlaceOfOpenShows(_ ledger: RedisLedger) throws -> Int64 {
        var first = Int64.max
        for show in try ledger.shows() where !show.state.isEnded {
            let event = try ledger.events(of: show.id, after: 0, limit: 1).first
            if let event { first = min(first, event.sequence) }
        }
        return first
    }

    private func firstPlace(of log: String, _ name: CatalogueName) throws -> Int64? {
        let batch = RedisBatch("XRANGE", log, "-", "+", "COUNT", "1")
        let reply = try ask(name, batch, until: deadline)[0].elements?.first
        return try reply.flatMap { LogEntry($0) }?.event(in: name).sequence
    }

    /// The last event before a time, looked for by halves.
    private func lastPlace(
        of name: CatalogueName, before: WallClock, through last: Int64
    ) throws -> Int64 {
        let log = Self.prefix(name) + "log"
        guard var low = try firstPlace(of: log, name) else { return 0 }
        // Everything below `low` is from before, and nothing from `high` on.
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            let batch = RedisBatch("XRANGE", log, "\(middle)-0", "\(middle)-0")
            let reply = try ask(name, batch, until: deadline)[0].elements?.first
            guard let event = try reply.flatMap({ LogEntry($0) })?.event(in: name) else {
                throw StoreError.damaged(path: address, reason: "\(log) \(middle)-0")
            }
            if event.time < before { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }
}
