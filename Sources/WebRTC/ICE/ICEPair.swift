package import Primitives

/// A local and a remote candidate that are tried together (RFC 8445 6.1.2).
///
/// There is one component, because RTCP shares the port of RTP everywhere in this toolkit, and with
/// one component freezing would change only the order of the checks: so there is no frozen state.
package struct ICEPair: Sendable {
    package enum State: String, Sendable {
        case waiting, inProgress, succeeded, failed
    }

    let id: Int
    package let route: Route
    package let localKind: ICECandidate.Kind
    package let remoteKind: ICECandidate.Kind
    let localPriority: UInt32
    let remotePriority: UInt32
    package internal(set) var state: State = .waiting
    /// The other side has named this pair, and it is to be taken once its check succeeds.
    var isNamed = false
    /// We have sent a check that names this pair.
    var isNominating = false
    package internal(set) var checksSent = 0
    package internal(set) var requestsReceived = 0
    package internal(set) var roundTrip: Duration?
    var lastHeard: Instant?

    /// RFC 8445 6.1.2.3.
    func priority(isControlling: Bool) -> UInt64 {
        let (g, d) =
            isControlling ? (localPriority, remotePriority) : (remotePriority, localPriority)
        return UInt64(min(g, d)) << 32 + 2 * UInt64(max(g, d)) + (g > d ? 1 : 0)
    }
}

/// Why no way was found, for a person to read: what was tried and what came back.
package struct ICEFailure: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        case noLocalCandidates
        case noRemoteCandidates
        case allPairsFailed
        case tookTooLong
        /// Consent (RFC 7675) ran out: the other side stopped answering.
        case consentExpired
    }

    package struct Attempt: Sendable, Equatable {
        package let local: ICECandidate.Kind
        package let remote: SocketAddress
        package let remoteKind: ICECandidate.Kind
        package let state: ICEPair.State
        package let checksSent: Int
        package let requestsReceived: Int
    }

    package let reason: Reason
    package let attempts: [Attempt]

    package init(reason: Reason, attempts: [Attempt]) {
        self.reason = reason
        self.attempts = attempts
    }
}
