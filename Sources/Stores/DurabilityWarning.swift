/// A setting of a store with which a sale that was told as confirmed may be lost, or cannot be told
/// as confirmed at all. Facts only.
package enum DurabilityWarning: Sendable, Equatable {
    /// Nothing is written to disk before an answer: a crash loses what came after the last
    /// snapshot.
    case noAppendOnlyFile
    /// The file is synced once a second or less often: a power cut loses what came after that.
    case appendOnlyFileSynced(String)
    /// Where memory is short, keys are thrown away, whatever they are.
    case evicts(policy: String)
    /// It writes also where no replica follows: after a fail-over that may be gone.
    case noReplicasRequired(connected: Int64)
    /// Confirmations are told before any replica has them.
    case waitsForNoReplica(connected: Int64)
    /// Confirmations wait for some of the replicas: a fail-over may choose another.
    case waitsForFew(waited: Int64, connected: Int64)
    /// Confirmations wait for more replicas than there are, so that none of them is sure.
    case waitsForAbsent(waited: Int64, connected: Int64)
    /// Changes that cannot be saved are taken all the same.
    case writesWithoutSaving
    /// The server does not say how it is set.
    case cannotTell(String)
}
