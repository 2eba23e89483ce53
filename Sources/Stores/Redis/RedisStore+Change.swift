package import Commerce
package import Primitives

extension RedisStore: Store {
    /// Runs the verb on what it reads, and writes what it came to where nothing that it has read is
    /// different by then; else it runs again. A refusal, too, is told only where that is so.
    package func change(
        _ catalogue: CatalogueName, by request: ChangeRequest, at now: WallClock,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> ChangeAnswer {
        if catalogue == .standard { try makeStandard() }
        // What is due has ended before the change; what hinders this hinders the change, too.
        _ = try perform([ReservationRequest(.expire)], in: catalogue, at: now)
        return try run(catalogue, by: request, verb)
    }

    func run(
        _ catalogue: CatalogueName, by request: ChangeRequest,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> ChangeAnswer {
        let deadline = deadline
        var pauses = Pauses()
        let name = freshName()
        while true {
            let look = try look(at: catalogue)
            if look.isFrozen {
                throw StoreError.frozen(catalogue, epoch: Int64(look.epoch) ?? 0)
            }
            let reading = CatalogueReading(catalogue, look, of: self, until: deadline)
            if let key = request.key, let kept = try reading.keptAnswer(to: key, request) {
                return ChangeAnswer(document: kept, isRepeated: true)
            }
            var ledger: any Ledger = RedisLedger(reading)
            let document: JSON
            do {
                document = try verb(&ledger)
            } catch {
                if try stands(look, of: catalogue, until: deadline) { throw error }
                try giveWay(&pauses, until: deadline)
                continue
            }
            guard let ledger = ledger as? RedisLedger else { throw StoreError.busy(path: address) }
            if request.isDryRun {
                if try stands(look, of: catalogue, until: deadline) {
                    return ChangeAnswer(document: document, isRepeated: false)
                }
            } else if let answer = try commit(
                Commit(
                    catalogue: catalogue, look: look, operations: ledger.operations,
                    request: request, name: name, document: document), until: deadline)
            {
                if ledger.operations.contains("X") {
                    // Nobody sees them any more; what is left by one that dies here is only room.
                    let generation = "\(Self.prefix(catalogue))\(look.generation):"
                    try removeKeys(of: catalogue, beginningWith: generation)
                }
                return answer
            }
            try giveWay(&pauses, until: deadline)
        }
    }

    /// Lets others go first, who have changed the catalogue meanwhile.
    private func giveWay(_ pauses: inout Pauses, until deadline: Instant) throws {
        guard WireClock.now < deadline else { throw StoreError.busy(path: address) }
        do throws(RedisTrouble) {
            try pauses.pause(until: deadline, options)
        } catch {
            throw StoreError.interrupted
        }
    }

    /// Whether what was read is still so.
    private func stands(
        _ look: CatalogueLook, of name: CatalogueName, until deadline: Instant
    ) throws -> Bool {
        let reply = try ask(
            name, RedisBatch("HMGET", Self.meta(name), "ver", "epoch"), until: deadline)[0]
        guard let fields = reply.elements, fields.count == 2 else { return false }
        return (fields[0].text ?? "0") == look.version && (fields[1].text ?? "0") == look.epoch
    }

    package func read<Answer>(
        _ catalogue: CatalogueName, at now: WallClock,
        _ question: (any CatalogueReader) throws -> Answer
    ) throws -> Answer {
        if catalogue == .standard { try makeStandard() }
        let look = try look(at: catalogue)
        return try question(
            RedisLedger(CatalogueReading(catalogue, look, of: self, until: deadline)))
    }

    package func catalogues() throws -> [Catalogue] {
        try makeStandard()
        let deadline = deadline
        let batch = RedisBatch("SMEMBERS", Self.namesKey)
        let replies: [RedisReply]
        do throws(RedisFailure) {
            replies = try servers.exchange(batch, forKey: Self.namesKey, until: deadline)
        } catch {
            throw StoreError(error, server: address)
        }
        let names = Set((replies[0].elements ?? []).compactMap(\.text)).sorted()
        return try names.compactMap { text in
            let name = try CatalogueName(text)
            let look = try look(at: name)
            guard let brand = look.brand, let currency = look.currency else { return nil }
            return try Catalogue(name: name, brand: brand, currency: Currency(currency))
        }
    }
}
