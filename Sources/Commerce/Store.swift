package import Primitives

/// Where catalogues are kept. Every store keeps the same promises, and the same contract tests
/// hold it to them:
///
/// - A change and its events are there together or not at all, whenever the process is killed.
/// - A catalogue's log has no gaps, and neither has any show's.
/// - A change that was answered survives; asking again with its key gives the same answer.
/// - Units promised never exceed units there, whoever asks, and however often.
package protocol Store: AnyObject {
    /// Runs `verb` as one atomic step on a catalogue. What it throws undoes the step.
    func change(
        _ catalogue: CatalogueName, by request: ChangeRequest, at now: WallClock,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> ChangeAnswer

    /// Runs verbs on reservations in order, each an atomic step: a refusal of one touches no other.
    /// Whether the store was reached decides what a failure is: thrown, nothing was done; as the
    /// answer to one request, it is not known whether that one was done, and asking again is safe.
    func perform(
        _ requests: [ReservationRequest], in catalogue: CatalogueName, at now: WallClock
    ) throws -> [Result<ReservationAnswer, any Error>]

    /// Lets `question` see a catalogue as it stands at one moment.
    func read<Answer>(
        _ catalogue: CatalogueName, at now: WallClock,
        _ question: (any CatalogueReader) throws -> Answer
    ) throws -> Answer

    /// All catalogues, sorted by name.
    func catalogues() throws -> [Catalogue]
}

/// A verb on reservations with what stands around it.
package struct ReservationRequest: Sendable {
    package let verb: ReservationVerb
    package let key: IdempotencyKey?
    package let fingerprint: Fingerprint

    package init(
        _ verb: ReservationVerb, key: IdempotencyKey? = nil,
        fingerprint: Fingerprint = Fingerprint()
    ) {
        self.verb = verb
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// What stands around a change: who asks again, and whether it is meant.
package struct ChangeRequest: Sendable {
    package let key: IdempotencyKey?
    /// Of the verb and everything it was given: the same key with another body is a conflict.
    package let fingerprint: Fingerprint
    /// Answers as if, and changes nothing.
    package let isDryRun: Bool

    package init(key: IdempotencyKey?, fingerprint: Fingerprint, isDryRun: Bool = false) {
        self.key = key
        self.fingerprint = fingerprint
        self.isDryRun = isDryRun
    }

    /// How long an answer is kept for whoever asks again.
    package static let keyLifetime = Duration.seconds(7 * 24 * 3600)
}

package struct ChangeAnswer: Sendable, Equatable {
    package let document: JSON
    /// It is the answer of an earlier change with the same key; nothing was changed now.
    package let isRepeated: Bool

    package init(document: JSON, isRepeated: Bool) {
        self.document = document
        self.isRepeated = isRepeated
    }
}

/// A catalogue as lists and tails see it.
package protocol CatalogueReader: LedgerReader {
    /// Hands over SKUs in the order of their codes, as long as `body` says true.
    func eachSKU(inFamily family: String?, _ body: (SKU) throws -> Bool) throws
    /// All shows, sorted by id.
    func shows() throws -> [Show]
    /// The events of a show behind place `sequence` of its log, in order, at most `limit`.
    func events(of show: ShowID, after sequence: Int64, limit: Int) throws -> [Event]
    /// The catalogue as it stood where its log begins: nil where the log has all its events.
    func snapshot() throws -> CatalogueState?
    /// All events behind place `sequence` of the catalogue's log, in order, as long as `body` says
    /// true.
    func eachEvent(after sequence: Int64, _ body: (Event) throws -> Bool) throws
    /// Hands over reservations in the order of their ids, as long as `body` says true.
    func eachReservation(
        matching filter: ReservationFilter, _ body: (Reservation) throws -> Bool) throws
    /// The places of one SKU, or of all, that are not over, by SKU and by who came first.
    func waitlist(for code: SKUCode?) throws -> [Waiting]
    /// What was said in any scope: the catalogue's, shows' and SKUs', in this order and by name.
    func policies() throws -> [(scope: HoldPolicy.Scope, policy: HoldPolicy)]
}

/// Which reservations are looked for. What is absent is not asked.
package struct ReservationFilter: Sendable, Equatable {
    package var states: Set<Reservation.State>
    package var buyer: BuyerID?
    package var show: ShowID?
    package var code: SKUCode?

    package init(
        states: Set<Reservation.State> = Set(Reservation.State.allCases), buyer: BuyerID? = nil,
        show: ShowID? = nil, code: SKUCode? = nil
    ) {
        self.states = states
        self.buyer = buyer
        self.show = show
        self.code = code
    }

    package func matches(_ reservation: Reservation) -> Bool {
        states.contains(reservation.state) && buyer.map { $0 == reservation.buyer } ?? true
            && show.map { $0 == reservation.show } ?? true
            && code.map { code in reservation.lines.contains { $0.code == code } } ?? true
    }
}
