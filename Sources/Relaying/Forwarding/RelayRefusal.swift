package import WebRTC

/// Why a relay does not do what it was asked.
package enum RelayRefusal: Error, Sendable, Equatable {
    /// The offer is no session description.
    case unreadable(SDPProblem)
    /// Offer and relay have not enough in common.
    case notAcceptable(NegotiationProblem)
    /// Nobody publishes this show now (WHEP 3).
    case notOnAir
    /// Somebody publishes it already, and stays.
    case alreadyPublished
    /// The viewer can take none of the codecs that the show has.
    case noCommonCodec
    case tooManySessions(limit: Int)
    case tooManyShows(limit: Int)
    case tooManyViewers(limit: Int)
    /// The relay is about to end and takes nobody in.
    case draining
    case unknownSession
    /// The fragment of a restart has no credentials.
    case noCredentials
    /// The show has no such layer, or the session is none of a viewer.
    case unknownLayer
}

/// Why a session ended without having been asked to.
package enum RelayEnding: Sendable, Equatable {
    /// The peer said goodbye.
    case left
    case failed(PeerFailure)
    /// It was never connected in the time it had.
    case neverConnected
    /// Nothing has been heard of it for too long.
    case silent
    /// Another publisher has taken its show over.
    case replaced(by: String)
    /// Another publisher has come whose codecs the viewer has not agreed on.
    case codecsChanged
    case drained
}
