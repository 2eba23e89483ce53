import Network
package import Primitives
package import WebRTC

/// When a session came how far: what its start took.
package struct SessionMarks: Sendable, Equatable {
    /// The session began, or it asked again for what had not been there before.
    package internal(set) var setOut: Instant?
    package internal(set) var resolved: Instant?
    package internal(set) var reached: Instant?
    package internal(set) var secured: Instant?
    package internal(set) var answered: Instant?
    /// ICE has found a way.
    package internal(set) var selected: Instant?
    /// DTLS has agreed on keys.
    package internal(set) var connected: Instant?

    /// Nobody publishes yet: the start is the offer that finds somebody.
    var mustWait = false
    private var offered: Instant?

    init() {}

    mutating func offer(at now: Instant) {
        offered = now
        guard mustWait else { return }
        mustWait = false
        self = SessionMarks(waitedUntil: now)
    }

    private init(waitedUntil now: Instant) {
        setOut = now
        offered = now
    }

    /// Of several answers, as where there are redirects, the first tells of the way to the server.
    mutating func answer(_ reply: HTTPReply, at now: Instant) {
        answered = now
        guard let offered, resolved == nil, !reply.timings.isReused else { return }
        resolved = offered + reply.timings.resolved
        reached = offered + reply.timings.connected
        secured = reply.timings.secured.map { offered + $0 }
    }
}

/// The kinds of both ends of the way that a session goes.
package struct SessionRoute: Sendable, Equatable {
    package let local: ICECandidate.Kind
    package let remote: ICECandidate.Kind

    init(_ kinds: (local: ICECandidate.Kind, remote: ICECandidate.Kind)) {
        local = kinds.local
        remote = kinds.remote
    }
}
