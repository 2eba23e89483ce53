import CommandLineKit
import Stores

extension DurabilityWarning {
    /// How a confirmed sale may be lost, and what would mend it.
    var words: String {
        switch self {
        case .noAppendOnlyFile:
            "the server keeps nothing but snapshots: a crash loses confirmed sales (set appendonly "
                + "yes)"
        case .appendOnlyFileSynced(let policy):
            "the server syncs its file '\(policy)': a power cut loses confirmed sales (set "
                + "appendfsync always)"
        case .evicts(let policy):
            "the server throws keys away when memory is short, by '\(policy)' (set "
                + "maxmemory-policy noeviction)"
        case .noReplicasRequired(let connected):
            "cut off from its \(connected) replicas the server goes on holding units, which a "
                + "fail-over loses (set min-replicas-to-write 1)"
        case .waitsForNoReplica(let connected):
            "confirmations wait for none of \(connected) replicas: a fail-over loses confirmed "
                + "sales (set ?wait=1 in the address)"
        case .waitsForFew(let waited, let connected):
            "confirmations wait for \(waited) of \(connected) replicas: a fail-over to another one "
                + "loses confirmed sales (set ?wait=\(connected) in the address)"
        case .waitsForAbsent(let waited, let connected):
            "confirmations wait for \(waited) replica\(waited == 1 ? "" : "s"), and \(connected) "
                + "follow: none is sure until more do (start them, or lower ?wait=)"
        case .writesWithoutSaving:
            "the server takes changes that it cannot save (set stop-writes-on-bgsave-error yes)"
        case .cannotTell(let reason):
            "whether the server can lose confirmed sales cannot be told: "
                + SafeText.oneLine(reason)
        }
    }
}
