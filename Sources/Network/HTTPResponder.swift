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

    /// Answers with a head whose body is written by and by; its connection ends with it.
    ///
    /// `onGone` is called when the client has left or was too slow, perhaps from within a `write`,
    /// but not after `end`. Nil where nobody waits for an answer any more.
    package func open(_ head: HTTPResponse, onGone: @escaping () -> Void) -> OpenAnswer? {
        guard isAwaited, let connection else { return nil }
        isDone = true
        connection.open(head, to: number, onGone: onGone)
        return OpenAnswer(connection, number: number)
    }
}
