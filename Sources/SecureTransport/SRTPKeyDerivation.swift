internal import COpenSSL
import WebRTC

/// The session keys that both sides derive from a master key (RFC 3711 4.3), at rate zero.
struct SRTPSessionKeys: Equatable {
    let rtpKey: [UInt8]
    let rtpAuthentication: [UInt8]
    let rtpSalt: [UInt8]
    let rtcpKey: [UInt8]
    let rtcpAuthentication: [UInt8]
    let rtcpSalt: [UInt8]

    static let authenticationLength = 20

    init?(_ master: SRTPKey) {
        let saltLength = master.profile.saltLength
        guard master.key.count == master.profile.keyLength, master.salt.count == saltLength,
            let rtpKey = Self.derive(master, label: 0, length: master.key.count),
            let rtpAuthentication = Self.derive(
                master, label: 1, length: Self.authenticationLength),
            let rtpSalt = Self.derive(master, label: 2, length: saltLength),
            let rtcpKey = Self.derive(master, label: 3, length: master.key.count),
            let rtcpAuthentication = Self.derive(
                master, label: 4, length: Self.authenticationLength),
            let rtcpSalt = Self.derive(master, label: 5, length: saltLength)
        else { return nil }
        self.rtpKey = rtpKey
        self.rtpAuthentication = rtpAuthentication
        self.rtpSalt = rtpSalt
        self.rtcpKey = rtcpKey
        self.rtcpAuthentication = rtcpAuthentication
        self.rtcpSalt = rtcpSalt
    }

    /// AES in counter mode over zeros, from the salt with the label in its eighth byte. The twelve
    /// bytes of a GCM salt are taken as fourteen that end in zeros (RFC 7714 11).
    private static func derive(_ master: SRTPKey, label: UInt8, length: Int) -> [UInt8]? {
        var counter = master.salt + Array(repeating: 0, count: 16 - master.salt.count)
        counter[7] ^= label
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let zeros = [UInt8](repeating: 0, count: length)
        var output = zeros
        var written: Int32 = 0
        let isDone =
            unsafe EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, master.key, counter) == 1
            && EVP_EncryptUpdate(context, &output, &written, zeros, Int32(length)) == 1
        return isDone && written == length ? output : nil
    }

    var rtp: SRTPPartKeys {
        SRTPPartKeys(key: rtpKey, salt: rtpSalt, authentication: rtpAuthentication)
    }

    var rtcp: SRTPPartKeys {
        SRTPPartKeys(key: rtcpKey, salt: rtcpSalt, authentication: rtcpAuthentication)
    }
}
