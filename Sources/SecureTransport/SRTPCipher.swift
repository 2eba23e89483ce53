internal import COpenSSL
import WebRTC

/// The key, salt and code key of one half of SRTP, without anything on the heap.
struct SRTPPartKeys {
    let key: InlineArray<16, UInt8>
    let salt: InlineArray<14, UInt8>
    let authentication: InlineArray<20, UInt8>

    /// A GCM salt is two bytes shorter; they are not looked at.
    init(key: [UInt8], salt: [UInt8], authentication: [UInt8]) {
        self.key = InlineArray { $0 < key.count ? key[$0] : 0 }
        self.salt = InlineArray { $0 < salt.count ? salt[$0] : 0 }
        self.authentication = InlineArray {
            $0 < authentication.count ? authentication[$0] : 0
        }
    }
}

/// The initialization vector of one packet.
struct SRTPVector {
    private(set) var bytes = InlineArray<16, UInt8>(repeating: 0)

    /// RFC 7714 8.1: two zero bytes, the SSRC, the rollover count, the sequence number, over the
    /// salt; and 9.1, where the index of SRTCP stands in the same places. RFC 3711 4.1.1 has the
    /// salt, the SSRC and the index two bytes further on.
    @inline(__always)
    init(_ profile: SRTPProfile, _ keys: borrowing SRTPPartKeys, _ ssrc: UInt32, _ index: UInt64) {
        let start: Int
        switch profile {
        case .aeadAES128GCM:
            for place in 0..<12 { bytes[place] = keys.salt[place] }
            start = 2
        case .aes128CMSHA1:
            for place in 0..<14 { bytes[place] = keys.salt[place] }
            start = 4
        }
        for place in 0..<4 {
            bytes[start + place] ^= UInt8(truncatingIfNeeded: ssrc >> UInt32(24 - 8 * place))
        }
        for place in 0..<6 {
            bytes[start + 4 + place] ^= UInt8(truncatingIfNeeded: index >> UInt64(40 - 8 * place))
        }
    }
}

/// One cipher of a profile on EVP, and the code of those that need one beside it.
@safe
final class SRTPCipher {
    static let gcmTagLength = 16
    static let cmTagLength = 10

    enum Direction {
        case seal, open
    }

    let profile: SRTPProfile
    let cipher: OpaquePointer
    /// Nil for GCM, which needs none.
    private let code: OpaquePointer?

    /// Without a key yet.
    init?(_ profile: SRTPProfile, _ direction: Direction) {
        guard let cipher = unsafe EVP_CIPHER_CTX_new() else { return nil }
        let isGCM = profile == .aeadAES128GCM
        let method = unsafe isGCM ? EVP_aes_128_gcm() : EVP_aes_128_ctr()
        let code = unsafe isGCM ? nil : Self.makeCode()
        // Counter mode is its own opposite.
        let seals: Int32 = direction == .seal || !isGCM ? 1 : 0
        guard unsafe EVP_CipherInit_ex(cipher, method, nil, nil, nil, seals) == 1,
            unsafe isGCM || code != nil
        else {
            unsafe EVP_CIPHER_CTX_free(cipher)
            unsafe EVP_MAC_CTX_free(code)
            return nil
        }
        self.profile = profile
        unsafe self.cipher = cipher
        unsafe self.code = code
    }

    /// With the only key it will have.
    convenience init?(_ profile: SRTPProfile, _ direction: Direction, _ keys: SRTPPartKeys) {
        self.init(profile, direction)
        guard setKey(keys) else { return nil }
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(cipher)
        unsafe EVP_MAC_CTX_free(code)
    }

