import CommandLineKit
import Commerce
import Primitives
import Stores

extension Shop {
    /// Runs one verb on reservations, as one atomic step.
    func perform(_ verb: ReservationVerb) throws -> ReservationAnswer {
        let key = invocation[Common.key]
        let request = ReservationRequest(
            verb, key: key, fingerprint: key == nil ? Fingerprint() : fingerprint())
        let results = try store.perform([request], in: catalogue, at: console.clocks.wall())
        guard let result = results.first else { preconditionFailure("a verb without an answer") }
        do {
            let answer = try result.get()
            if answer.isRepeated, let key {
                console.note("this is the answer to an earlier call with key '\(key)'")
            }
            return answer
        } catch let error as StoreError {
            throw Failure(error, asking: verb, key: key)
        }
    }

    /// Runs a verb and prints what has become of its reservation.
    func answer(
        _ verb: ReservationVerb, status: (Reservation) -> ExitStatus = { _ in .ok },
        text: (Reservation, ReservationAnswer) -> String
    ) throws -> ExitStatus {
        // Before the verb: what was done must not go untold because this fails.
        let catalogue = try read { try $0.requireCatalogue() }
        let answer = try perform(verb)
        guard let reservation = answer.reservation else {
            preconditionFailure("a reservation is answered with itself")
        }
        let document = Documents.reservation(
            reservation, in: catalogue, ahead: answer.ahead, stock: answer.stock,
            outcome: answer.outcome.rawValue)
        try console.answer(invocation, document) { text(reservation, answer) }
        return status(reservation)
    }

    /// Lets expire what is due, so that what is read next is as a buyer would meet it.
    func letDueExpire() throws {
        let isDue = try read { reader in
            try !reader.dueReservations(at: reader.holdClock.last, limit: 1).isEmpty
        }
        guard isDue else { return }
        let request = ReservationRequest(.expire)
        do {
            for result in try store.perform([request], in: catalogue, at: console.clocks.wall()) {
                _ = try result.get()
            }
        } catch let error as StoreError {
            // Whoever may not write, or must not yet, may still look.
            switch error {
            case .readOnly, .frozen, .unknown: return
            default: throw error
            }
        }
    }

    /// Reads stock or reservations after what is due has expired.
    func readSettled<Answer>(
        _ question: (any CatalogueReader) throws -> Answer
    ) throws -> Answer {
        try letDueExpire()
        return try read(question)
    }
}

extension Shop {
    /// Tells, before money is at stake, how the store may lose what it has confirmed. Called once
    /// in a run. A store that is not there is not waited for a second time.
    func tellWarnings() throws {
        guard !console.traits.isQuiet else { return }
        for warning in try store.warnings(for: catalogue) {
            console.note("warning: \(warning.words)")
        }
    }
}
