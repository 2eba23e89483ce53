package import HTTP

/// What all requests of a client have in common.
package struct HTTPClientOptions: Sendable {
    /// Certificates to trust instead of the system's, in PEM.
    package var authorityPath: String?
    /// False takes any certificate: for tests by hand only.
    package var verifiesPeer: Bool
    /// Whether `http_proxy` and its kin in the environment count.
    package var usesEnvironmentProxy: Bool
    package var userAgent: String
    /// Transfers under way at once.
    package var transfers: Int

    package init(
        authorityPath: String?, verifiesPeer: Bool, usesEnvironmentProxy: Bool,
        userAgent: String, transfers: Int
    ) {
        self.authorityPath = authorityPath
        self.verifiesPeer = verifiesPeer
        self.usesEnvironmentProxy = usesEnvironmentProxy
        self.userAgent = userAgent
        self.transfers = transfers
    }
}

/// What one request may take.
package struct HTTPTransferLimits: Sendable {
    /// For name, connection and TLS together.
    package var connectTimeout: Duration
    package var totalTimeout: Duration
    package var headerBytes: Int
    package var bodyBytes: Int

    package init(
        connectTimeout: Duration, totalTimeout: Duration, headerBytes: Int, bodyBytes: Int
    ) {
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.headerBytes = headerBytes
        self.bodyBytes = bodyBytes
    }

    /// For session descriptions.
    package static let signaling = HTTPTransferLimits(
        connectTimeout: .seconds(10), totalTimeout: .seconds(20), headerBytes: 65_536,
        bodyBytes: 1 << 20)
}

/// An answer, and how long it took to come.
package struct HTTPReply: Sendable {
    package let response: HTTPResponse
    package let timings: HTTPTimings
}

/// When what had been done, since the request was sent off.
package struct HTTPTimings: Sendable, Equatable {
    package let resolved: Duration
    package let connected: Duration
    /// Nil without TLS.
    package let secured: Duration?
    package let firstByte: Duration
    package let total: Duration
    /// Whether an earlier request's connection was taken: then all but the last two say nothing.
    package let isReused: Bool
}

/// Why there is no answer, by the phase that failed.
package enum HTTPClientProblem: Error, Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        case resolve
        case connect
        case secure
        case answer
        case body
    }

    case badURL(URLProblem?)
    /// A method or field that would not be one on the wire.
    case badRequest
    case resolve
    /// `code` is the number that errno had, where it is known.
    case connect(code: Int?)
    /// The certificate is not to be trusted; `code` is OpenSSL's X509_V_ERR_*.
    case untrusted(code: Int)
    case badAuthorityFile
    /// `code` is libcurl's, here and below.
    case secure(code: Int)
    case timeout(Phase)
    case headerTooLarge(limit: Int)
    case bodyTooLarge(limit: Int)
    case transfer(code: Int)
    case cancelled
    case busy(limit: Int)
    case outOfMemory
}
