internal import CShims
internal import Glibc
import Primitives

/// One TCP connection, with or without TLS: the only owner of its descriptor.
final class WireSocket {
    let endpoint: RedisEndpoint
    private let descriptor: Int32
    private let isInterrupted: () -> Bool

    /// Connects to the first of a host's addresses that takes us.
    init(
        to endpoint: RedisEndpoint, until deadline: Instant, isInterrupted: @escaping () -> Bool
    ) throws(RedisTrouble) {
        let addresses = try NameLookup.resolve(
            endpoint, until: deadline, isInterrupted: isInterrupted)
        var trouble = RedisTrouble.unresolved(host: endpoint.host)
        var connected: Int32?
        for address in addresses.prefix(RedisLimits.addressesOfName) {
            do throws(RedisTrouble) {
                connected = try Self.connect(
                    to: address, of: endpoint, until: deadline, isInterrupted: isInterrupted)
            } catch {
                trouble = error
            }
            if connected != nil || trouble == .interrupted { break }
        }
        guard let connected else { throw trouble }
        self.endpoint = endpoint
        self.isInterrupted = isInterrupted
        descriptor = connected
    }

    deinit { close(descriptor) }

    private static func connect(
        to address: SocketAddress, of endpoint: RedisEndpoint, until deadline: Instant,
        isInterrupted: () -> Bool
    ) throws(RedisTrouble) -> Int32 {
        let isIPv6: Int32 = address.isIPv4 ? 0 : 1
        let descriptor = lc_socket(isIPv6, 1)
        guard descriptor >= 0 else {
            throw .cannotConnect(endpoint, reason: reason(-descriptor))
        }
        do throws(RedisTrouble) {
            let place = lc_address(high: address.high, low: address.low, port: address.port)
            var code = lc_connect(descriptor, isIPv6, place)
            if code == -EINPROGRESS {
                try wait(
                    for: descriptor, POLLOUT, at: endpoint, until: deadline,
                    isInterrupted: isInterrupted)
                code = lc_socket_error(descriptor)
            }
            guard code >= 0 else { throw .cannotConnect(endpoint, reason: reason(-code)) }
            // Without it the answers of small commands wait for each other. It cannot fail here.
            _ = lc_set_no_delay(descriptor)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// What became of an attempt to read or to write.
    enum Progress {
        case moved(Int)
        case wouldBlock
        case closed
        case failed(RedisTrouble)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Progress {
        let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return .moved(count) }
        return count == 0 ? .closed : failure(errno)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Progress {
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let count = unsafe lc_send(descriptor, start, bytes.count)
        return count >= 0 ? .moved(Int(count)) : failure(Int32(-count))
    }

    private func failure(_ code: Int32) -> Progress {
        switch code {
        case EAGAIN, EINTR: .wouldBlock
        case ECONNRESET, EPIPE: .closed
        default: .failed(.broken(endpoint, reason: Self.reason(code)))
        }
    }

    /// Whether the other side has ended a connection on which nothing is under way, or has said
    /// something that nobody asked for.
    var isStale: Bool {
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK | MSG_DONTWAIT)
        let count = unsafe recv(descriptor, &byte, 1, flags)
        return count >= 0 || errno != EAGAIN
    }

    func waitForReading(until deadline: Instant) throws(RedisTrouble) {
        try wait(POLLIN, until: deadline)
    }

    /// Ends when something may be read, too: a server that is not read from may stop reading.
    func waitForWriting(until deadline: Instant) throws(RedisTrouble) {
        try wait(POLLOUT | POLLIN, until: deadline)
    }

    private func wait(_ events: Int32, until deadline: Instant) throws(RedisTrouble) {
        try Self.wait(
            for: descriptor, events, at: endpoint, until: deadline, isInterrupted: isInterrupted)
    }

    /// Waits in turns, because a signal may come between looking for it and the wait.
    static func wait(
        for descriptor: Int32, _ events: Int32, at endpoint: RedisEndpoint,
        until deadline: Instant, isInterrupted: () -> Bool
    ) throws(RedisTrouble) {
        var place = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            if isInterrupted() { throw .interrupted }
            let left = deadline - WireClock.now
            let turn = min(max(left.wholeMilliseconds + 1, 0), 100)
            let count = unsafe poll(&place, 1, Int32(turn))
            if count > 0 { return }
            guard count == 0 || errno == EINTR || errno == EAGAIN else {
                throw .broken(endpoint, reason: reason(errno))
            }
            if left <= .zero { throw .timedOut(endpoint) }
        }
    }

    static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
