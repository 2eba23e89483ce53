package import Commerce
package import Primitives

extension RedisStore {
    /// How often a catalogue that changes meanwhile is looked at anew.
    private static let looks = 5

    package func audit(
        _ catalogue: CatalogueName, repairing: Bool, at now: WallClock,
        progress: (_ events: Int64) throws -> Void
    ) throws -> AuditReport {
        if catalogue == .standard { try makeStandard() }
        if repairing { return try repair(catalogue, progress: progress) }
        var report = AuditReport(events: 0, totals: CatalogueAudit.Totals(), findings: [])
        for _ in 0..<Self.looks {
            let (audit, look, isStill) = try examine(catalogue, progress: progress)
            report = AuditReport(
                events: audit.state.sequence, totals: audit.totals, findings: audit.findings,
                isThawed: try audit.findings.isEmpty && thaw(catalogue, look))
            // Tables that changed while they were read differ from the log for no reason.
            if isStill || audit.findings.isEmpty { return report }
        }
        throw StoreError.busy(path: address)
    }

    /// Replays the log and compares; whether nothing has happened meanwhile.
    private func examine(
        _ name: CatalogueName, progress: (_ events: Int64) throws -> Void
    ) throws -> (CatalogueAudit, CatalogueLook, isStill: Bool) {
        let look = try look(at: name)
        let reading = CatalogueReading(name, look, of: self, until: deadline)
        var audit = CatalogueAudit(RedisLedger(reading), keepsEnded: false)
        do {
            try audit.run(progress: progress)
        } catch is PackedText.Misread {
            throw StoreError.damaged(path: address, reason: "catalogue '\(name)'")
        }
        let after = try self.look(at: name)
        let isStill = after.sequence == look.sequence && after.version == look.version
        return (audit, look, isStill)
    }

    /// Lets a frozen catalogue go on, where it still is as it was looked at.
    private func thaw(_ name: CatalogueName, _ look: CatalogueLook) throws -> Bool {
        guard look.isFrozen else { return false }
        let reply = try call(.thaw, on: name, [look.epoch, "\(look.sequence)"])
        detach(name)
        return reply.number == 1
    }

    /// Stops the catalogue, compares it with its log, makes its tables anew where they differ, and
    /// lets it go on when all agrees; also when nothing could be done and it was going on before.
    /// Where this is ended half way it stays frozen.
    private func repair(
        _ name: CatalogueName, progress: (_ events: Int64) throws -> Void
    ) throws -> AuditReport {
        let before = try look(at: name)
        let epoch = before.epoch
        let frozen = try call(.freeze, on: name, [epoch]).elements ?? []
        guard frozen.count == 3, let sequence = frozen[0].text,
            let generation = frozen[1].text, let next = frozen[2].text
        else { throw StoreError.busy(path: address) }
        var (audit, look, _) = try examine(name, progress: progress)
        let found = audit.findings
        if audit.isReplayed, !found.isEmpty {
            try write(audit.state, generation: next)
            let catalogue = audit.state.catalogue
            let reply = try call(
                .exchange, on: name,
                [
                    epoch, sequence, generation, next,
                    (audit.state.policies[.catalogue] ?? .none).packed,
                ] + (catalogue.map { [$0.brand, $0.currency.code] } ?? []))
            guard reply.number == 1 else { throw StoreError.busy(path: address) }
            (audit, look, _) = try examine(name, progress: progress)
            try removeKeys(
                of: name, beginningWith: "\(Self.prefix(name))\(generation):")
        }
        let agrees = audit.findings.isEmpty
        let goesOn = agrees || !before.isFrozen && !audit.isReplayed
        let isThawed = try goesOn && thaw(name, look)
        return AuditReport(
            events: audit.state.sequence, totals: audit.totals, findings: audit.findings,
            repaired: agrees ? found : [], isThawed: isThawed && before.isFrozen)
    }

    /// Writes tables for a state where nobody looks yet.
    private func write(_ state: CatalogueState, generation: String) throws {
        let prefix = Self.prefix(state.name) + generation + ":"
        var batch = RedisBatch()
        func flush() throws {
            let replies = try ask(state.name, batch, until: deadline)
            batch.removeAll()
            guard let error = replies.lazy.compactMap(\.error).first else { return }
            throw StoreError.unreachable(server: address, reason: error.text)
        }
        try state.eachTableCommand { words in
            batch.append([words[0], prefix + words[1]] + words.dropFirst(2))
            if batch.count >= CatalogueReading.page { try flush() }
        }
        if !batch.isEmpty { try flush() }
    }

    package func check(
        progress: (_ events: Int64) throws -> Void
    ) throws -> StoreCheckReport {
        var events: Int64 = 0
        var findings: [StoreCheckReport.Finding] = []
        let names = try catalogues().map(\.name)
        for name in names {
            for look in 1...Self.looks {
                let (audit, _, isStill) = try examine(name) { try progress(events + $0) }
                guard isStill || audit.findings.isEmpty else {
                    if look == Self.looks { throw StoreError.busy(path: address) }
                    continue
                }
                events += audit.state.sequence
                findings += audit.findings.map { .catalogue(name, $0) }
                break
            }
        }
        return StoreCheckReport(catalogues: names.count, events: events, findings: findings)
    }
}
