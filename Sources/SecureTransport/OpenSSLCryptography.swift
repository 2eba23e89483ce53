internal import COpenSSL
package import WebRTC

/// What all peers of a process share: the certificate, and what is offered with it.
@safe
package final class OpenSSLCryptography: PeerCryptography {
    // SSL_CTX counts references atomically and is not changed after init.
    nonisolated(unsafe) let context: OpaquePointer
    private let certificate: Certificate

    package var fingerprint: CertificateFingerprint { certificate.fingerprint }

    /// The names that OpenSSL has for our profiles, in our order.
    private static let profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
    /// Forward secrecy and no old ciphers; RSA is for the certificates of others.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES"

    package init(_ certificate: Certificate) throws(OpenSSLProblem) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(DTLS_method()) else {
            throw OpenSSLProblem("SSL_CTX_new")
        }
        let isReady =
            unsafe lc_ctx_use_dtls12_only(context) == 1
            && SSL_CTX_use_certificate(context, certificate.certificate) == 1
            && SSL_CTX_use_PrivateKey(context, certificate.key) == 1
            && SSL_CTX_set_cipher_list(context, Self.ciphers) == 1
            // This one call says 0 when all is well.
            && SSL_CTX_set_tlsext_use_srtp(context, Self.profiles) == 0
        guard isReady else {
            unsafe SSL_CTX_free(context)
            throw OpenSSLProblem("SSL_CTX set-up")
        }
        let flags = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        // Any certificate will do here: its hash is what counts, and is compared afterwards.
        unsafe SSL_CTX_set_verify(context, flags, { _, _ in 1 })
        unsafe self.context = context
        self.certificate = certificate
    }

    deinit { unsafe SSL_CTX_free(context) }

    package func makeDTLS(
        role: DTLSRole, expected: [CertificateFingerprint]
    ) throws(DTLSFailure) -> DTLSAssociation {
        try DTLSAssociation(self, role: role, expected: expected)
    }

    package func makeSRTP(_ keys: SRTPKeys) throws(SRTPProblem) -> SRTPSession {
        try SRTPSession(keys)
    }
}
