package import Commerce
package import Primitives

extension RedisStore {
    /// Requests of one write. The server does other things between two writes.
    private static let window = 500

    package func perform(
        _ requests: [ReservationRequest], in catalogue: CatalogueName, at now: WallClock
    ) throws -> [Result<ReservationAnswer, any Error>] {
        if catalogue == .standard { try makeStandard() }
        var round = ReservationRound(requests, in: catalogue)
        let deadline = deadline
        var pauses = Pauses()
        while !round.isDone {
            if let error = endOfPatience(round, until: deadline) {
                round.failOpen(error, server: address)
                break
            }
            do throws(RedisFailure) {
                let attachment = try attachment(to: catalogue, until: deadline)
                if attachment.isFrozen {
                    let frost = StoreError.frozen(catalogue, epoch: Int64(attachment.epoch) ?? 0)
                    round.failOpen(frost, server: attachment.server)
                } else if try send(&round, attachment, until: deadline) {
                    pauses = Pauses()
                } else {
                    try pause(&pauses, &round, attachment, until: deadline)
                }
            } catch {
                round.failOpen(StoreError(error, server: address), server: address)
            }
        }
        return try round.finish()
    }

    /// Why what is asked again without a pause is not asked any more.
    private func endOfPatience(
        _ round: ReservationRound, until deadline: Instant
    ) -> StoreError? {
        guard round.isRepeated else { return nil }
        if options.isInterrupted() { return .interrupted }
        return WireClock.now < deadline
            ? nil : .unreachable(server: address, reason: "more is due than there was time for")
    }

    /// Waits before the same is asked again; gives up where patience has ended.
    private func pause(
        _ pauses: inout Pauses, _ round: inout ReservationRound, _ attachment: Attachment,
        until deadline: Instant
    ) throws(RedisFailure) {
        let trouble = round.trouble ?? .timedOut(attachment.connection.endpoint)
        guard WireClock.now < deadline else { throw .notSent(trouble) }
        do throws(RedisTrouble) {
            try pauses.pause(until: deadline, options)
        } catch {
            throw .notSent(error)
        }
        // A last try without time for its answer would make unknown what surely was not done.
        guard WireClock.now < deadline else { throw .notSent(trouble) }
    }

    /// Sends what is not answered; whether anything came of it.
    private func send(
        _ round: inout ReservationRound, _ attachment: Attachment, until deadline: Instant
    ) throws(RedisFailure) -> Bool {
        let connection = attachment.connection
        let indices = round.nextIndices(limit: Self.window)
        try makeKnown(
            Set(indices.map { round.requests[$0].verb.script }), at: attachment,
            isAlone: indices.count == 1, round.catalogue, until: deadline)
        let batchName = freshName()
        let keys = CatalogueKeys(round.catalogue)
        var batch = RedisBatch()
        var hasSale = false
        for index in indices {
            let request = round.requests[index]
            if request.verb.isSale { hasSale = true }
            ReservationCall(request).write(
                to: &batch, script: scripts[request.verb.script],
                keys: keys, epoch: attachment.epoch, batch: batchName)
        }
        let replicas =
            hasSale ? try replicasToWaitFor(attachment, round.catalogue, until: deadline) : 0
        if replicas > 0 {
            batch.append(["WAIT", "\(replicas)", "\(waitTimeout.wholeMilliseconds)"])
        }
        var results = connection.results(of: batch, until: deadline)
        var shortfall: RedisTrouble?
        if replicas > 0, let last = results.popLast() {
            let reached = (try? last.get())?.number ?? 0
            if reached < replicas {
                shortfall = .unkept(connection.endpoint, replicas: replicas)
            }
        }
        // A primary without its replicas may be one that has been replaced: sentinels know.
        if !connection.isUsable || (isWatched && shortfall != nil) {
            servers.drop(connection)
            servers.lookAgain()
        }
        var isProgress = false
        var missing: Set<ScriptSet.Kind> = []
        for (index, result) in zip(indices, results) {
            let outcome = take(result, of: round.requests[index], round.catalogue, connection)
            if case .missing(let kind) = outcome { missing.insert(kind) }
            if round.take(outcome, at: index, shortfall, server: attachment.server) {
                isProgress = true
            }
        }
        for kind in missing.sorted(by: { $0.rawValue < $1.rawValue }) {
            load(scripts[kind], on: connection)
        }
        round.compact()
        return isProgress
    }

