/// A way in which a store, as it is set up, can lose a sale that was told as confirmed.
package enum DurabilityWarning: Error, Sendable, Equatable {
    /// What is written lies in memory, but for a copy now and then.
    case memoryOnly
    /// The file is synced by the system when it likes, or once a second: so much a power cut takes.
    case lateSync(policy: String)
    /// Where memory is short, keys are thrown away.
    case evicts(policy: String)
    /// Confirmations are told before any replica has them, and a replica may take over.
    case noWait(replicas: Int)
    /// A primary that is cut off from its replicas goes on promising units.
    case writesAlone
    /// The server does not say how it is set up.
    case unreadable(reason: String)
}
