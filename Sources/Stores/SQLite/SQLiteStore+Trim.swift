package import Commerce
package import Primitives

extension SQLiteStore {
    package func trim(
        _ catalogue: CatalogueName, before: WallClock, isDryRun: Bool,
        progress: (_ events: Int64) throws -> Void
    ) throws -> TrimReport {
        let report = try connection.transaction(.write, keeping: !isDryRun) {
            let ledger = try SQLiteLedger(catalogue, now: before, on: connection)
            let place = try ledger.trimPlace(before: before)
            let (removed, left) = try ledger.eventCount(upTo: place)
            if removed > 0 { try ledger.trim(to: place, progress: progress) }
            return TrimReport(place: place, removed: removed, left: left)
        }
        if !isDryRun { try groupSync.sync(connection.syncLog) }
        return report
    }
}

extension SQLiteLedger {
    fileprivate func trimPlace(before: WallClock) throws -> Int64 {
        try first(.trimPlace, { $0.bind(before.millisecondsSince1970) }) { $0.integer(0) } ?? 0
    }

    fileprivate func eventCount(upTo place: Int64) throws -> (removed: Int64, left: Int64) {
        try first(.eventCount, { $0.bind(place) }) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    /// Replays the log up to the place, and keeps what it comes to instead of it.
    fileprivate func trim(to place: Int64, progress: (Int64) throws -> Void) throws {
        var state = try snapshot() ?? CatalogueState(name: name)
        try eachEvent(after: state.sequence) { event in
            guard event.sequence <= place else { return false }
            try state.apply(event)
            if event.sequence % 1000 == 0 { try progress(event.sequence) }
            return true
        }
        try prepare(.forgetSnapshot).run()
        var line: Int64 = 0
        try state.eachSnapshotLine { json in
            try prepare(.insertSnapshotLine).bind(line).bind(json).run()
            line += 1
        }
        try prepare(.putTrimmedLog).bind("").bind(place).run()
        for (show, sequence) in state.showSequences.sorted(by: { $0.key < $1.key }) {
            try prepare(.putTrimmedLog).bind(show.text).bind(sequence).run()
        }
        try prepare(.trimEvents).bind(place).run()
        try prepare(.trimShowEvents).bind(place).run()
    }
}
