package import HTTP
package import Primitives

/// Answers one request, now or later. For the loop's thread only.
///
/// Let go without an answer, it answers 500.
package final class HTTPResponder {
    package let peer: SocketAddress
    package let isSecure: Bool
    private weak var connection: HTTPConnection?
    private let number: Int
    private var isDone = false

    init(_ connection: HTTPConnection, number: Int, peer: SocketAddress, isSecure: Bool) {
        self.connection = connection
        self.number = number
        self.peer = peer
        self.isSecure = isSecure
    }

    deinit {
        if !isDone { connection?.answer(HTTPResponse(status: 500), to: number) }
    }

    /// Whether somebody still waits for the answer.
    package var isAwaited: Bool { !isDone && connection?.isAwaiting(number) == true }

    /// The first answer counts; what comes too late is dropped.
    package func respond(_ response: HTTPResponse) {
        guard !isDone else { return }
        isDone = true
        connection?.answer(response, to: number)
    }
}
