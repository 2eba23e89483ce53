/// The version of HTTP that a message is sent in.
package enum HTTPVersion: Sendable, Equatable {
    case http10
    case http11
}

/// A request as a server received it: whole, and how the connection goes on after it.
package struct IncomingRequest: Sendable, Equatable {
    package let request: HTTPRequest
    package let version: HTTPVersion
    /// False when the client wants the connection closed after the answer.
    package let keepsAlive: Bool

    package init(request: HTTPRequest, version: HTTPVersion, keepsAlive: Bool) {
        self.request = request
        self.version = version
        self.keepsAlive = keepsAlive
    }
}

/// What the parser found in the bytes so far.
package enum HTTPRequestEvent: Sendable, Equatable {
    /// Nothing whole: more bytes are needed.
    case starved
    /// The client waits for `100 Continue` before it sends a body that the limits allow.
    case expectsContinue
    case request(IncomingRequest)
}
