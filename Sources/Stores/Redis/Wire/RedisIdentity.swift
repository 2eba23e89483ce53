/// Who we are to a server, and which of its databases is ours.
package struct RedisIdentity: Sendable, Equatable {
    /// Nil for the default user.
    package let user: String?
    package let password: [UInt8]?
    package let database: Int

    package init(user: String?, password: [UInt8]?, database: Int) {
        self.user = user
        self.password = password
        self.database = database
    }

    /// What is said before anything else.
    var greeting: RedisBatch {
        var batch = RedisBatch()
        if let password {
            batch.begin(words: user == nil ? 2 : 3)
            batch.add("AUTH")
            if let user { batch.add(user) }
            batch.add(password)
        }
        if database != 0 {
            batch.begin(words: 2)
            batch.add("SELECT")
            batch.add(Int64(database))
        }
        return batch
    }

    /// What an error among the first answers means; nil where the caller has to know.
    func failure(
        _ error: RedisError, isGreeting: Bool, at endpoint: RedisEndpoint
    ) -> RedisFailure? {
        // A server that is full says so unasked, and ends the connection.
        if error.text.hasPrefix("ERR max number of clients") {
            return .notSent(.answered(endpoint, error))
        }
        switch error.kind {
        case .denied: return .refused(.denied(endpoint, error))
        case .notReady: return .notSent(.answered(endpoint, error))
        default: break
        }
        if error.code == "DENIED" { return .refused(.unexpected(endpoint, error)) }
        guard isGreeting else { return nil }
        if password != nil, error.text.contains("AUTH") {
            return .refused(.denied(endpoint, error))
        }
        return .refused(
            database == 0
                ? .unexpected(endpoint, error) : .database(endpoint, database, error))
    }
}
