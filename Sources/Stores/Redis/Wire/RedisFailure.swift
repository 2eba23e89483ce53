/// Why commands were not answered. Everything rests on the difference between the first two.
package enum RedisFailure: Error, Sendable, Equatable {
    /// Surely not run: it may be tried again, here or elsewhere.
    case notSent(RedisTrouble)
    /// Sent, and no answer came: it may have run. Ask again with the same key.
    case unknown(RedisTrouble)
    /// The server will not have us, however often we ask.
    case refused(RedisRefusal)

    /// What was in the way; nil where it was a refusal.
    package var trouble: RedisTrouble? {
        switch self {
        case .notSent(let trouble), .unknown(let trouble): trouble
        case .refused: nil
        }
    }

    /// What it is where nothing that was asked changes anything: then it makes no difference
    /// whether it has run.
    var ofQuestion: RedisFailure {
        if case .unknown(let trouble) = self { .notSent(trouble) } else { self }
    }
}

/// What was in the way of an answer.
package enum RedisTrouble: Error, Sendable, Equatable {
    case unresolved(host: String)
    case cannotConnect(RedisEndpoint, reason: String)
    /// The server has ended the connection.
    case closed(RedisEndpoint)
    case broken(RedisEndpoint, reason: String)
    /// What came is not RESP2, or is beyond the limits.
    case badReply(RedisEndpoint)
    case tls(RedisEndpoint, reason: String)
    /// It took the connection and said nothing to TLS, as one does that expects plain text.
    case silentInTLS(RedisEndpoint)
    case timedOut(RedisEndpoint)
    case interrupted
    /// None of the sentinels could be asked, or none knows the name.
    case noPrimary(name: String)
    /// Found servers say that they are replicas, or other nodes than thought.
    case noOwner(RedisEndpoint)
    /// What the server said last, when patience ended.
    case answered(RedisEndpoint, RedisError)
    /// It was done, and has not reached as many replicas as it has to.
    case unkept(RedisEndpoint, replicas: Int)
}

/// Why a server will not have us.
package enum RedisRefusal: Error, Sendable, Equatable {
    /// No password, a wrong one, or a user without the rights that are needed.
    case denied(RedisEndpoint, RedisError)
    case database(RedisEndpoint, Int, RedisError)
    /// Its certificate is not one that we trust, or is for another name.
    case certificate(RedisEndpoint, reason: String)
    /// libssl is not installed, or not as we know it.
    case noTLSLibrary(name: String)
    case unreadableCertificate(path: String, reason: String)
    case unreadablePassword(path: String, reason: String)
    /// The file is empty, or longer than passwords are.
    case badPassword(path: String)
    /// The server does not speak TLS as we do, or wants a certificate of ours.
    case tls(RedisEndpoint, reason: String)
    /// The address says cluster, and the server is none.
    case notACluster(RedisEndpoint, RedisError)
    case unexpected(RedisEndpoint, RedisError)
}

/// A host and a port, as an address or another server names them.
package struct RedisEndpoint: Sendable, Hashable {
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with brackets around IPv6.
    package var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
