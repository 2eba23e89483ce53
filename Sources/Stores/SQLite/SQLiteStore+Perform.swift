package import Commerce
package import Primitives

extension SQLiteStore {
    /// Reservations that may expire in one transaction: it should not keep others waiting.
    private static let expiryBatch = 500

    /// One transaction and at most one sync for all requests.
    package func perform(
        _ requests: [ReservationRequest], in catalogue: CatalogueName, at now: WallClock
    ) throws -> [Result<ReservationAnswer, any Error>] {
        let hasSale = requests.contains(where: \.verb.isSale)
        var results: [Result<ReservationAnswer, any Error>]?
        repeat {
            results = try connection.transaction(.write) {
                var ledger = try SQLiteLedger(catalogue, now: now, on: connection)
                let isBacklog = try ledger.expireDue(limit: Self.expiryBatch)
                let results = try isBacklog ? nil : requests.map { try run($0, on: &ledger) }
                try ledger.keepHoldClock()
                return results
            }
        } while results == nil
        // What is only held may be lost in a power cut: nobody has paid for it.
        return hasSale ? synced(requests, results ?? []) : results ?? []
    }

    /// A sale is not told where it may not be on the disk: whoever asks again has it synced anew.
    private func synced(
        _ requests: [ReservationRequest], _ results: [Result<ReservationAnswer, any Error>]
    ) -> [Result<ReservationAnswer, any Error>] {
        do throws(StoreError) {
            try groupSync.sync(connection.syncLog)
            return results
        } catch {
            return zip(requests, results).map { request, result in
                guard request.verb.isSale, case .success = result else { return result }
                return .failure(error)
            }
        }
    }

    /// A refusal is an answer; what the store cannot do undoes the whole transaction.
    private func run(
        _ request: ReservationRequest, on ledger: inout SQLiteLedger
    ) throws -> Result<ReservationAnswer, any Error> {
        do {
            return .success(try answer(request, on: &ledger))
        } catch let refusal as CommerceError {
            return .failure(refusal)
        } catch let problem as FieldProblem {
            return .failure(problem)
        }
    }

    private func answer(
        _ request: ReservationRequest, on ledger: inout SQLiteLedger
    ) throws -> ReservationAnswer {
        guard let key = request.key else { return try ledger.perform(request.verb) }
        if let document = try answer(to: key, request.fingerprint, in: ledger.name) {
            var answer = try ReservationAnswer(document)
            answer.isRepeated = true
            return answer
        }
        let answer = try ledger.perform(request.verb)
        try keep(answer.json, for: key, request.fingerprint, in: ledger.name, at: ledger.now)
        return answer
    }
}
