package import Commerce
package import Primitives

/// A store as a shop's tools see it: what rules need of it, and what serving it takes.
package protocol ShopStore: Store {
    /// As `--store` says it.
    var address: String { get }
    /// Facts for `store info`, in order.
    func describe() throws -> StoreDescription
    /// Changes whenever a change has been made by anybody: what a tail watches.
    func dataVersion() throws -> Int64
    /// Replaces the events of a catalogue from before a time by a snapshot. Those of shows that
    /// have not ended stay, and so does whatever came after their first one.
    func trim(
        _ catalogue: CatalogueName, before: WallClock, isDryRun: Bool,
        progress: (_ events: Int64) throws -> Void
    ) throws -> TrimReport
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
