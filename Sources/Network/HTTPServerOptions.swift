package import HTTP

/// What a server grants its clients.
package struct HTTPServerOptions: Sendable {
    package var limits: HTTPLimits
    package var connections: Int
    /// From one IPv4 address, or one IPv6 network of 64 bits.
    package var connectionsPerAddress: Int
    /// From the connection, or the end of the answer before, to the end of a request's head.
    package var headTimeout: Duration
    package var bodyTimeout: Duration
    /// Between two requests.
    package var idleTimeout: Duration
    /// For the program to answer in; then it is 503.
    package var answerTimeout: Duration
    /// A client that takes or gives less is closed. Zero turns it off.
    package var minimumBytesPerSecond: Int
    /// How long a client is watched before its rate is judged.
    package var rateWindow: Duration
    /// Bytes of one answer's body; a longer one is answered by 500 in its place.
    package var answerBytes: Int
    /// Bytes of an open answer that wait for a client to take them; with more it is closed.
    package var openAnswerBytes: Int

    package init(
        limits: HTTPLimits, connections: Int, connectionsPerAddress: Int, headTimeout: Duration,
        bodyTimeout: Duration, idleTimeout: Duration, answerTimeout: Duration,
        minimumBytesPerSecond: Int, rateWindow: Duration, answerBytes: Int,
        openAnswerBytes: Int
    ) {
        self.limits = limits
        self.connections = connections
        self.connectionsPerAddress = connectionsPerAddress
        self.headTimeout = headTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.answerTimeout = answerTimeout
        self.minimumBytesPerSecond = minimumBytesPerSecond
        self.rateWindow = rateWindow
        self.answerBytes = answerBytes
        self.openAnswerBytes = openAnswerBytes
    }

    /// For session descriptions, which are small.
    package static let signaling = HTTPServerOptions(
        limits: .signaling, connections: 1024, connectionsPerAddress: 64,
        headTimeout: .seconds(10), bodyTimeout: .seconds(20), idleTimeout: .seconds(60),
        answerTimeout: .seconds(30), minimumBytesPerSecond: 512, rateWindow: .seconds(5),
        answerBytes: 1 << 22, openAnswerBytes: 1 << 16)
}

/// What a server has done so far.
package struct HTTPServerCounters: Sendable, Equatable {
    package var accepted = 0
    /// Closed at once: too many connections, of all or of that address.
    package var refused = 0
    package var requests = 0
    /// Requests that were no HTTP, or more than the limits.
    package var malformed = 0
    /// Connections closed because a deadline or the least rate was missed.
    package var tooSlow = 0

    package init() {}
}
