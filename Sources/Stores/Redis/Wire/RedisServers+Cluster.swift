import Primitives

extension RedisServers {
    /// How many nodes are asked for the others until the caller pauses.
    private static let seedsAtOnce = 8

    /// The connection to the node that has a slot now, as far as is known.
    func owner(of slot: Int, until deadline: Instant) throws(RedisFailure) -> RedisConnection {
        if slots.owner(of: slot) == nil { try learnSlots(until: deadline) }
        guard let owner = slots.owner(of: slot) else {
            lookAgain()
            throw .notSent(.noOwner(seeds[0]))
        }
        do throws(RedisFailure) {
            return try node(owner, until: deadline)
        } catch {
            // Another may have taken its slots.
            lookAgain()
            throw error
        }
    }

    /// A connection to a node; a new one tells the slots that it knows of.
    func node(
        _ endpoint: RedisEndpoint, until deadline: Instant
    ) throws(RedisFailure) -> RedisConnection {
        try connection(to: endpoint, until: deadline, asking: RedisBatch("CLUSTER", "SLOTS")) {
            connection, replies throws(RedisFailure) in
            if let error = replies.first?.error {
                throw .refused(.notACluster(connection.endpoint, error))
            }
            learn(replies.first ?? .nothing, from: connection.endpoint)
        }
    }

    private func learn(_ reply: RedisReply, from endpoint: RedisEndpoint) {
        let found = SlotMap(reply, from: endpoint)
        guard !found.isEmpty, slots.isEmpty else { return }
        slots = found
        for node in found.nodes where !seeds.contains(node) && seeds.count < RedisLimits.nodes {
            seeds.append(node)
        }
    }

    /// Asks nodes until one tells of slots. Who did not is asked last from then on.
    private func learnSlots(until deadline: Instant) throws(RedisFailure) {
        var failure = RedisFailure.notSent(.noOwner(seeds[0]))
        for _ in 0..<min(seeds.count, Self.seedsAtOnce) {
            let seed = seeds[0]
            do throws(RedisFailure) {
                let connection = try node(seed, until: deadline)
                // It was there before, and was not asked.
                if slots.isEmpty {
                    let replies = try connection.exchange(
                        RedisBatch("CLUSTER", "SLOTS"),
                        until: min(deadline, WireClock.now + options.connectTimeout))
                    learn(replies[0], from: seed)
                }
                if !slots.isEmpty { return }
            } catch {
                if case .refused = error { throw error }
                if error.trouble == .interrupted { throw error }
                failure = error
            }
            seeds.append(seeds.removeFirst())
        }
        throw failure
    }
}
