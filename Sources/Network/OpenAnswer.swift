import HTTP

/// The body of an answer that is written by and by, such as server-sent events. For the loop's
/// thread only.
///
/// Let go, it ends the answer.
package final class OpenAnswer {
    private weak var connection: HTTPConnection?
    private let number: Int

    init(_ connection: HTTPConnection, number: Int) {
        self.connection = connection
        self.number = number
    }

    deinit { end() }

    /// Whether the client is still there.
    package var isOpen: Bool { connection?.hasOpenAnswer(number) == true }

    /// Appends a part of the body. A client that has not taken enough of what came before is
    /// closed instead.
    package func write(_ bytes: [UInt8]) {
        connection?.write(bytes, toOpenAnswer: number)
    }

    /// Ends the answer in good order, after what was written.
    package func end() {
        connection?.endOpenAnswer(number)
        connection = nil
    }
}

extension HTTPConnection {
    func hasOpenAnswer(_ number: Int) -> Bool {
        number == exchangeNumber && exchange?.onGone != nil
    }

    func open(_ head: HTTPResponse, to number: Int, onGone: @escaping () -> Void) {
        guard isAwaiting(number), let server, let exchange else { return }
        self.exchange?.isAnswered = true
        self.exchange?.onGone = onGone
        var bytes: [UInt8] = []
        head.writeOpenHead(to: &bytes, version: exchange.version, date: server.date())
        queue(bytes)
        flush()
        if isStopping { endOpenAnswer(number) }
        settle()
    }

    func write(_ bytes: [UInt8], toOpenAnswer number: Int) {
        guard hasOpenAnswer(number), !bytes.isEmpty, let exchange else { return }
        guard waitingBytes + bytes.count <= options.openAnswerBytes else { return dropSlow() }
        if exchange.version == .http11 {
            queue(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0D, 0x0A])
        } else {
            queue(bytes)
        }
        flush()
        settle()
    }

    func endOpenAnswer(_ number: Int) {
        guard hasOpenAnswer(number), let exchange else { return }
        self.exchange = Exchange(
            method: exchange.method, version: exchange.version, keepsAlive: false,
            isAnswered: true)
        if exchange.version == .http11 { queue(Array("0\r\n\r\n".utf8)) }
        flush()
        settle()
    }
}
