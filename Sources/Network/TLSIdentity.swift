internal import COpenSSL

/// A server's certificate and key, and what its TLS connections have in common.
@safe package final class TLSIdentity {
    let handle: OpaquePointer

    /// Reads a chain of certificates and a key from files in PEM.
    package init(certificatePath: String, keyPath: String) throws(TLSProblem) {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw .outOfMemory }
        unsafe handle = context
        unsafe lc_tls_set_defaults(context)
        guard unsafe lc_tls_require_1_2(context) == 1 else { throw .outOfMemory }
        ERR_clear_error()
        guard unsafe SSL_CTX_use_certificate_chain_file(context, certificatePath) == 1 else {
            throw .badCertificate(code: UInt(ERR_peek_error()))
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(context, keyPath, SSL_FILETYPE_PEM) == 1 else {
            throw .badKey(code: UInt(ERR_peek_error()))
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else { throw .keyOfAnother }
    }

    deinit { unsafe SSL_CTX_free(handle) }
}

/// Why TLS cannot be spoken; codes are OpenSSL's packed error codes.
package enum TLSProblem: Error, Sendable, Equatable {
    case outOfMemory
    case badCertificate(code: UInt)
    case badKey(code: UInt)
    /// The key does not belong to the certificate.
    case keyOfAnother
    case badAuthority(code: UInt)
}
