internal import COpenSSL

/// SHA-256 on EVP, which uses what the processor has for it: for files, where Primitives' own would
/// take longer than writing them.
@safe package final class FileDigest {
    private let context: OpaquePointer

    package init() throws(OpenSSLProblem) {
        guard let context = unsafe EVP_MD_CTX_new() else { throw OpenSSLProblem("EVP_MD_CTX_new") }
        unsafe self.context = context
        guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            throw OpenSSLProblem("EVP_DigestInit_ex")
        }
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package func update(_ bytes: Span<UInt8>) throws(OpenSSLProblem) {
        let isDone = unsafe bytes.withUnsafeBytes { buffer in
            unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1
        }
        guard isDone else { throw OpenSSLProblem("EVP_DigestUpdate") }
    }

    /// 32 bytes; nothing is added after it.
    package func finish() throws(OpenSSLProblem) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard unsafe EVP_DigestFinal_ex(context, &digest, nil) == 1 else {
            throw OpenSSLProblem("EVP_DigestFinal_ex")
        }
        return digest
    }
}
