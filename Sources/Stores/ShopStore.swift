package import Commerce
package import Primitives

/// A store as a shop's tools see it: what rules need of it, and what serving it takes.
package protocol ShopStore: Store {
    /// As `--store` says it.
    var address: String { get }
    /// How a sale that was told as confirmed may be lost, as the store is set up now.
    func warnings(for catalogue: CatalogueName) throws -> [DurabilityWarning]
    /// Facts for `store info`, in order.
    func describe() throws -> StoreDescription
    /// Changes whenever anybody has changed the catalogue, and perhaps at other times: what a tail
    /// watches.
    func dataVersion(of catalogue: CatalogueName) throws -> Int64
    /// Whether all of it is what its logs say.
    func check(progress: (_ events: Int64) throws -> Void) throws -> StoreCheckReport
    /// Compares one catalogue with its log, and lets a frozen one go on where all agrees.
    /// Repairing, it makes the tables what the log says first.
    func audit(
        _ catalogue: CatalogueName, repairing: Bool, at now: WallClock,
        progress: (_ events: Int64) throws -> Void
    ) throws -> AuditReport
    /// Replaces the events of a catalogue from before a time by a snapshot. Those of shows that
    /// have not ended stay, and so does whatever came after their first one.
    func trim(
        _ catalogue: CatalogueName, before: WallClock, isDryRun: Bool,
        progress: (_ events: Int64) throws -> Void
    ) throws -> TrimReport
}

/// What `store check` found.
package struct StoreCheckReport: Sendable, Equatable {
    package let catalogues: Int
    package let events: Int64
    /// Empty where tables and logs agree and what they are kept in is sound.
    package let findings: [Finding]

    package enum Finding: Sendable, Equatable {
        /// In the engine's words.
        case file(String)
        case catalogue(CatalogueName, CatalogueAudit.Finding)
    }

    package init(catalogues: Int, events: Int64, findings: [Finding]) {
        self.catalogues = catalogues
        self.events = events
        self.findings = findings
    }
}

/// What `stock audit` found, and what it did about it.
package struct AuditReport: Sendable, Equatable {
    /// How many events were replayed.
    package let events: Int64
    package let totals: CatalogueAudit.Totals
    /// What is wrong still.
    package let findings: [CatalogueAudit.Finding]
    /// What was wrong and is not any more.
    package let repaired: [CatalogueAudit.Finding]
    /// The catalogue was frozen and goes on now.
    package let isThawed: Bool

    package init(
        events: Int64, totals: CatalogueAudit.Totals, findings: [CatalogueAudit.Finding],
        repaired: [CatalogueAudit.Finding] = [], isThawed: Bool = false
    ) {
        self.events = events
        self.totals = totals
        self.findings = findings
        self.repaired = repaired
        self.isThawed = isThawed
    }
}

/// What `store info` says of a store: facts by the names that they have in JSON, in order.
package struct StoreDescription: Sendable, Equatable {
    package struct Fact: Sendable, Equatable {
        package let name: String
        /// Text or a whole number.
        package let value: JSON
    }

    package private(set) var facts: [Fact] = []

    package init() {}

    package mutating func add(_ name: String, _ text: String) {
        facts.append(Fact(name: name, value: .string(text)))
    }

    package mutating func add(_ name: String, _ number: Int64) {
        facts.append(Fact(name: name, value: .integer(number)))
    }
}

/// What became of a log that was trimmed.
package struct TrimReport: Sendable, Equatable {
    /// The place that the snapshot stands at; events up to it are gone.
    package let place: Int64
    package let removed: Int64
    package let left: Int64

    package init(place: Int64, removed: Int64, left: Int64) {
        self.place = place
        self.removed = removed
        self.left = left
    }
}
