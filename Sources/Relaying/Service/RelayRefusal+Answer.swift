import Signaling

extension RelayRefusal {
    /// What a client is told by HTTP.
    var answer: EndpointAnswer {
        switch self {
        case .unreadable(let problem):
            .malformed(Self.document("the offer cannot be read", problem))
        case .notAcceptable(let problem):
            .notAcceptable(Self.document("this offer cannot be answered", problem))
        case .notOnAir:
            .conflict(
                ProblemDocument(title: "nobody publishes this show now"),
                retryAfter: ServiceLimits.notOnAirRetry)
        case .alreadyPublished:
            .conflict(ProblemDocument(title: "this show is being published"), retryAfter: nil)
        case .noCommonCodec:
            .notAcceptable(
                ProblemDocument(title: "the show is in a codec that the offer does not have"))
        case .tooManySessions, .tooManyShows, .tooManyViewers, .draining:
            .busy(retryAfter: ServiceLimits.busyRetry)
        case .unknownSession, .unknownLayer: .unknownName
        case .noCredentials:
            .malformed(ProblemDocument(title: "a restart needs new ICE credentials"))
        }
    }

    /// With the engine's name for it, for whoever debugs a client.
    private static func document(_ title: String, _ problem: some Error) -> ProblemDocument {
        ProblemDocument(title: title, detail: String(describing: problem))
    }
}
