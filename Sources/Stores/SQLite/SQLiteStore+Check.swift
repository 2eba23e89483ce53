package import Commerce
package import Primitives

extension SQLiteStore {
    /// Replays every catalogue's log in memory and compares the outcome with the tables, after
    /// SQLite has checked its own file. Each catalogue is seen at one moment; others may go on
    /// writing.
    package func check(progress: (_ events: Int64) throws -> Void) throws -> StoreCheckReport {
        var findings: [StoreCheckReport.Finding] = []
        let integrity = try connection.prepare("PRAGMA integrity_check(100)")
        while try integrity.step() {
            let line = integrity.text(0)
            if line != "ok" { findings.append(.file(line)) }
        }
        var events: Int64 = 0
        let names = try allNames()
        for name in names {
            let report = try audit(
                name, repairing: false, at: WallClock(millisecondsSince1970: 0)
            ) { count in try progress(events + count) }
            events += report.events
            findings += report.findings.map { .catalogue(name, $0) }
        }
        return StoreCheckReport(catalogues: names.count, events: events, findings: findings)
    }

    /// A repair writes the tables anew from the log, in the transaction that has found them wrong.
    package func audit(
        _ name: CatalogueName, repairing: Bool, at now: WallClock,
        progress: (_ events: Int64) throws -> Void
    ) throws -> AuditReport {
        let report = try connection.transaction(repairing ? .write : .read) {
            var ledger = try SQLiteLedger(name, now: now, on: connection)
            var audit = CatalogueAudit(ledger, keepsEnded: true)
            try audit.run(progress: progress)
            var repaired: [CatalogueAudit.Finding] = []
            if repairing, audit.isReplayed, !audit.findings.isEmpty {
                repaired = audit.findings
                try ledger.rebuild(from: audit.state)
                try audit.compareWithTables()
            }
            return AuditReport(
                events: audit.state.sequence, totals: audit.totals, findings: audit.findings,
                repaired: repaired)
        }
        if !report.repaired.isEmpty { try groupSync.sync(connection.syncLog) }
        return report
    }

    /// Deleted catalogues have logs, too.
    private func allNames() throws -> [CatalogueName] {
        let row = try connection.prepare("SELECT name FROM catalogue ORDER BY name")
        var names: [CatalogueName] = []
        while try row.step() { names.append(try CatalogueName(row.text(0))) }
        return names
    }
}

extension SQLiteLedger {
    /// Makes the tables what a replayed log says. The log itself, and the clock of deadlines, stay.
    fileprivate mutating func rebuild(from state: CatalogueState) throws {
        try forgetCatalogue()
        guard let catalogue = state.catalogue else { return }
        try connection.prepare(.updateCatalogue).bind(catalogue.brand)
            .bind(catalogue.currency.code).bind(catalogueID).run()
        for code in state.skus.keys.sorted() {
            if let sku = state.skus[code] { try insert(sku) }
        }
        for id in state.shows.keys.sorted() {
            if let show = state.shows[id] { try rebuild(show, from: state) }
        }
        for id in state.reservations.keys.sorted() {
            if let reservation = state.reservations[id] { try insert(reservation) }
        }
        for waiting in state.waitlist.values.sorted(by: { $0.place < $1.place }) {
            try put(waiting)
        }
        for (scope, policy) in state.policies.sorted(by: { $0.key.text < $1.key.text }) {
            try setPolicy(for: scope, to: policy)
        }
    }

    private mutating func rebuild(_ show: Show, from state: CatalogueState) throws {
        try prepare(.insertShow).bind(show.id.text).bind(show.details).run()
        switch show.state {
        case .scheduled: break
        case .live(let since): try run(.startShow, since.millisecondsSince1970, show.id)
        case .ended(let from, let to):
            try run(.startShow, from.millisecondsSince1970, show.id)
            try run(.endShow, to.millisecondsSince1970, show.id)
        }
        try replaceRail(of: show.id, with: state.rails[show.id] ?? .empty)
        let overlay = state.overlays[show.id] ?? Overlay()
        try setPin(overlay.pinned?.text, of: show.id)
        for flash in overlay.flashes {
            let use = state.flashUses[show.id]?[flash.code] ?? FlashUse(opening: 0)
            try put(flash, in: show.id, opening: use.opening)
            try prepare(.takeFlash).bind(show.id.text).bind(flash.code.text).bind(use.taken)
                .bind(use.opening).run()
        }
    }
}
