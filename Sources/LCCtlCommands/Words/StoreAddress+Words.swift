import Stores

extension StoreAddressProblem {
    /// What is expected of an address instead.
    var words: String {
        switch self {
        case .noSuchKind, .noPath: "sqlite:PATH, a path, or redis://HOST[:PORT][/DB]"
        case .redis(let problem): problem.words
        }
    }

    /// What was typed may have a password in it.
    var mayHoldSecret: Bool {
        switch self {
        case .noSuchKind, .noPath: false
        case .redis: true
        }
    }
}

extension RedisAddressProblem {
    fileprivate var words: String {
        switch self {
        case .notAnAddress:
            "redis://[USER@]HOST[:PORT][/DB], redis+sentinel://HOST[:PORT],…/NAME[/DB] or "
                + "redis+cluster://HOST[:PORT],…; with TLS rediss"
        case .password:
            "a password has no place in it; set \(RedisAccess.passwordVariable), or name a file "
                + "with ?password-file=PATH"
        case .noHost: "a host is missing"
        case .badHost(let host): "'\(host)' is not HOST or HOST:PORT"
        case .tooManyHosts: "there are too many hosts"
        case .severalHosts: "one host only, unless it is of sentinels or a cluster"
        case .noName: "the primary's name is missing behind the sentinels' hosts"
        case .badPath: "there is too much behind the hosts"
        case .badDatabase(let text):
            "'\(text)' is not a database from 0 to \(RedisAddress.highestDatabase)"
        case .databaseInCluster: "a cluster has no databases but 0"
        case .badEncoding(let part): "the percent signs in its \(part) are wrong"
        case .unknownOption(let name): "there is no option '\(name)'"
        case .repeatedOption(let name): "option '\(name)' stands twice"
        case .badOption(let name, let value): "option '\(name)' cannot be '\(value)'"
        case .idleOption(let name): "option '\(name)' means nothing with this scheme"
        case .halfIdentity: "cert-file and key-file belong together"
        }
    }
}

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
