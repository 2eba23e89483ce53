import Network
package import Primitives
import Sessions
import Signaling

/// How often, and how soon after one another, a lost destination is tried again.
package struct ReconnectLimits: Sendable, Equatable {
    /// Tries before the show has ever got there; 1 fails at the first refusal.
    package var firstTries: Int
    /// Tries in a row once it has been there; nil does not end.
    package var tries: Int?
    package var firstDelay: Duration
    package var maximumDelay: Duration
    /// Whoever was live for so long begins to count anew.
    package var calm: Duration

    package init(
        firstTries: Int, tries: Int?, firstDelay: Duration, maximumDelay: Duration, calm: Duration
    ) {
        self.firstTries = firstTries
        self.tries = tries
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
        self.calm = calm
    }

    package static let usual = ReconnectLimits(
        firstTries: 3, tries: nil, firstDelay: .milliseconds(500), maximumDelay: .seconds(15),
        calm: .seconds(10))
}

/// Decides whether and when a destination that failed is tried again.
package struct ReconnectRules: Sendable {
    package enum Verdict: Sendable, Equatable {
        case again(after: Duration)
        case never
    }

    package let limits: ReconnectLimits
    package private(set) var hasBeenLive = false
    /// Failures in a row.
    package private(set) var attempts = 0
    private var liveSince: Instant?

    package init(_ limits: ReconnectLimits) {
        self.limits = limits
    }

    package mutating func becameLive(now: Instant) {
        hasBeenLive = true
        liveSince = now
    }

    package mutating func failed(
        isFinal: Bool, now: Instant, using random: inout some RandomNumberGenerator
    ) -> Verdict {
        if let liveSince, now - liveSince >= limits.calm { attempts = 0 }
        liveSince = nil
        attempts += 1
        let allowed = hasBeenLive ? limits.tries : limits.firstTries
        guard !isFinal, allowed.map({ attempts < $0 }) ?? true else { return .never }
        let doubled = limits.firstDelay * (1 << min(attempts - 1, 16))
        let delay = min(doubled, limits.maximumDelay)
        // Up to a quarter more, so that many who lost one server do not come back at once.
        return .again(after: delay + delay * Int.random(in: 0..<256, using: &random) / 1024)
    }
}

extension DestinationFailure {
    /// Whether the same again can only come to the same.
    package func isFinal(hasBeenLive: Bool) -> Bool {
        switch self {
        case .nothingToGive: true
        case .rtmp(let failure): failure == .noThread
        case .session(let failure): failure.isFinal(hasBeenLive: hasBeenLive)
        }
    }
}

extension SessionFailure {
    fileprivate func isFinal(hasBeenLive: Bool) -> Bool {
        switch self {
        case .cryptography: true
        case .deviations, .badAnswer, .unreadableAnswer: !hasBeenLive
        case .http(_, let problem):
            switch problem {
            case .badURL, .badRequest, .badAuthorityFile, .untrusted: true
            case .resolve, .connect, .secure, .timeout, .headerTooLarge, .bodyTooLarge,
                .transfer, .cancelled, .busy, .outOfMemory:
                false
            }
        case .signaling(let failure):
            failure.isFinal(hasBeenLive: hasBeenLive)
        case .noSocket, .noAddress, .ice, .dtls, .srtp, .tookTooLong, .left: false
        }
    }
}

extension SignalingFailure {
    /// Nothing is read into which code says no, but a refusal by the client's fault stays one.
    fileprivate func isFinal(hasBeenLive: Bool) -> Bool {
        guard let status, (400..<500).contains(status) else {
            return reason != .transport && status.map { $0 < 500 } ?? false && !hasBeenLive
        }
        switch status {
        case 401, 403: return true
        case 408, 425, 429: return false
        // The session that was lost may still stand in the way.
        case 409: return false
        default: return !hasBeenLive
        }
    }
}
