internal import COpenSSL

/// AES with 128 bits in chained blocks, on EVP: for files, where each block depends on the last.
@safe package final class BlockChain {
    package static let blockSize = 16

    private let context: OpaquePointer
    private let key: [UInt8]

    /// Nil where the key has another length, or OpenSSL refuses.
    package init?(key: [UInt8]) {
        guard key.count == Self.blockSize, let context = unsafe EVP_CIPHER_CTX_new() else {
            return nil
        }
        unsafe self.context = context
        self.key = key
        let vector = [UInt8](repeating: 0, count: Self.blockSize)
        guard
            unsafe EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nil, key, vector) == 1,
            unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1
        else { return nil }
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    /// Begins a chain with its vector of 16 bytes.
    package func begin(_ vector: [UInt8]) throws(OpenSSLProblem) {
        precondition(vector.count == Self.blockSize, "a vector has as many bytes as a block")
        guard unsafe EVP_EncryptInit_ex(context, nil, nil, nil, vector) == 1 else {
            throw OpenSSLProblem("EVP_EncryptInit_ex")
        }
    }

    /// Encrypts whole blocks where they stand.
    package func encrypt(_ bytes: inout [UInt8], _ part: Range<Int>) throws(OpenSSLProblem) {
        precondition(part.count % Self.blockSize == 0, "whole blocks only")
        guard !part.isEmpty else { return }
        let isDone = unsafe bytes.withUnsafeMutableBytes { buffer in
            var done = 0
            while done < part.count {
                guard let base = buffer.baseAddress else { return false }
                let start = unsafe (base + part.lowerBound + done).assumingMemoryBound(
                    to: UInt8.self)
                let count = Int32(min(part.count - done, 1 << 30))
                var written: Int32 = 0
                guard unsafe EVP_EncryptUpdate(context, start, &written, start, count) == 1,
                    written == count
                else { return false }
                done += Int(count)
            }
            return true
        }
        guard isDone else { throw OpenSSLProblem("EVP_EncryptUpdate") }
    }
}