    private static func makeCode() -> OpaquePointer? {
        let method = unsafe EVP_MAC_fetch(nil, "HMAC", nil)
        defer { unsafe EVP_MAC_free(method) }
        guard let context = unsafe EVP_MAC_CTX_new(method) else { return nil }
        var name = Array("SHA1\0".utf8CString)
        let isReady = unsafe name.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 4),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_CTX_set_params(context, parameters) == 1
        }
        guard isReady else {
            unsafe EVP_MAC_CTX_free(context)
            return nil
        }
        return unsafe context
    }

    /// Whether the key was taken; it stays until another is set.
    func setKey(_ keys: borrowing SRTPPartKeys) -> Bool {
        let isKeyed = unsafe keys.key.span.withUnsafeBufferPointer { key in
            unsafe EVP_CipherInit_ex(cipher, nil, nil, key.baseAddress, nil, -1) == 1
        }
        guard isKeyed, let code = unsafe code else { return isKeyed }
        return unsafe keys.authentication.span.withUnsafeBufferPointer { key in
            unsafe EVP_MAC_init(code, key.baseAddress, key.count, nil) == 1
        }
    }

    /// Begins a packet with a vector, under the key that the cipher has.
    private func begin(_ vector: borrowing SRTPVector) -> Bool {
        unsafe vector.bytes.span.withUnsafeBufferPointer { vector in
            unsafe EVP_CipherInit_ex(cipher, nil, nil, nil, vector.baseAddress, -1) == 1
        }
    }

    // MARK: - AES-GCM

    /// Encrypts `count` bytes of `input` to behind the first `clear` of `output`, which stay
    /// readable, and puts the tag behind them. A trailer is authenticated, too.
    func sealGCM(
        _ vector: SRTPVector, clear: Int, _ input: UnsafePointer<UInt8>, _ count: Int,
        trailer: UInt32?, _ output: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        var written: Int32 = 0
        guard begin(vector),
            unsafe EVP_EncryptUpdate(cipher, nil, &written, output, Int32(clear)) == 1,
            authenticate(trailer)
        else { return false }
        let end = clear + count
        return unsafe EVP_EncryptUpdate(cipher, output + clear, &written, input, Int32(count)) == 1
            && EVP_EncryptFinal_ex(cipher, output + end, &written) == 1
            && lc_gcm_get_tag(cipher, Int32(Self.gcmTagLength), output + end) == 1
    }

    /// Decrypts in place what lies between the first `clear` bytes and the tag behind `count` more;
    /// false where the tag is another's.
    func openGCM(
        _ vector: SRTPVector, clear: Int, _ count: Int, trailer: UInt32?,
        _ packet: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        var written: Int32 = 0
        guard begin(vector),
            unsafe EVP_DecryptUpdate(cipher, nil, &written, packet, Int32(clear)) == 1,
            authenticate(trailer)
        else { return false }
        let (start, end) = unsafe (packet + clear, packet + clear + count)
        return unsafe EVP_DecryptUpdate(cipher, start, &written, start, Int32(count)) == 1
            && lc_gcm_set_tag(cipher, Int32(Self.gcmTagLength), end) == 1
            && EVP_DecryptFinal_ex(cipher, end, &written) == 1
    }

    private func authenticate(_ trailer: UInt32?) -> Bool {
        guard let trailer else { return true }
        var written: Int32 = 0
        let bytes = trailer.networkBytes
        return unsafe bytes.span.withUnsafeBufferPointer { bytes in
            unsafe EVP_CipherUpdate(cipher, nil, &written, bytes.baseAddress, 4) == 1
        }
    }

    // MARK: - AES-CM with HMAC-SHA1

    /// Encrypts or decrypts `count` bytes of `input` into `output`.
    func count(
        _ vector: SRTPVector, _ input: UnsafePointer<UInt8>, _ count: Int,
        _ output: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        var written: Int32 = 0
        return unsafe begin(vector)
            && EVP_CipherUpdate(cipher, output, &written, input, Int32(count)) == 1
    }

    /// The first bytes of the code over a packet and what is authenticated behind it.
    func code(
        over packet: UnsafePointer<UInt8>, _ count: Int, _ authenticated: UInt32
    ) -> InlineArray<20, UInt8>? {
        let bytes = authenticated.networkBytes
        var tag = InlineArray<20, UInt8>(repeating: 0)
        var length = 0
        // Without a key the code begins anew with the one it has.
        let isCoded =
            unsafe EVP_MAC_init(code, nil, 0, nil) == 1
            && EVP_MAC_update(code, packet, count) == 1
            && bytes.span.withUnsafeBufferPointer { bytes in
                unsafe EVP_MAC_update(code, bytes.baseAddress, 4) == 1
            }
        guard isCoded else { return nil }
        var span = tag.mutableSpan
        let isFinal = unsafe span.withUnsafeMutableBufferPointer { tag in
            unsafe EVP_MAC_final(code, tag.baseAddress, &length, 20) == 1
        }
        return isFinal ? tag : nil
    }
}

extension UInt32 {
    /// In network byte order.
    var networkBytes: InlineArray<4, UInt8> {
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
