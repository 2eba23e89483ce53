package import HTTP

/// Which of the two protocols is spoken: sending media in (RFC 9725) or taking it out.
package enum SignalingRole: Sendable, Equatable {
    case whip
    case whep
}

/// What a client is told before it starts.
package struct SignalingOptions: Sendable, Equatable {
    package var role: SignalingRole
    package var endpoint: URL
    package var bearer: String?
    /// Otherwise the bearer token stays with the endpoint's origin when a redirect leads away.
    package var sendsBearerAnywhere: Bool
    /// Refuses what deviates from the standards instead of giving notice of it.
    package var isStrict: Bool
    /// How long a viewer waits for somebody to publish; nil fails at the first 404 or 409.
    package var waitsForPublisher: Duration?

    package init(
        role: SignalingRole, endpoint: URL, bearer: String?, sendsBearerAnywhere: Bool,
        isStrict: Bool, waitsForPublisher: Duration?
    ) {
        self.role = role
        self.endpoint = endpoint
        self.bearer = bearer
        self.sendsBearerAnywhere = sendsBearerAnywhere
        self.isStrict = isStrict
        self.waitsForPublisher = waitsForPublisher
    }
}

/// A candidate that our own ICE agent has found.
package struct LocalCandidate: Sendable, Equatable {
    package let mid: String?
    package let mediaIndex: Int
    /// With or without `a=` before it.
    package let attribute: String

    package init(mid: String?, mediaIndex: Int, attribute: String) {
        self.mid = mid
        self.mediaIndex = mediaIndex
        self.attribute = attribute
    }
}

/// Names one request of one client; the answer comes back under it.
package struct RequestID: Sendable, Hashable {
    package let number: Int

    package init(number: Int) {
        self.number = number
    }
}

/// What a client wants done.
package enum SignalingAction: Sendable, Equatable {
    case send(RequestID, HTTPRequest)
    /// The answer to this request is of no interest any more.
    case cancel(RequestID)
    /// What the endpoint's OPTIONS told; empty where it told nothing.
    case servers([ICEServer])
    case accepted(AcceptedAnswer)
    /// The server offers instead (WHEP 2): answer with `answerCounterOffer` in this time.
    case counterOffered(AcceptedAnswer, validFor: Duration)
    case counterAnswerTaken
    /// The server's side of an ICE restart; what was before is void.
    case restarted(TrickleFragment)
    /// The session stays as it was, as long as consent lasts.
    case restartFailed(SignalingFailure)
    case notice(SignalingNotice)
    /// The session is over; `closed` follows when the server has been told.
    case failed(SignalingFailure)
    /// Always the last one, and once.
    case closed
}

/// A description from the server and what came with it.
package struct AcceptedAnswer: Sendable, Equatable {
    package let sdp: String
    package let session: URL
    package let entityTag: String?
    package let iceServers: [ICEServer]
    /// Links of relations that begin with `urn:ietf:params:whip:ext:` or `…:whep:ext:`, their
    /// targets absolute.
    package let extensions: [LinkField]

    package static let maximumExtensions = 16
}

/// Something that deviates and that was put up with, or that is good to know.
package enum SignalingNotice: Sendable, Equatable {
    case unexpectedStatus(Int, wanted: Int)
    case unexpectedContentType(String?, wanted: String)
    case missingEntityTag
    /// Not in quotes, or empty.
    case malformedEntityTag(String)
    /// If-Match never matches it (RFC 9110 13.1.1).
    case weakEntityTag(String)
    case redirected(to: String)
    case bearerWithheld(from: String)
    case sessionAtOtherOrigin(String)
    case discoveryRefused(Int)
    case discoveryUnanswered
    /// The server does not trickle: what the offer had must do.
    case trickleRefused(Int)
    case trickleUnanswered
    /// These candidates belong to another ICE generation (412).
    case candidatesOutdated(Int)
    case candidatesDropped(Int)
    /// The server wants If-Match but gave no entity tag (428).
    case preconditionWithoutEntityTag
    case restartSuperseded
    case waiting(status: Int?, for: Duration)
    case deleteRefused(Int)
    case deleteUnanswered
}

/// Why a session or a restart came to nothing: facts, for others to put in words.
package struct SignalingFailure: Error, Sendable, Equatable {
    /// What was being done.
    package enum Step: Sendable, Equatable {
        case discovery
        case offer
        case counterAnswer
        case trickle
        case restart
        case close
    }

    package enum Reason: Sendable, Equatable {
        /// No answer: the shell knows why.
        case transport
        /// A status that says no; nothing is read into which one.
        case refused
        /// 301, 302 or 303 would turn a POST into a GET; or from HTTPS to HTTP.
        case redirectRefused(location: String?)
        case tooManyRedirects
        case badRedirect(location: String?)
        case missingLocation
        case badLocation(String)
        case bodyTooLong
        case bodyNotText
        case notADescription
        case unexpectedStatus(wanted: Int)
        case unexpectedContentType(String?)
        case missingEntityTag
        case badEntityTag(String)
        case counterOfferExpired
        /// Nobody published in the time that was given.
        case noPublisher(waited: Duration)
        case badFragment(FragmentProblem)
        case restartWithoutCredentials
        case noSession
    }

    package let step: Step
    package let reason: Reason
    package let status: Int?
    package let problem: ProblemDocument?
    /// The beginning of a body that is no problem document, for a person to read.
    package let excerpt: String?

    package static let maximumExcerpt = 256

    package init(step: Step, reason: Reason, response: HTTPResponse?) {
        self.step = step
        self.reason = reason
        status = response?.status
        problem = response.flatMap { ProblemDocument($0) }
        if problem == nil, let body = response?.body, !body.isEmpty, status ?? 0 >= 300 {
            let text = String(decoding: body.prefix(Self.maximumExcerpt), as: UTF8.self)
            excerpt = String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
        } else {
            excerpt = nil
        }
    }
}
