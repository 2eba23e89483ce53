package import Network
package import SecureTransport
package import Signaling
package import WebRTC

/// How far a client's session has come.
package enum SessionPhase: Sendable, Equatable {
    case idle
    /// Addresses are asked of STUN and TURN servers before there is an offer.
    case gathering
    /// The offer is under way.
    case signalling
    /// There is an answer; ICE looks for a way, then DTLS agrees on keys.
    case connecting
    case connected
    case ended
}

/// Why a session came to nothing, by the phase that it ended in: facts, for others to word.
package enum SessionFailure: Error, Sendable, Equatable {
    /// No socket could be opened, or the host has no address that could be used.
    case noSocket(NetworkError)
    case noAddress
    case cryptography(OpenSSLProblem)
    /// The request of a step got no answer: name, connection, TLS or time.
    case http(SignalingFailure.Step, HTTPClientProblem)
    /// The endpoint said no, or something that cannot be used.
    case signaling(SignalingFailure)
    /// The answer is no session description.
    case unreadableAnswer(SDPProblem)
    /// The answer is none to our offer.
    case badAnswer(NegotiationProblem)
    /// Strict: the answer deviates.
    case deviations([SDPDeviation])
    /// No way to the other side was found, or the way that there was is gone.
    case ice(ICEFailure, relays: [RelayFailure])
    case dtls(DTLSFailure)
    case srtp(SRTPProblem)
    /// A phase took longer than it may.
    case tookTooLong(SessionPhase)
    /// The other side has said goodbye.
    case left
}

/// A STUN or TURN server that was of no use, and why.
package struct RelayFailure: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Not a URL of a kind that is known.
        case badURL
        case unresolved(NetworkError)
        case connection(StreamConnectionEnd)
        case socket(NetworkError)
        case badAuthority
        case turn(TURNFailure)
        /// There are more of them than are used.
        case tooMany
    }

    /// Without its secrets.
    package let url: String
    package let reason: Reason

    package init(url: String, reason: Reason) {
        // Whoever put them before the host nevertheless does not want them shown.
        self.url = url.split(separator: "@").last.map(String.init) ?? url
        self.reason = reason
    }
}

/// Something that was put up with, or that is good to know.
package enum SessionNotice: Sendable, Equatable {
    case signaling(SignalingNotice)
    case deviation(SDPDeviation)
    case relay(RelayFailure)
    /// Candidates that the other side named and that cannot be read or used.
    case candidatesIgnored(Int)
    case restarting(SessionRestartCause)
    case restartFailed(SignalingFailure)
    case restarted
}

/// Why a new way to the other side is looked for.
package enum SessionRestartCause: Sendable, Equatable {
    /// Nothing is heard of it any more.
    case silence
    /// The host's own addresses have changed.
    case addresses
}
