/// Where servers of Redis are, and what of them is ours: a `--store` of the kinds of Redis.
///
/// `redis://[USER@]HOST[:PORT][/DB]`, `redis+sentinel://HOST[:PORT],…/NAME[/DB]` and
/// `redis+cluster://HOST[:PORT],…`, with TLS where the scheme begins with `rediss`. It never
/// holds a password: addresses are seen in lists of processes and in shell histories.
package struct RedisAddress: Sendable, Equatable {
    package enum Deployment: Sendable, Equatable {
        case single(RedisEndpoint)
        case sentinels([RedisEndpoint], name: String)
        case cluster([RedisEndpoint])

        var isWatched: Bool { if case .sentinels = self { true } else { false } }
    }

    /// How many replicas must have a change before it counts as kept.
    package enum ReplicaWait: Sendable, Equatable {
        /// As many as the servers that are there ask for.
        case auto
        case replicas(Int)
    }

    package struct TLS: Sendable, Equatable {
        /// Whom to trust; nil for those that the system trusts.
        package var authorityFile: String?
        /// Who we are, for servers that ask.
        package var certificateFile: String?
        package var keyFile: String?
        /// The name that certificates must be for; nil for the host that is connected to.
        package var name: String?

        package init() {}
    }

    package let deployment: Deployment
    package internal(set) var user: String?
    package internal(set) var database = 0
    package internal(set) var tls: TLS?
    package internal(set) var passwordFile: String?
    package internal(set) var sentinelPasswordFile: String?
    package internal(set) var wait = ReplicaWait.auto
    package internal(set) var waitTimeout = Self.standardWaitTimeout

    package static let standardPort: UInt16 = 6379
    package static let standardSentinelPort: UInt16 = 26_379
    package static let standardWaitTimeout: Duration = .seconds(1)
    package static let highestDatabase = 65_535
    package static let highestWait = 100
    package static let longestWaitTimeout: Duration = .seconds(60)
    package static let longestText = 4096

    /// Whether a text is meant to be one of ours, right or wrong.
    package static func isMeant(by text: String) -> Bool {
        let scheme = text.prefix { $0 != ":" }
        return scheme == "redis" || scheme == "rediss" || scheme.hasPrefix("redis+")
            || scheme.hasPrefix("rediss+")
    }

    package init(_ text: String) throws(RedisAddressProblem) {
        guard text.utf8.count <= Self.longestText, !text.utf8.contains(where: { $0 <= 0x20 }),
            let scheme = Scheme(text)
        else { throw .notAnAddress }
        let parts = AddressParts(text.dropFirst(scheme.length))
        // A password is looked for first, so that no other message repeats it.
        if parts.mayHoldPassword { throw .password }
        let user = try parts.login.map { text throws(RedisAddressProblem) in
            try decoded(text, "user")
        }
        let standardPort =
            scheme.kind == .sentinels ? Self.standardSentinelPort : Self.standardPort
        let hosts = try parts.endpoints(standardPort: standardPort)
        var path = parts.path[...]
        switch scheme.kind {
        case .single:
            guard hosts.count == 1 else { throw .severalHosts }
            deployment = .single(hosts[0])
        case .sentinels:
            guard let name = path.popFirst(), !name.isEmpty else { throw .noName }
            deployment = .sentinels(hosts, name: try decoded(name, "name"))
        case .cluster:
            deployment = .cluster(hosts)
        }
        self.user = user?.isEmpty == true ? nil : user
        if scheme.isTLS { tls = TLS() }
        if let number = path.popFirst(), !number.isEmpty { try setDatabase(String(number)) }
        guard path.isEmpty else { throw .badPath }
        try setOptions(parts.query)
    }

    private mutating func setDatabase(_ text: String) throws(RedisAddressProblem) {
        guard let number = Int(digits: text), number <= Self.highestDatabase else {
            throw .badDatabase(text)
        }
        if case .cluster = deployment, number != 0 { throw .databaseInCluster }
        database = number
    }

    /// Single servers, sentinels or a cluster, with TLS or without.
    private struct Scheme {
        enum Kind { case single, sentinels, cluster }

        let kind: Kind
        let isTLS: Bool
        let length: Int

        init?(_ text: String) {
            let schemes: [(String, Kind, Bool)] = [
                ("redis://", .single, false), ("rediss://", .single, true),
                ("redis+sentinel://", .sentinels, false), ("rediss+sentinel://", .sentinels, true),
                ("redis+cluster://", .cluster, false), ("rediss+cluster://", .cluster, true),
            ]
            guard let found = schemes.first(where: { text.hasPrefix($0.0) }) else { return nil }
            (length, kind, isTLS) = (found.0.count, found.1, found.2)
        }
    }
}

/// What is wrong with an address. None of it repeats a part that may be a password.
package enum RedisAddressProblem: Error, Sendable, Equatable {
    case notAnAddress
    case password
    case noHost
    case badHost(String)
    case tooManyHosts
    case severalHosts
    /// Sentinels know primaries by names.
    case noName
    case badPath
    case badDatabase(String)
    case databaseInCluster
    case badEncoding(of: String)
    case unknownOption(String)
    case repeatedOption(String)
    case badOption(String, value: String)
    /// The option means something only with the schemes that have TLS, or those of sentinels.
    case idleOption(String)
    /// A certificate and its key are named together or not at all.
    case halfIdentity
}
