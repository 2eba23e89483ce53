package import Commerce
import Primitives

/// What `store check` found.
package struct StoreCheckReport: Sendable, Equatable {
    package let catalogues: Int
    package let events: Int64
    /// Empty where tables and log agree and the file is sound.
    package let findings: [Finding]

    package struct Finding: Sendable, Equatable {
        package let catalogue: CatalogueName?
        package let words: String
    }
}

extension SQLiteStore {
    /// Replays every catalogue's log in memory and compares the outcome with the tables, after
    /// SQLite has checked its own file. Sees one moment; others may go on writing.
    package func check(progress: (_ events: Int64) throws -> Void) throws -> StoreCheckReport {
        var findings: [StoreCheckReport.Finding] = []
        let integrity = try connection.prepare("PRAGMA integrity_check(100)")
        while try integrity.step() {
            let line = integrity.text(0)
            if line != "ok" { findings.append(.init(catalogue: nil, words: line)) }
        }
        var events: Int64 = 0
        let names = try allNames()
        for name in names {
            try connection.transaction(.read) {
                let ledger = try SQLiteLedger(
                    name, now: WallClock(millisecondsSince1970: 0), on: connection)
                var replay = Replay(ledger)
                try replay.run { count in try progress(events + count) }
                events += replay.state.sequence
                findings += replay.findings
            }
        }
        return StoreCheckReport(catalogues: names.count, events: events, findings: findings)
    }

    /// Deleted catalogues have logs, too.
    private func allNames() throws -> [CatalogueName] {
        let row = try connection.prepare("SELECT name FROM catalogue ORDER BY name")
        var names: [CatalogueName] = []
        while try row.step() { names.append(try CatalogueName(row.text(0))) }
        return names
    }
}

/// One catalogue's log against its tables.
private struct Replay {
    let ledger: SQLiteLedger
    var state: CatalogueState
    var findings: [StoreCheckReport.Finding] = []

    init(_ ledger: SQLiteLedger) {
        self.ledger = ledger
        state = CatalogueState(name: ledger.name)
    }

    mutating func run(progress: (Int64) throws -> Void) throws {
        do {
            try replay(progress: progress)
        } catch let gap as CatalogueState.Gap {
            return report("the log does not replay: \(gap)")
        } catch let problem as FieldProblem {
            return report("event \(state.sequence + 1) cannot be read: \(problem)")
        }
        compare("catalogue", state.catalogue, ledger.catalogue())
        try compareSKUs()
        try compareShows()
    }

    private mutating func replay(progress: (Int64) throws -> Void) throws {
        if let snapshot = try ledger.snapshot() { state = snapshot }
        try ledger.eachEvent(after: state.sequence) { event in
            try state.apply(event)
            if event.sequence % 1000 == 0 { try progress(event.sequence) }
            return true
        }
    }

    private mutating func compareSKUs() throws {
        var seen = 0
        var differing: [SKUCode] = []
        let expected = state.skus
        try ledger.eachSKU(inFamily: nil) { sku in
            seen += 1
            if expected[sku.code] != sku { differing.append(sku.code) }
            return differing.count < 100
        }
        for code in differing { try compare("SKU '\(code)'", state.skus[code], ledger.sku(code)) }
        if differing.isEmpty, seen != expected.count {
            report("the log has \(expected.count) SKUs, the table \(seen)")
        }
    }

    private mutating func compareShows() throws {
        let found = try ledger.shows()
        for id in Set(found.map(\.id)).union(state.shows.keys).sorted() {
            let name = "show '\(id)'"
            try compare(name, state.shows[id], ledger.show(id))
            try compare("\(name): rail", state.rails[id] ?? .empty, ledger.rail(of: id))
            try compare("\(name): overlay", state.overlays[id] ?? Overlay(), ledger.overlay(of: id))
        }
    }

    private mutating func compare<Value: Equatable>(
        _ what: String, _ expected: Value, _ found: Value
    ) {
        guard expected != found else { return }
        report("\(what): the log says \(expected), the table \(found)")
    }

    private mutating func report(_ words: String) {
        findings.append(StoreCheckReport.Finding(catalogue: ledger.name, words: words))
    }
}
