package import Primitives

/// Finds the server that has a key now, keeps a connection to it, and looks again when it has
/// changed. Not for two threads at once.
package final class RedisServers {
    package let address: RedisAddress
    let options: RedisOptions
    let identity: RedisIdentity
    let tls: TLSClient?
    private let opening: RedisBatch
    private let attach: Attach

    /// Those that may be used, by endpoint.
    private var connections: [RedisEndpoint: RedisConnection] = [:]
    private var connectionCount = 0
    /// The primary that sentinels have named and that has said that it is one.
    var primary: RedisEndpoint?
    /// Sentinels, those that answered last first.
    var sentinels: [RedisEndpoint] = []
    var slots = SlotMap()
    /// Nodes of a cluster that can be asked for the others, the next one first.
    var seeds: [RedisEndpoint] = []

    /// Run once on every new connection before anything else uses it. It may be run again for one
    /// server, and a failure that it throws is one of looking for a server.
    package typealias Attach = (RedisConnection, _ deadline: Instant) throws(RedisFailure) -> Void

    /// `opening` is asked of every server together with the first words of a connection, and must
    /// change nothing; its answers are the connection's `openingReplies`.
    package init(
        _ address: RedisAddress, options: RedisOptions, opening: RedisBatch,
        attach: @escaping Attach
    ) throws(RedisRefusal) {
        self.address = address
        self.options = options
        self.opening = opening
        self.attach = attach
        identity = RedisIdentity(
            user: address.user, password: options.password, database: address.database)
        if let settings = address.tls { tls = try TLSClient(settings) } else { tls = nil }
        switch address.deployment {
        case .single: break
        case .sentinels(let endpoints, _): sentinels = endpoints
        case .cluster(let endpoints): seeds = endpoints
        }
    }

    /// The connection to the server that has a key, attached. It may be sent to until it is not
    /// usable any longer; errors that say that the key is elsewhere are told by `report`.
    ///
    /// Throws what was in the way last when the deadline passes: it is never `unknown`.
    package func connection(
        forKey key: String, until deadline: Instant
    ) throws(RedisFailure) -> RedisConnection {
        var pauses = Pauses()
        while true {
            do throws(RedisFailure) {
                return try attached(forSlot: KeySlot.of(key), until: deadline)
            } catch {
                try pauses.wait(after: error, until: deadline, options)
            }
        }
    }

    private func attached(
        forSlot slot: Int, until deadline: Instant
    ) throws(RedisFailure) -> RedisConnection {
        do throws(RedisFailure) {
            switch address.deployment {
            case .single(let endpoint): return try connection(to: endpoint, until: deadline)
            case .sentinels(_, let name): return try primary(named: name, until: deadline)
            case .cluster: return try owner(of: slot, until: deadline)
            }
        } catch {
            // Nothing of the caller's has been sent.
            if case .unknown(let trouble) = error { throw .notSent(trouble) }
            throw error
        }
    }

    /// The connection to a server, a new one where there is none that may be used. `check` sees it
    /// before the caller's hook does.
    func connection(
        to endpoint: RedisEndpoint, until deadline: Instant,
        asking question: RedisBatch = RedisBatch(),
        check: (RedisConnection, [RedisReply]) throws(RedisFailure) -> Void = { _, _ in }
    ) throws(RedisFailure) -> RedisConnection {
        if let connection = connections[endpoint] {
            if connection.isUsable { return connection }
            connections[endpoint] = nil
        }
        if connections.count >= RedisLimits.nodes { connections.removeAll() }
        connectionCount += 1
        let connection = try RedisConnection(
            connectionCount, to: endpoint, as: identity, tls: tls, opening: opening,
            asking: question, options: options, until: deadline)
        try check(connection, connection.questionReplies)
        try attach(connection, deadline)
        connections[endpoint] = connection
        return connection
    }

    /// A connection that is not kept, to one that is only asked for others.
    func stranger(
        at endpoint: RedisEndpoint, as identity: RedisIdentity, asking question: RedisBatch,
        until deadline: Instant
    ) throws(RedisFailure) -> [RedisReply] {
        let connection = try RedisConnection(
            0, to: endpoint, as: identity, tls: tls, opening: RedisBatch(), asking: question,
            options: options, until: deadline)
        return connection.questionReplies
    }

    /// Forgets where the servers are: something said that they have changed.
    package func lookAgain() {
        primary = nil
        slots = SlotMap()
    }

    /// A connection that is not to be used any longer, though it could be.
    package func drop(_ connection: RedisConnection) {
        connections = connections.filter { $0.value !== connection }
    }

    /// Takes in what an error of a server says about where things are now.
    package func report(_ error: RedisError, from connection: RedisConnection) {
        switch error.kind {
        case .moved(let slot, let host, let port):
            let owner = RedisEndpoint(
                host: host.isEmpty ? connection.endpoint.host : host, port: port)
            slots.move(slot, to: owner)
        case .replica:
            drop(connection)
            lookAgain()
        case .unserved, .notReady:
            lookAgain()
        case .ask, .noScript, .tooFewReplicas, .cannotPersist, .outOfMemory, .denied, .other: break
        }
    }
}

/// The pauses between tries: none, then short ones, then longer ones.
struct Pauses {
    private var tries = 0
    /// What was in the way before the deadline was.
    private var telling: RedisTrouble?
    private static let first: Duration = .milliseconds(5)
    private static let longest: Duration = .milliseconds(200)

    /// Waits, and lets the caller try again; throws what was in the way when that is of no use.
    mutating func wait(
        after failure: RedisFailure, until deadline: Instant, _ options: RedisOptions
    ) throws(RedisFailure) {
        guard case .notSent(let trouble) = failure, trouble != .interrupted else { throw failure }
        if case .timedOut = trouble {
            telling = telling ?? trouble
        } else {
            telling = trouble
        }
        guard WireClock.now < deadline else { throw .notSent(telling ?? trouble) }
        do throws(RedisTrouble) {
            try pause(until: deadline, options)
        } catch {
            throw .notSent(error)
        }
    }

    mutating func pause(until deadline: Instant, _ options: RedisOptions) throws(RedisTrouble) {
        tries += 1
        guard tries > 1 else { return }
        let length = min(Self.first * (1 << min(tries, 8)), Self.longest)
        try Waits.pause(length, until: deadline, isInterrupted: options.isInterrupted)
    }
}