    /// What an answer means, and what has to be done before it is asked again.
    private func take(
        _ result: Result<RedisReply, RedisFailure>, of request: ReservationRequest,
        _ catalogue: CatalogueName, _ connection: RedisConnection
    ) -> ReservationOutcome {
        switch result {
        case .failure(let failure): return .failed(failure)
        case .success(.error(let error)):
            switch error.kind {
            case .noScript:
                forgetScripts(request.verb.script, of: catalogue)
                return .missing(request.verb.script)
            case _ where error.isElsewhereOrLater:
                servers.report(error, from: connection)
                return .failed(.notSent(.answered(connection.endpoint, error)))
            case .tooFewReplicas:
                return .failed(.notSent(.answered(connection.endpoint, error)))
            case .cannotPersist, .outOfMemory, .denied:
                // A script is stopped before its first write.
                return .refused(
                    StoreError.unreachable(server: connection.endpoint.text, reason: error.text))
            default: return .refused(StoreError.damaged(path: address, reason: error.text))
            }
        case .success(let reply):
            noteKnown(request.verb.script, of: catalogue)
            let outcome = ReservationReply.decode(reply, of: request, in: catalogue)
            switch outcome {
            case .stale, .frozen: detach(catalogue)
            default: break
            }
            return outcome
        }
    }

    /// A script that is missing would be overtaken by those behind it, so that is found out first.
    /// One that is alone has nobody behind it, and a process that asks once saves the question.
    private func makeKnown(
        _ kinds: Set<ScriptSet.Kind>, at attachment: Attachment, isAlone: Bool,
        _ name: CatalogueName, until deadline: Instant
    ) throws(RedisFailure) {
        let doubtful = kinds.subtracting(attachment.known).sorted { $0.rawValue < $1.rawValue }
        guard !isAlone, !doubtful.isEmpty else { return }
        var batch = RedisBatch()
        batch.begin(words: 2 + doubtful.count)
        batch.add("SCRIPT")
        batch.add("EXISTS")
        for kind in doubtful { batch.add(scripts[kind].name) }
        let connection = attachment.connection
        let replies: [RedisReply]
        do throws(RedisFailure) {
            replies = try answers(connection, batch, until: deadline)
        } catch {
            throw error.ofQuestion
        }
        let found = replies[0].elements ?? []
        for (index, kind) in doubtful.enumerated() {
            let isThere = index < found.count && found[index] == .integer(1)
            if !isThere { load(scripts[kind], on: connection) }
        }
        var known = attachment
        known.known.formUnion(kinds)
        put(known, for: name)
    }

    private func noteKnown(_ kind: ScriptSet.Kind, of name: CatalogueName) {
        guard var known = knownAttachment(of: name), !known.known.contains(kind) else { return }
        known.known.insert(kind)
        put(known, for: name)
    }

    private func forgetScripts(_ kind: ScriptSet.Kind, of name: CatalogueName) {
        guard var known = knownAttachment(of: name), known.known.contains(kind) else { return }
        known.known = []
        put(known, for: name)
    }

    /// Best effort: where it fails, the next try says why.
    func load(_ script: LuaScript, on connection: RedisConnection) {
        guard connection.isUsable, connection.commandsInFlight == 0 else { return }
        var batch = RedisBatch()
        batch.begin(words: 3)
        batch.add("SCRIPT")
        batch.add("LOAD")
        batch.add(script.text)
        _ = connection.results(of: batch, until: deadline)
    }
}
