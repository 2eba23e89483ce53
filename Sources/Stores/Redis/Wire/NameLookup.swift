internal import CShims
internal import Glibc
import Primitives
import Synchronization

/// Asks the system's resolver with a deadline, which the resolver itself does not know.
///
/// It is asked on a thread of its own; a thread that is not waited for any longer ends by itself.
enum NameLookup {
    static func resolve(
        _ endpoint: RedisEndpoint, until deadline: Instant, isInterrupted: () -> Bool
    ) throws(RedisTrouble) -> [SocketAddress] {
        if let address = SocketAddress(host: endpoint.host, port: endpoint.port) {
            return [address]
        }
        let question = Question(endpoint)
        guard question.start() else { throw .unresolved(host: endpoint.host) }
        try Waits.wait(
            for: question.bell, POLLIN, at: endpoint, until: deadline, isInterrupted: isInterrupted)
        let addresses = question.answer
        guard !addresses.isEmpty else { throw .unresolved(host: endpoint.host) }
        return addresses
    }

    /// One name that is being looked up; both threads hold it.
    private final class Question: Sendable {
        private let endpoint: RedisEndpoint
        private let found = Mutex<[SocketAddress]>([])
        /// Readable once there is an answer.
        let bell: Int32

        init(_ endpoint: RedisEndpoint) {
            self.endpoint = endpoint
            bell = lc_eventfd()
        }

        deinit { if bell >= 0 { close(bell) } }

        var answer: [SocketAddress] { found.withLock { $0 } }

        func start() -> Bool {
            guard bell >= 0 else { return false }
            var thread = pthread_t()
            let handle = unsafe Unmanaged.passRetained(self).toOpaque()
            let code = unsafe pthread_create(
                &thread, nil,
                { handle in
                    guard let handle = unsafe handle else { return nil }
                    unsafe Unmanaged<Question>.fromOpaque(handle).takeRetainedValue().ask()
                    return nil
                }, handle)
            guard code == 0 else {
                unsafe Unmanaged<Question>.fromOpaque(handle).release()
                return false
            }
            pthread_detach(thread)
            return true
        }

        private func ask() {
            let limit = RedisLimits.addressesOfName
            var places = [lc_address](repeating: lc_address(), count: limit)
            let count = unsafe lc_resolve(endpoint.host, endpoint.port, &places, Int32(limit))
            found.withLock { found in
                found = places.prefix(max(0, Int(count))).map {
                    SocketAddress(high: $0.high, low: $0.low, port: $0.port)
                }
            }
            var one: UInt64 = 1
            _ = unsafe write(bell, &one, MemoryLayout<UInt64>.size)
        }
    }
}
