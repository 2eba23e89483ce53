import Primitives

extension RedisServers {
    /// How long one sentinel may take: the others are there for when it does not answer.
    private static let sentinelTimeout: Duration = .milliseconds(500)

    /// The connection to what is the primary of a name now.
    func primary(named name: String, until deadline: Instant) throws(RedisFailure)
        -> RedisConnection
    {
        if let primary {
            do throws(RedisFailure) {
                return try connection(toPrimary: primary, until: deadline)
            } catch {
                // It may be another by now.
                self.primary = nil
                guard case .notSent(let trouble) = error, trouble != .interrupted else {
                    throw error
                }
            }
        }
        let found = try askSentinels(name, until: deadline)
        let connection = try connection(toPrimary: found, until: deadline)
        primary = found
        return connection
    }

    /// A server that was the primary may have come back and not know yet that it is one no longer.
    private func connection(
        toPrimary endpoint: RedisEndpoint, until deadline: Instant
    ) throws(RedisFailure) -> RedisConnection {
        try connection(to: endpoint, until: deadline, asking: RedisBatch("ROLE")) {
            connection, replies throws(RedisFailure) in
            if replies.first?.elements?.first?.text == "master" { return }
            if let error = replies.first?.error {
                throw .notSent(.answered(connection.endpoint, error))
            }
            throw .notSent(.noOwner(connection.endpoint))
        }
    }

    /// Asks sentinels until a majority of them has answered, and believes the newest.
    private func askSentinels(
        _ name: String, until deadline: Instant
    ) throws(RedisFailure) -> RedisEndpoint {
        let identity = RedisIdentity(
            user: nil, password: options.sentinelPassword, database: 0)
        var answers: [SentinelAnswer] = []
        var silent: [RedisEndpoint] = []
        var failure = RedisFailure.notSent(.noPrimary(name: name))
        for sentinel in sentinels where answers.count <= sentinels.count / 2 {
            do throws(RedisFailure) {
                let replies = try stranger(
                    at: sentinel, as: identity, asking: SentinelAnswer.question(name),
                    until: min(deadline, WireClock.now + Self.sentinelTimeout))
                if let answer = SentinelAnswer(replies) { answers.append(answer) }
            } catch {
                if error.trouble == .interrupted { throw error }
                silent.append(sentinel)
                failure = error
            }
        }
        sentinels = sentinels.filter { !silent.contains($0) } + silent
        guard let primary = SentinelAnswer.newest(answers) else {
            // What one of many says counts only where no other has said anything.
            throw silent.count == sentinels.count ? failure : .notSent(.noPrimary(name: name))
        }
        return primary
    }
}
