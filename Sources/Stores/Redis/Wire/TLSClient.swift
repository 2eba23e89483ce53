/// Whom we trust and who we are, for all connections of one address: the only owner of an SSL_CTX.
@safe final class TLSClient {
    fileprivate let library: TLSLibrary
    fileprivate let shared: OpaquePointer
    private let name: String?

    private static let oldestVersion = 0x0303  // TLS 1.2
    private static let partialWrites = 1
    private static let movingBuffers = 2

    init(_ settings: RedisAddress.TLS) throws(RedisRefusal) {
        guard let library = TLSLibrary.loaded else { throw .noTLSLibrary(name: TLSLibrary.name) }
        guard let shared = unsafe library.newShared(library.clientMethod()) else {
            throw .noTLSLibrary(name: TLSLibrary.name)
        }
        self.library = library
        unsafe self.shared = unsafe shared
        name = settings.name
        // 123: SSL_CTRL_SET_MIN_PROTO_VERSION, 33: SSL_CTRL_MODE; 1: SSL_VERIFY_PEER.
        _ = unsafe library.controlShared(shared, 123, Self.oldestVersion, nil)
        _ = unsafe library.controlShared(shared, 33, Self.partialWrites | Self.movingBuffers, nil)
        unsafe library.setVerify(shared, 1, nil)
        if let path = settings.authorityFile {
            guard unsafe library.trustFile(shared, path, nil) == 1 else { throw unreadable(path) }
        } else {
            _ = unsafe library.trustSystem(shared)
        }
        if let path = settings.certificateFile {
            guard unsafe library.useCertificate(shared, path) == 1 else { throw unreadable(path) }
        }
        if let path = settings.keyFile {
            // 1: PEM. The key is held against the certificate here, too.
            guard unsafe library.useKey(shared, path, 1) == 1 else { throw unreadable(path) }
        }
    }

    deinit { unsafe library.freeShared(shared) }

    private func unreadable(_ path: String) -> RedisRefusal {
        .unreadableCertificate(path: path, reason: library.takeReason())
    }

    /// The name that a host's certificate has to be for.
    func name(for host: String) -> String { name ?? host }
}

/// The TLS of one connection, which never touches its socket: the only owner of an SSL.
@safe final class TLSSession {
    private let client: TLSClient
    private let session: OpaquePointer
    private let inbound: OpaquePointer
    private let outbound: OpaquePointer

    /// What SSL_get_error says.
    private enum Code {
        static let wantRead: Int32 = 2
        static let wantWrite: Int32 = 3
        static let closed: Int32 = 6
    }

    /// Nil where there is no memory.
    init?(_ client: TLSClient, host: String, isAddress: Bool) {
        let library = client.library
        guard let session = unsafe library.new(client.shared) else { return nil }
        guard let inbound = unsafe library.newBuffer(library.memoryKind()),
            let outbound = unsafe library.newBuffer(library.memoryKind())
        else {
            unsafe library.free(session)
            return nil
        }
        self.client = client
        unsafe self.session = unsafe session
        unsafe self.inbound = unsafe inbound
        unsafe self.outbound = unsafe outbound
        // From here on the session owns both buffers.
        unsafe library.setBuffers(session, inbound, outbound)
        if isAddress {
            _ = unsafe library.setAddress(library.parameters(session), host)
        } else {
            _ = unsafe library.setHost(session, host)
            var text = Array(host.utf8) + [0]
            // 55: SSL_CTRL_SET_TLSEXT_HOSTNAME, of type 0. The name is copied.
            unsafe text.withUnsafeMutableBytes { text in
                _ = unsafe library.control(session, 55, 0, text.baseAddress)
            }
        }
    }

    deinit { unsafe client.library.free(session) }

    enum Step {
        case done(Int)
        case wantsInput
        case closed
        case failed(String)
    }

    func handshake() -> Step {
        client.library.clearErrors()
        return step(unsafe client.library.connect(session))
    }

    /// Seals some of the bytes; what comes of it is taken by `takeOutbound`.
    func seal(_ bytes: UnsafeRawBufferPointer) -> Step {
        client.library.clearErrors()
        return step(
            unsafe client.library.write(session, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    func open(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        client.library.clearErrors()
        let count = Int32(clamping: buffer.count)
        return step(unsafe client.library.read(session, buffer.baseAddress, count))
    }

    /// Bytes of the socket. Memory buffers take all of them.
    func feed(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe client.library.writeBuffer(
            inbound, bytes.baseAddress, Int32(clamping: bytes.count))
    }

    /// Adds what has to go to the socket.
    func takeOutbound(_ bytes: inout [UInt8]) {
        while true {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: 4096))
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe client.library.readBuffer(
                    outbound, bytes.baseAddress.map { unsafe $0 + start }, 4096)
            }
            bytes.removeLast(4096 - Int(max(count, 0)))
            if count < 4096 { return }
        }
    }

    /// Why the certificate was not accepted; nil where it was, or where none has come yet.
    var certificateProblem: String? {
        let code = unsafe client.library.verification(session)
        guard code != 0 else { return nil }
        return unsafe client.library.verificationText(code).map { unsafe String(cString: $0) }
    }

    private func step(_ result: Int32) -> Step {
        if result > 0 { return .done(Int(result)) }
        switch unsafe client.library.error(session, result) {
        case Code.wantRead, Code.wantWrite: return .wantsInput
        case Code.closed: return .closed
        default: return .failed(client.library.takeReason())
        }
    }
}
