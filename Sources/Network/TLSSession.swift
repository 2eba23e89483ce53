internal import COpenSSL

/// The server's end of one TLS connection, on bytes in memory: it touches no socket.
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

    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    init?(_ context: TLSIdentity) {
        guard let ssl = unsafe SSL_new(context.handle) else { return nil }
        guard let incoming = unsafe BIO_new(BIO_s_mem()),
            let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(ssl)
            return nil
        }
        // From here on they belong to the session.
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        unsafe SSL_set_accept_state(ssl)
        unsafe self.ssl = ssl
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
    }

    deinit { unsafe SSL_free(ssl) }

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
