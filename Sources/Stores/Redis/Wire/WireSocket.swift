internal import CShims
internal import Glibc
import Primitives

/// One TCP connection, with or without TLS: the only owner of its descriptor.
final class WireSocket {
    let endpoint: RedisEndpoint
    /// Bytes that have gone to the network.
    private(set) var bytesGone = 0
    private let descriptor: Int32
    private let isInterrupted: () -> Bool
    private let tls: TLSSession?
    /// Sealed, and not gone yet.
    private var sealed: [UInt8] = []
    private var sealedStart = 0
    private var arrived: [UInt8]

    /// Connects to the first of a host's addresses that takes us, and opens TLS where it is wanted.
    init(
        to endpoint: RedisEndpoint, tls client: TLSClient?, until deadline: Instant,
        isInterrupted: @escaping () -> Bool
    ) throws(RedisFailure) {
        let descriptor: Int32
        do throws(RedisTrouble) {
            descriptor = try Self.connect(
                to: endpoint, until: deadline, isInterrupted: isInterrupted)
        } catch {
            throw .notSent(error)
        }
        self.endpoint = endpoint
        self.isInterrupted = isInterrupted
        self.descriptor = descriptor
        let name = client?.name(for: endpoint.host)
        tls = client.flatMap { client in
            name.flatMap { name in
                TLSSession(
                    client, host: name, isAddress: SocketAddress(host: name, port: 0) != nil)
            }
        }
        arrived = tls == nil ? [] : [UInt8](repeating: 0, count: RedisLimits.readBytes)
        guard client != nil else { return }
        guard let tls else { throw .notSent(.tls(endpoint, reason: "")) }
        try shakeHands(tls, until: deadline)
    }

    deinit { close(descriptor) }

    var isTLS: Bool { tls != nil }

    /// What became of an attempt to read or to write.
    enum Progress {
        case moved(Int)
        case wouldBlock
        case closed
        case failed(RedisTrouble)
    }

    /// Gives at least a byte, or says why not. Never waits.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Progress {
        guard let tls else { return unsafe receive(into: buffer) }
        while true {
            switch unsafe tls.open(into: buffer) {
            case .done(let count): return .moved(count)
            case .closed: return .closed
            case .failed(let reason): return .failed(.tls(endpoint, reason: reason))
            case .wantsInput: break
            }
            let progress = feed(tls)
            guard case .moved = progress else { return progress }
        }
    }

    /// Takes some of the bytes. They may not have gone before `flush` has said so.
    func write(_ bytes: UnsafeRawBufferPointer) -> Progress {
        guard let tls else { return unsafe send(bytes) }
        // One write at a time, so that what is sealed never grows beyond it.
        switch flush() {
        case .moved: break
        case let progress: return progress
        }
        switch unsafe tls.seal(bytes) {
        case .done(let count):
            tls.takeOutbound(&sealed)
            return .moved(count)
        case .wantsInput: return .wouldBlock
        case .closed: return .closed
        case .failed(let reason): return .failed(.tls(endpoint, reason: reason))
        }
    }

    /// Lets go what is sealed; `.moved` once nothing is left.
    func flush() -> Progress {
        while sealedStart < sealed.count {
            let progress = unsafe sealed.withUnsafeBytes { bytes in
                unsafe send(UnsafeRawBufferPointer(rebasing: bytes[sealedStart...]))
            }
            guard case .moved(let count) = progress else { return progress }
            sealedStart += count
        }
        sealed.removeAll(keepingCapacity: true)
        sealedStart = 0
        return .moved(0)
    }

    /// Whether the other side has ended a connection on which nothing is under way, or has said
    /// something that nobody asked for. TLS says things of its own, which do not count.
    var isStale: Bool {
        var byte: UInt8 = 0
        let progress = unsafe withUnsafeMutableBytes(of: &byte) { unsafe read(into: $0) }
        if case .wouldBlock = progress { return false }
        return true
    }

    func waitForReading(until deadline: Instant) throws(RedisTrouble) {
        try wait(POLLIN, until: deadline)
    }

    /// Ends when something may be read, too: a server that is not read from may stop reading.
    func waitForWriting(until deadline: Instant) throws(RedisTrouble) {
        try wait(POLLOUT | POLLIN, until: deadline)
    }

    private func wait(_ events: Int32, until deadline: Instant) throws(RedisTrouble) {
        try Waits.wait(
            for: descriptor, events, at: endpoint, until: deadline, isInterrupted: isInterrupted)
    }
}

