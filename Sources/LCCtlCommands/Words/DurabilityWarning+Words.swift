import Stores

extension DurabilityWarning {
    /// How a confirmed sale may be lost, and what would mend it.
    var words: String {
        switch self {
        case .memoryOnly:
            "the store keeps nothing but snapshots: a crash loses confirmed sales (set appendonly "
                + "yes)"
        case .lateSync(let policy):
            "the store syncs its file '\(policy)': a power cut loses confirmed sales (set "
                + "appendfsync always)"
        case .evicts(let policy):
            "the store throws keys away when memory is short, by '\(policy)' (set maxmemory-policy "
                + "noeviction)"
        case .noWait(let replicas):
            "confirmations wait for none of \(replicas) replicas: a fail-over loses confirmed sales "
                + "(set ?wait=1 in the address)"
        case .writesAlone:
            "a primary that is cut off goes on promising units (set min-replicas-to-write 1)"
        case .unreadable(let reason):
            "whether the store can lose confirmed sales cannot be told: \(reason)"
        }
    }
}
