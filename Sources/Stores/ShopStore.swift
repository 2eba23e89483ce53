package import Commerce

/// A store as a shop's tools see it: what rules need of it, and what serving it takes.
package protocol ShopStore: Store {
    /// As `--store` says it.
    var address: String { get }
    /// Facts for `store info`, in order.
    func describe() throws -> StoreDescription
    /// Changes whenever a change has been made by anybody: what a tail watches.
    func dataVersion() throws -> Int64
}