extension WireSocket {
    private func receive(into buffer: UnsafeMutableRawBufferPointer) -> Progress {
        let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return .moved(count) }
        return count == 0 ? .closed : failure(errno)
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> Progress {
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let count = unsafe lc_send(descriptor, start, bytes.count)
        guard count >= 0 else { return failure(Int32(-count)) }
        bytesGone += Int(count)
        return .moved(Int(count))
    }

    private func failure(_ code: Int32) -> Progress {
        switch code {
        case EAGAIN, EINTR: .wouldBlock
        case ECONNRESET, EPIPE: .closed
        default: .failed(.broken(endpoint, reason: Waits.reason(code)))
        }
    }

    private func feed(_ tls: TLSSession) -> Progress {
        unsafe arrived.withUnsafeMutableBytes { buffer in
            let progress = unsafe receive(into: buffer)
            if case .moved(let count) = progress {
                unsafe tls.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            return progress
        }
    }

    /// Nothing of ours is sent before it is done, so every failure is one of the surely not sent.
    private func shakeHands(_ tls: TLSSession, until deadline: Instant) throws(RedisFailure) {
        while true {
            let step = tls.handshake()
            tls.takeOutbound(&sealed)
            let flushed = flush()
            switch step {
            case .done: return
            case .closed: throw .notSent(.closed(endpoint))
            case .failed(let reason):
                if let problem = tls.certificateProblem {
                    throw .refused(.certificate(endpoint, reason: problem))
                }
                throw .refused(.tls(endpoint, reason: reason))
            case .wantsInput: break
            }
            do throws(RedisTrouble) {
                if case .wouldBlock = flushed {
                    try waitForWriting(until: deadline)
                } else {
                    try waitForReading(until: deadline)
                }
            } catch {
                let isSilent = error == .timedOut(endpoint)
                throw .notSent(isSilent ? .silentInTLS(endpoint) : error)
            }
            switch feed(tls) {
            case .moved, .wouldBlock: break
            case .closed: throw .notSent(.closed(endpoint))
            case .failed(let trouble): throw .notSent(trouble)
            }
        }
    }

    private static func connect(
        to endpoint: RedisEndpoint, until deadline: Instant, isInterrupted: () -> Bool
    ) throws(RedisTrouble) -> Int32 {
        let addresses = try NameLookup.resolve(
            endpoint, until: deadline, isInterrupted: isInterrupted)
        var trouble = RedisTrouble.unresolved(host: endpoint.host)
        for address in addresses.prefix(RedisLimits.addressesOfName) {
            do throws(RedisTrouble) {
                return try connect(
                    to: address, of: endpoint, until: deadline, isInterrupted: isInterrupted)
            } catch {
                trouble = error
            }
            if trouble == .interrupted { break }
        }
        throw trouble
    }

    private static func connect(
        to address: SocketAddress, of endpoint: RedisEndpoint, until deadline: Instant,
        isInterrupted: () -> Bool
    ) throws(RedisTrouble) -> Int32 {
        let isIPv6: Int32 = address.isIPv4 ? 0 : 1
        let descriptor = lc_socket(isIPv6, 1)
        guard descriptor >= 0 else {
            throw .cannotConnect(endpoint, reason: Waits.reason(-descriptor))
        }
        do throws(RedisTrouble) {
            let place = lc_address(high: address.high, low: address.low, port: address.port)
            var code = lc_connect(descriptor, isIPv6, place)
            if code == -EINPROGRESS {
                try Waits.wait(
                    for: descriptor, POLLOUT, at: endpoint, until: deadline,
                    isInterrupted: isInterrupted)
                code = lc_socket_error(descriptor)
            }
            guard code >= 0 else {
                throw .cannotConnect(endpoint, reason: Waits.reason(-code))
            }
            // Without it the answers of small commands wait for each other. It cannot fail here.
            _ = lc_set_no_delay(descriptor)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }
}
