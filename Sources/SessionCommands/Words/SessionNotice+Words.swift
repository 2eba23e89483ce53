import Primitives
package import Sessions
package import Signaling

extension SessionNotice {
    /// A line for a person; nil where it concerns nobody who only wants to send or to watch.
    package func line(_ role: SignalingRole) -> String? {
        switch self {
        case .signaling(let notice): notice.line
        case .deviation(let deviation): "its answer deviates: \(deviation.words)"
        case .relay(let failure): "'\(failure.url)' is of no use: \(failure.reason.words)"
        case .candidatesIgnored(let count): "\(count) of its addresses cannot be used"
        case .restarting(.silence): "nothing is heard of it; restarting ICE"
        case .restarting(.addresses): "our addresses have changed; restarting ICE"
        case .restartFailed(let failure): "no ICE restart: \(failure.words(role).message)"
        case .restarted: "ICE restarted"
        }
    }
}

extension SignalingNotice {
    fileprivate var line: String? {
        switch self {
        case .redirected(let to): "redirected to '\(to)'"
        case .bearerWithheld(let from): "the token was not shown to '\(from)', another server"
        case .sessionAtOtherOrigin(let origin): "the session is at another server, '\(origin)'"
        case .waiting(let status, let wait):
            "asked to wait\(status.map { " (\($0))" } ?? ""): trying again in \(Words.seconds(wait))"
        case .deleteRefused(let status): "the goodbye was refused with \(status)"
        case .deleteUnanswered: "the goodbye was not answered"
        case .unexpectedStatus, .unexpectedContentType, .missingEntityTag, .malformedEntityTag,
            .weakEntityTag, .discoveryRefused, .discoveryUnanswered, .trickleRefused,
            .trickleUnanswered, .candidatesOutdated, .candidatesDropped,
            .preconditionWithoutEntityTag, .restartSuperseded:
            nil
        }
    }
}
