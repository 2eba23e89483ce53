internal import COpenSSL
import WebRTC

/// One key of SRTP or SRTCP on EVP, and the nonce of the packet at hand.
@safe
final class SRTPCipher {
    static let gcmTagLength = 16
    static let cmTagLength = 10

    private let cipher: OpaquePointer
    /// Keyed once, and reset to that state for each packet; nil for GCM, which needs none.
    private let code: OpaquePointer?
    private let salt: [UInt8]
    private var nonce = InlineArray<16, UInt8>(repeating: 0)

    init?(_ profile: SRTPProfile, key: [UInt8], salt: [UInt8], authentication: [UInt8]) {
        guard let cipher = unsafe EVP_CIPHER_CTX_new() else { return nil }
        let isGCM = profile == .aeadAES128GCM
        let method = unsafe isGCM ? EVP_aes_128_gcm() : EVP_aes_128_ctr()
        guard unsafe EVP_EncryptInit_ex(cipher, method, nil, key, nil) == 1,
            let code = unsafe isGCM ? .some(nil) : Self.makeCode(authentication)
        else {
            unsafe EVP_CIPHER_CTX_free(cipher)
            return nil
        }
        unsafe self.cipher = cipher
        unsafe self.code = code
        self.salt = salt
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(cipher)
        unsafe EVP_MAC_CTX_free(code)
    }

