package import Primitives

/// Where catalogues are kept. Every store keeps the same promises, and the same contract tests
/// hold it to them:
///
/// - A change and its events are there together or not at all, whenever the process is killed.
/// - A catalogue's log has no gaps, and neither has any show's.
/// - A change that was answered survives; asking again with its key gives the same answer.
package protocol Store {
    /// Runs `verb` as one atomic step on a catalogue. What it throws undoes the step.
    func change(
        _ catalogue: CatalogueName, by request: ChangeRequest, at now: WallClock,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> ChangeAnswer

    /// Lets `question` see a catalogue as it stands at one moment.
    func read<Answer>(
        _ catalogue: CatalogueName, at now: WallClock,
        _ question: (any CatalogueReader) throws -> Answer
    ) throws -> Answer

    /// All catalogues, sorted by name.
    func catalogues() throws -> [Catalogue]
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
}
