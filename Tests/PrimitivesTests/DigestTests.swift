import Primitives
import Testing

/// The vectors of RFC 1321, 2202 and 3174, and every length around the block.
@Suite struct DigestTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
    ])
    func `SHA-1 gives the digests of RFC 3174`(text: String, expected: String) {
        let digest = SHA1.hash(Array(text.utf8).span)
        #expect(hex(digest) == expected)
    }

    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
    ])
    func `MD5 gives the digests of RFC 1321`(text: String, expected: String) {
        let digest = MD5.hash(Array(text.utf8).span)
        #expect(hex(digest) == expected)
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b617318655057264e28bc0b6fb378c8ef146be00"
        ),
        (
            [UInt8](repeating: 0xAA, count: 80),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        ),
    ])
    func `HMAC-SHA-1 gives the values of RFC 2202`(key: [UInt8], text: String, expected: String) {
        var code = HMAC<SHA1>(key: key.span)
        code.update(Array(text.utf8).span)
        #expect(hex(code.finish()) == expected)
    }

    @Test func `CRC-32 gives its check value`() {
        var check = CRC32()
        check.update(Array("123456789".utf8).span)
        #expect(check.value == 0xCBF4_3926)
    }

    @Test func `secrets compare whole`() {
        let secret: [UInt8] = [1, 2, 3]
        for other: [UInt8] in [[1, 2, 3], [1, 2, 4], [0, 2, 3], [1, 2], []] {
            let isEqual = equalInConstantTime(secret.span, other.span)
            #expect(isEqual == (secret == other))
        }
    }
}
