internal import COpenSSL
import Primitives

/// One end of a TLS connection, on bytes in memory: it touches no socket.
@safe final class TLSSession {
    enum Reading {
        /// So many bytes were appended.
        case bytes(Int)
        case starved
        /// The peer said goodbye.
        case ended
        case failed
    }

    /// What one record holds at most (RFC 8446 5.1).
    static let recordBytes = 16_384
    /// X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS: a star stands for a whole label or not at all.
    private static let noPartialWildcards: UInt32 = 0x4

    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// The server's end.
    convenience init?(_ identity: TLSIdentity) {
        unsafe self.init(context: identity.handle)
        unsafe SSL_set_accept_state(ssl)
    }

    /// The client's end; the server must prove to be `name`, a host's name or address.
    convenience init?(_ trust: TLSTrust, name: String) {
        // OpenSSL takes an empty name for any, and sees none behind a zero.
        guard !name.isEmpty, !name.utf8.contains(0) else { return nil }
        unsafe self.init(context: trust.handle)
        unsafe SSL_set_connect_state(ssl)
        let isNamed: Bool
        if SocketAddress(host: name, port: 0) != nil {
            isNamed = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
        } else {
            unsafe SSL_set_hostflags(ssl, Self.noPartialWildcards)
            let isAsked = unsafe name.withCString { text in
                // An address has no place in the server's name (RFC 6066 3).
                unsafe SSL_ctrl(
                    ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: text))
            }
            isNamed = unsafe isAsked == 1 && SSL_set1_host(ssl, name) == 1
        }
        guard isNamed else { return nil }
    }

    private init?(context: OpaquePointer) {
        guard let ssl = unsafe SSL_new(context) else { return nil }
        guard let incoming = unsafe BIO_new(BIO_s_mem()),
            let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(ssl)
            return nil
        }
        // From here on they belong to the session.
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        unsafe self.ssl = ssl
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
    }

    deinit { unsafe SSL_free(ssl) }

    /// Whether both ends have agreed, and the client believes the server.
    var isSecured: Bool { unsafe SSL_is_init_finished(ssl) == 1 }

    /// One of X509_V_ERR_*: why the other end was not believed; nil where it was something else.
    var distrust: Int? {
        let code = unsafe SSL_get_verify_result(ssl)
        return code == X509_V_OK ? nil : code
    }

    /// Why the last call failed, in OpenSSL's packed form; 0 where it did not say.
    static var lastError: UInt { UInt(ERR_peek_error()) }

    /// Takes the first bytes, which came from the peer; false where there is no memory for it.
    func feed(_ bytes: [UInt8], _ count: Int) -> Bool {
        unsafe BIO_write(incoming, bytes, Int32(count)) == Int32(count)
    }

    /// Appends what one record held, which passes through `scratch`; shakes hands before.
    func read(into bytes: inout [UInt8], by scratch: inout [UInt8]) -> Reading {
        ERR_clear_error()
        let count = unsafe SSL_read(ssl, &scratch, Int32(scratch.count))
        guard count <= 0 else {
            bytes.append(contentsOf: scratch[..<Int(count)])
            return .bytes(Int(count))
        }
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .starved
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed
        }
    }

    /// Seals bytes for the peer; false where the session has failed.
    func write(_ bytes: [UInt8]) -> Bool {
        var start = 0
        while start < bytes.count {
            ERR_clear_error()
            let count = unsafe bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return Int32(0) }
                return unsafe SSL_write(
                    ssl, base + start, Int32(clamping: bytes.count - start))
            }
            guard count > 0 else { return false }
            start += Int(count)
        }
        return true
    }

    /// Says goodbye.
    func end() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
    }

    /// Appends what is to be sent to the peer.
    func takeOutput(into bytes: inout [UInt8]) {
        let pending = Int(unsafe BIO_ctrl_pending(outgoing))
        guard pending > 0 else { return }
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: pending))
        let count = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return Int32(0) }
            return unsafe BIO_read(outgoing, base + start, Int32(pending))
        }
        bytes.removeLast(pending - max(0, Int(count)))
    }
}