    private static func makeCode(_ key: [UInt8]) -> OpaquePointer?? {
        let method = unsafe EVP_MAC_fetch(nil, "HMAC", nil)
        defer { unsafe EVP_MAC_free(method) }
        guard let context = unsafe EVP_MAC_CTX_new(method) else { return nil }
        var name = Array("SHA1\0".utf8CString)
        let isReady = unsafe name.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 4),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_init(context, key, key.count, parameters) == 1
        }
        guard isReady else {
            unsafe EVP_MAC_CTX_free(context)
            return nil
        }
        return unsafe context
    }

    // MARK: - Nonces

    /// RFC 7714 8.1: two zero bytes, the SSRC, the rollover count, the sequence number, over the
    /// salt; and 9.1, where the index of SRTCP stands in the same places.
    func setGCMNonce(ssrc: UInt32, high: UInt32, low: UInt16) {
        for index in 0..<12 { nonce[index] = salt[index] }
        mix(ssrc, at: 2)
        mix(high, at: 6)
        nonce[10] ^= UInt8(low >> 8)
        nonce[11] ^= UInt8(truncatingIfNeeded: low)
    }

    /// RFC 3711 4.1.1: the salt, the SSRC and the index, two bytes to the left.
    func setCounter(ssrc: UInt32, high: UInt32, low: UInt16) {
        for index in 0..<14 { nonce[index] = salt[index] }
        nonce[14] = 0
        nonce[15] = 0
        mix(ssrc, at: 4)
        mix(high, at: 8)
        nonce[12] ^= UInt8(low >> 8)
        nonce[13] ^= UInt8(truncatingIfNeeded: low)
    }

    private func mix(_ word: UInt32, at place: Int) {
        nonce[place] ^= UInt8(word >> 24)
        nonce[place + 1] ^= UInt8(truncatingIfNeeded: word >> 16)
        nonce[place + 2] ^= UInt8(truncatingIfNeeded: word >> 8)
        nonce[place + 3] ^= UInt8(truncatingIfNeeded: word)
    }

    // MARK: - Seals

    /// Begins a packet with the nonce that has been set, under the key that the cipher has.
    private func begin() -> Bool {
        unsafe nonce.span.withUnsafeBufferPointer { nonce in
            unsafe EVP_EncryptInit_ex(cipher, nil, nil, nil, nonce.baseAddress) == 1
        }
    }

    /// The first `clear` bytes stay readable. A trailer is authenticated and put after the tag.
    func sealGCM(
        _ packet: Span<UInt8>, clear: Int, trailer: UInt32?,
        into destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        let total = packet.count
        let isSealed = unsafe packet.withUnsafeBufferPointer { source in
            unsafe destination.withUnsafeMutableBufferPointer { target in
                unsafe sealGCM(source, clear, trailer, target)
            }
        }
        guard isSealed else { throw .malformed }
        return total + Self.gcmTagLength + (trailer == nil ? 0 : 4)
    }

    private func sealGCM(
        _ source: UnsafeBufferPointer<UInt8>, _ clear: Int, _ trailer: UInt32?,
        _ target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let input = source.baseAddress, let output = target.baseAddress else {
            return false
        }
        var written: Int32 = 0
        guard begin(),
            unsafe EVP_EncryptUpdate(cipher, nil, &written, input, Int32(clear)) == 1
        else { return false }
        if let trailer {
            let bytes = trailer.networkBytes
            let isAdded = unsafe bytes.span.withUnsafeBufferPointer { bytes in
                unsafe EVP_EncryptUpdate(cipher, nil, &written, bytes.baseAddress, 4) == 1
            }
            guard isAdded else { return false }
            let place = source.count + Self.gcmTagLength
            for index in 0..<4 { unsafe target[place + index] = bytes[index] }
        }
        unsafe output.update(from: input, count: clear)
        let length = source.count - clear
        return unsafe EVP_EncryptUpdate(
            cipher, output + clear, &written, input + clear, Int32(length)) == 1
            && EVP_EncryptFinal_ex(cipher, output + source.count, &written) == 1
            && lc_gcm_get_tag(cipher, Int32(Self.gcmTagLength), output + source.count) == 1
    }

    /// `authenticated` is the rollover count of RTP, which is not sent, or the trailer of RTCP.
    func sealCM(
        _ packet: Span<UInt8>, clear: Int, authenticated: UInt32, isTrailerSent: Bool,
        into destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        let total = packet.count + (isTrailerSent ? 4 : 0)
        let isSealed = unsafe packet.withUnsafeBufferPointer { source in
            unsafe destination.withUnsafeMutableBufferPointer { target in
                unsafe sealCM(source, clear, authenticated, tagAt: total, target)
            }
        }
        guard isSealed else { throw .malformed }
        return total + Self.cmTagLength
    }

    private func sealCM(
        _ source: UnsafeBufferPointer<UInt8>, _ clear: Int, _ authenticated: UInt32, tagAt: Int,
        _ target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let input = source.baseAddress, let output = target.baseAddress else {
            return false
        }
        var written: Int32 = 0
        unsafe output.update(from: input, count: clear)
        guard begin(),
            unsafe EVP_EncryptUpdate(
                cipher, output + clear, &written, input + clear, Int32(source.count - clear)) == 1
        else { return false }
        let bytes = authenticated.networkBytes
        var tag = InlineArray<20, UInt8>(repeating: 0)
        var length = 0
        // Without a key the code begins anew with the one it has.
        let isCoded =
            unsafe EVP_MAC_init(code, nil, 0, nil) == 1
            && EVP_MAC_update(code, output, source.count) == 1
            && bytes.span.withUnsafeBufferPointer { bytes in
                unsafe EVP_MAC_update(code, bytes.baseAddress, 4) == 1
            }
        guard isCoded else { return false }
        var tagSpan = tag.mutableSpan
        let isFinal = unsafe tagSpan.withUnsafeMutableBufferPointer { tag in
            unsafe EVP_MAC_final(code, tag.baseAddress, &length, 20) == 1
        }
        if tagAt > source.count {
            for index in 0..<4 { unsafe target[source.count + index] = bytes[index] }
        }
        for index in 0..<Self.cmTagLength { unsafe target[tagAt + index] = tag[index] }
        return isFinal
    }
}

extension UInt32 {
    /// In network byte order.
    fileprivate var networkBytes: InlineArray<4, UInt8> {
        [
            UInt8(self >> 24), UInt8(truncatingIfNeeded: self >> 16),
            UInt8(truncatingIfNeeded: self >> 8), UInt8(truncatingIfNeeded: self),
        ]
    }
}

extension Span<UInt8> {
    /// The number in network byte order at a place whose end has been checked.
    func networkWord(at place: Int) -> UInt32 {
        UInt32(self[place]) << 24 | UInt32(self[place + 1]) << 16
            | UInt32(self[place + 2]) << 8 | UInt32(self[place + 3])
    }
}
