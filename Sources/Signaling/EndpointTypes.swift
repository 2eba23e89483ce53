package import HTTP

/// What an endpoint is told before it starts.
package struct EndpointOptions: Sendable {
    /// One token that opens one name, or all of them.
    package struct Access: Sendable, Equatable {
        package let name: String?
        package let bearer: String

        package init(name: String?, bearer: String) {
            self.name = name
            self.bearer = bearer
        }
    }

    /// Which web pages may talk to it (Fetch, CORS).
    package enum Pages: Sendable, Equatable {
        case any
        case only([String])
    }

    /// Something that a session offers beside itself, by a Link (WHEP 6).
    package struct Extension: Sendable, Equatable {
        package let relation: String
        /// The last part of its URL, after the session's.
        package let path: String
        package let parameters: [FieldParameter]

        package init(relation: String, path: String, parameters: [FieldParameter]) {
            self.relation = relation
            self.path = path
            self.parameters = parameters
        }
    }

    package var role: SignalingRole
    /// Where endpoints are: `/whip` for `/whip/NAME`.
    package var root: String
    /// Empty: everybody may.
    package var access: [Access]
    package var pages: Pages
    package var iceServers: [ICEServer]
    package var extensions: [Extension]
    package var trickles: Bool
    package var restarts: Bool
    package var maximumSessions: Int
    package var rate: RateLimit
    package var counterOfferValidity: Duration

    package init(
        role: SignalingRole, root: String, access: [Access], pages: Pages,
        iceServers: [ICEServer], extensions: [Extension], trickles: Bool, restarts: Bool,
        maximumSessions: Int, rate: RateLimit, counterOfferValidity: Duration
    ) {
        self.role = role
        self.root = root
        self.access = access
        self.pages = pages
        self.iceServers = iceServers
        self.extensions = extensions
        self.trickles = trickles
        self.restarts = restarts
        self.maximumSessions = maximumSessions
        self.rate = rate
        self.counterOfferValidity = counterOfferValidity
    }
}

/// Names a session; whoever knows it owns the session, so it is 128 random bits.
package struct SessionID: Sendable, Hashable {
    /// 32 hexadecimal digits.
    package let text: String

    package init(using random: inout some RandomNumberGenerator) {
        text = String(hexadecimal: random.next()) + String(hexadecimal: random.next())
    }

    /// Nil for what no session is named by.
    init?(_ text: Substring) {
        let digits = "0123456789abcdef".utf8
        guard text.utf8.count == 32, text.utf8.allSatisfy(digits.contains) else { return nil }
        self.text = String(text)
    }
}

/// Names one question to the host.
package struct QuestionID: Sendable, Hashable {
    package let session: SessionID
    package let number: Int
}

/// What is to be done about a request.
package enum EndpointDecision: Sendable, Equatable {
    case respond(HTTPResponse)
    /// The response comes out of `answer`.
    case ask(QuestionID, EndpointQuestion)
    case tell(EndpointNews, HTTPResponse)
    /// An extension of a session is asked for: the host answers by itself.
    case delegate(SessionID, relation: String)
}

/// What only the host can decide.
package enum EndpointQuestion: Sendable, Equatable {
    case newSession(SessionID, name: String, offer: String)
    case restart(SessionID, TrickleFragment)
    case counterAnswer(SessionID, String)
}

/// What the host has to know.
package enum EndpointNews: Sendable, Equatable {
    /// What cannot be used of it is dropped in silence.
    case candidates(SessionID, TrickleFragment)
    /// Consent is revoked at once (RFC 7675 5.2).
    case ended(SessionID)
}

/// The host's word on a question.
package enum EndpointAnswer: Sendable, Equatable {
    /// With the session that had to go for it, if that is the policy (WHIP 10).
    case accepted(sdp: String, replacing: SessionID?)
    /// WHEP 2.
    case counterOffer(sdp: String)
    case counterAnswerTaken
    case restarted(TrickleFragment)
    case malformed(ProblemDocument)
    case notAcceptable(ProblemDocument)
    case unknownName
    case conflict(ProblemDocument, retryAfter: Duration?)
    case busy(retryAfter: Duration)
    /// To the server that takes it.
    case elsewhere(String)
}

extension String {
    init(hexadecimal number: UInt64) {
        let digits = String(number, radix: 16)
        self = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
