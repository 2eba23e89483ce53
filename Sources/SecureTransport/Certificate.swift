internal import COpenSSL
package import WebRTC

/// A self-signed P-256 certificate and its key, made for one run: WebRTC trusts hashes, not names.
@safe
package final class Certificate: Sendable {
    // OpenSSL counts references to it atomically, and nothing changes it after init.
    nonisolated(unsafe) let certificate: OpaquePointer
    // As above.
    nonisolated(unsafe) let key: OpaquePointer

    package let fingerprint: CertificateFingerprint

    private static let algorithm = "sha-256"
    /// Browsers refuse what lasts longer than a year or is not valid yet.
    private static let lifetimeSeconds = 30 * 24 * 3600
    private static let clockToleranceSeconds = 24 * 3600

    package init() throws(OpenSSLProblem) {
        ERR_clear_error()
        guard let key = unsafe lc_generate_p256_key() else { throw OpenSSLProblem("EVP_EC_gen") }
        guard let certificate = unsafe X509_new() else {
            unsafe EVP_PKEY_free(key)
            throw OpenSSLProblem("X509_new")
        }
        guard unsafe Self.fill(certificate, key),
            let hash = unsafe Self.digest(of: certificate, Self.algorithm)
        else {
            unsafe X509_free(certificate)
            unsafe EVP_PKEY_free(key)
            throw OpenSSLProblem("X509_sign")
        }
        unsafe self.certificate = certificate
        unsafe self.key = key
        fingerprint = CertificateFingerprint(algorithm: Self.algorithm, bytes: hash)
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    private static func fill(_ certificate: OpaquePointer, _ key: OpaquePointer) -> Bool {
        var serial: Int64 = 0
        let isRandom = unsafe withUnsafeMutableBytes(of: &serial) { bytes in
            unsafe RAND_bytes(bytes.bindMemory(to: UInt8.self).baseAddress, 8)
        }
        let name = unsafe X509_get_subject_name(certificate)
        return unsafe isRandom == 1
            && X509_set_version(certificate, 2) == 1
            && ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial & .max) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), -clockToleranceSeconds) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), lifetimeSeconds) != nil
            && X509_NAME_add_entry_by_txt(name, "CN", 0x1000 | 1, "WebRTC", -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
            && X509_set_pubkey(certificate, key) == 1
            && X509_sign(certificate, key, EVP_sha256()) > 0
    }

    /// The hash by an algorithm of RFC 8122 that is still trusted; nil by another.
    static func digest(
        of certificate: OpaquePointer, _ algorithm: String
    ) -> [UInt8]? {
        let method: OpaquePointer?
        switch algorithm {
        case "sha-256": unsafe method = EVP_sha256()
        case "sha-384": unsafe method = EVP_sha384()
        case "sha-512": unsafe method = EVP_sha512()
        default: return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard unsafe X509_digest(certificate, method, &bytes, &length) == 1 else { return nil }
        return Array(bytes.prefix(Int(length)))
    }
}
