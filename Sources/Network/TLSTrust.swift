internal import COpenSSL

/// Whose certificates a client of TLS believes, and what its connections have in common.
@safe package final class TLSTrust {
    let handle: OpaquePointer

    /// The authorities in a file in PEM; those of the system where there is none.
    package init(authorityPath: String?) throws(TLSProblem) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw .outOfMemory }
        unsafe handle = context
        unsafe lc_tls_set_defaults(context)
        guard unsafe lc_tls_require_1_2(context) == 1 else { throw .outOfMemory }
        ERR_clear_error()
        let isLoaded =
            if let authorityPath {
                unsafe SSL_CTX_load_verify_locations(context, authorityPath, nil)
            } else {
                unsafe SSL_CTX_set_default_verify_paths(context)
            }
        guard isLoaded == 1 else { throw .badAuthority(code: UInt(ERR_peek_error())) }
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    }

    deinit { unsafe SSL_CTX_free(handle) }
}
