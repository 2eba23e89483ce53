import Glibc
import Synchronization

/// A server of TCP on loopback that does to each connection what a test wants done to it.
package final class HostileServer: Sendable {
    package typealias Behaviour = @Sendable (HostileConnection) -> Void

    package let port: UInt16
    private let socket: Int32
    private let behaviours: [Behaviour]
    private let accepted = Mutex(0)

    /// One behaviour for each connection, in order; the last one for all that come after it. The
    /// connection is closed when it returns.
    package init(_ behaviours: Behaviour...) throws {
        self.behaviours = behaviours
        (socket, port) = try LoopbackPorts.listen()
        try TestThread { self.serve() }.start()
    }

    /// Ends the thread that takes connections; those that were taken end by themselves.
    package func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Connections that have come.
    package var connections: Int { accepted.withLock { $0 } }

    private func serve() {
        while true {
            let descriptor = accept(socket, nil, nil)
            guard descriptor >= 0 else { break }
            let place = accepted.withLock { count in
                count += 1
                return count - 1
            }
            let connection = HostileConnection(
                descriptor, behaviours[min(place, behaviours.count - 1)])
            try? TestThread { connection.run() }.start()
        }
        close(socket)
    }
}

/// One connection of a hostile server.
package final class HostileConnection: Sendable {
    private let descriptor: Int32
    private let behaviour: HostileServer.Behaviour

    fileprivate init(_ descriptor: Int32, _ behaviour: @escaping HostileServer.Behaviour) {
        self.descriptor = descriptor
        self.behaviour = behaviour
    }

    deinit { close(descriptor) }

    fileprivate func run() { behaviour(self) }

    /// Waits until a text has come; false when the connection ends first.
    @discardableResult
    package func read(until text: String) -> Bool {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: bytes, as: UTF8.self).contains(text) {
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return false }
            bytes += piece[..<count]
        }
        return true
    }

    /// Takes what comes, and forgets it, until the other side ends the connection.
    package func readToEnd() {
        var piece = [UInt8](repeating: 0, count: 4096)
        while unsafe recv(descriptor, &piece, piece.count, 0) > 0 {}
    }

    @discardableResult
    package func write(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Ends the connection by a reset instead of in order.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout.size(ofValue: linger)))
    }
}

/// A thread of its own for what waits in a test.
package final class TestThread: Sendable {
    private let body: @Sendable () -> Void

    package init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    /// It runs until the body has returned, and nobody waits for it.
    package func start() throws {
        var thread = pthread_t()
        let handle = unsafe Unmanaged.passRetained(self).toOpaque()
        let code = unsafe pthread_create(
            &thread, nil,
            { handle in
                guard let handle = unsafe handle else { return nil }
                unsafe Unmanaged<TestThread>.fromOpaque(handle).takeRetainedValue().body()
                return nil
            }, handle)
        guard code == 0 else {
            unsafe Unmanaged<TestThread>.fromOpaque(handle).release()
            throw ProcessFailure(words: "no thread")
        }
        pthread_detach(thread)
    }
}
