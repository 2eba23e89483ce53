extension StoreError {
    /// What a failure means for what was asked: whether it may have been done.
    init(_ failure: RedisFailure, server: String) {
        switch failure {
        case .notSent(.interrupted): self = .interrupted
        case .notSent(let trouble):
            self = .unreachable(server: trouble.server ?? server, reason: trouble.reason)
        case .unknown(let trouble):
            self = .unknown(server: trouble.server ?? server, reason: trouble.reason)
        case .refused(let refusal): self.init(refusal, server: server)
        }
    }

    package init(_ refusal: RedisRefusal, server: String) {
        let reason = refusal.reason
        switch refusal {
        case .denied(let endpoint, _): self = .denied(server: endpoint.text, reason: reason)
        case .unreadablePassword(let path, _), .badPassword(let path),
            .unreadableCertificate(let path, _):
            self = .unreadable(path: path, reason: reason)
        case .database(let endpoint, _, _), .certificate(let endpoint, _), .tls(let endpoint, _),
            .notACluster(let endpoint, _), .unexpected(let endpoint, _):
            self = .refused(server: endpoint.text, reason: reason)
        case .noTLSLibrary: self = .refused(server: server, reason: reason)
        }
    }
}

extension RedisTrouble {
    var server: String? {
        switch self {
        case .cannotConnect(let endpoint, _), .closed(let endpoint), .broken(let endpoint, _),
            .badReply(let endpoint), .tls(let endpoint, _), .silentInTLS(let endpoint),
            .timedOut(let endpoint), .noOwner(let endpoint), .answered(let endpoint, _),
            .unkept(let endpoint, _):
            endpoint.text
        case .unresolved(let host): host
        case .interrupted, .noPrimary: nil
        }
    }

    /// A server's own words where it has said some.
    var reason: String {
        switch self {
        case .unresolved: "the name is not known"
        case .cannotConnect(_, let reason), .broken(_, let reason), .tls(_, let reason): reason
        case .closed: "the connection was closed"
        case .badReply: "the answer is not understood"
        case .silentInTLS: "it says nothing to TLS, like one that expects plain text"
        case .timedOut: "no answer in time"
        case .interrupted: "interrupted"
        case .noPrimary(let name): "no primary for '\(name)'"
        case .noOwner: "no node has the catalogue"
        case .unkept(_, 1): "no replica has it"
        case .unkept(_, let replicas): "fewer than \(replicas) replicas have it"
        case .answered(_, let error): error.text
        }
    }
}

extension RedisRefusal {
    var reason: String {
        switch self {
        case .denied(_, let error), .database(_, _, let error), .notACluster(_, let error),
            .unexpected(_, let error):
            error.text
        case .certificate(_, let reason), .tls(_, let reason): reason
        case .noTLSLibrary(let name): "\(name) is not installed, or is not as it is known here"
        case .unreadableCertificate(_, ""): "it is not there, or no certificate or key"
        case .unreadablePassword(_, let reason), .unreadableCertificate(_, let reason): reason
        case .badPassword: "it holds no password that a server can have"
        }
    }
}
