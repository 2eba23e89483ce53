package import Commerce
package import Primitives

extension SQLiteStore {
    /// Reservations that may expire in one transaction: it should not keep others waiting.
    private static let expiryBatch = 500

    /// One transaction and at most one sync for all requests.
    package func perform(
        _ requests: [ReservationRequest], in catalogue: CatalogueName, at now: WallClock
    ) throws -> [Result<ReservationAnswer, any Error>] {
        var results: [Result<ReservationAnswer, any Error>]?
        let begin = WireClock.now
        var spent: Duration = .zero
        repeat {
            results = try connection.transaction(.write) {
                var ledger = try SQLiteLedger(
                    catalogue, now: now + spent + connection.turnWait, on: connection)
                let isBacklog = try ledger.expireDue(limit: Self.expiryBatch)
                let results = try isBacklog ? nil : requests.map { try run($0, on: &ledger) }
                try ledger.keepHoldClock()
                return results
            }
            spent = WireClock.now - begin
        } while results == nil
        // What is only held may be lost in a power cut: nobody has paid for it.
        let told = results ?? []
        return told.contains(where: tellsSale) ? synced(told) : told
    }

    /// Whether somebody is told that a reservation is sold, whatever was asked.
    private func tellsSale(_ result: Result<ReservationAnswer, any Error>) -> Bool {
        (try? result.get().reservation?.state) == .confirmed
    }

    /// A sale is not told where it may not be on the disk: whoever asks again has it synced anew.
    private func synced(
        _ results: [Result<ReservationAnswer, any Error>]
    ) -> [Result<ReservationAnswer, any Error>] {
        do throws(StoreError) {
            try groupSync.sync(connection.syncLog)
            return results
        } catch {
            return results.map { tellsSale($0) ? .failure(error) : $0 }
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
