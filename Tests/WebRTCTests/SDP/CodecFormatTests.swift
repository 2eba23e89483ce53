import Testing
import WebRTC

/// Which formats are the same codec to offer and answer.
@Suite struct CodecFormatTests {
    private static func format(_ name: String, _ parameters: String) -> CodecFormat {
        let parts = name.split(separator: "/")
        return CodecFormat(
            name: String(parts[0]), clockRate: parts.count > 1 ? UInt32(parts[1]) ?? 0 : 90_000,
            channels: parts.count > 2 ? UInt8(parts[2]) ?? 0 : 1,
            parameters: parameters.split(separator: ";").map { part in
                let halves = part.split(separator: "=")
                return CodecParameter(
                    String(halves[0]), halves.count > 1 ? String(halves[1]) : nil)
            })
    }

    @Test(arguments: [
        ("VP8", "", "vp8", "", true), ("VP8", "", "VP9", "", false),
        ("VP8", "max-fr=30", "VP8", "", true), ("VP9", "", "VP9", "profile-id=0", true),
        ("VP9", "profile-id=2", "VP9", "profile-id=0", false),
        ("AV1", "", "AV1", "profile=0", true),
        ("AV1", "profile=1", "AV1", "level-idx=5;tier=0", false),
        ("AV1", "level-idx=8", "AV1", "level-idx=5", true),
        ("H265", "", "h265", "profile-id=1", true),
        ("H265", "profile-id=2", "H265", "", false), ("H265", "tx-mode=MRST", "H265", "", false),
        ("H265", "tx-mode=srst;level-id=93", "H265", "level-id=120", true),
        ("opus/48000/2", "stereo=1", "OPUS/48000/2", "minptime=10", true),
        ("opus/48000/2", "", "opus/48000", "", true),
        ("opus/48000/2", "", "opus/16000/2", "", false),
        ("PCMU/8000", "", "PCMU/8000", "", true), ("PCMU/8000", "", "PCMU/8000/2", "", false),
        ("rtx", "apt=96", "rtx", "apt=96", true), ("rtx", "apt=96", "rtx", "apt=97", false),
        ("x/1", "", "X/1", "a=b", true),
    ])
    func `formats match`(
        one: String, _ oneParameters: String, other: String, _ otherParameters: String,
        expected: Bool
    ) {
        let left = Self.format(one, oneParameters)
        let right = Self.format(other, otherParameters)
        #expect(left.matches(right) == expected)
        #expect(right.matches(left) == expected)
    }

    /// RFC 6184 8.1, table 5.
    @Test(arguments: [
        ("42e01f", "42c01f", true), ("42e01f", "4d801f", true), ("42e01f", "58c01f", true),
        ("42e01f", "42001f", false), ("42001f", "58801f", true), ("4d001f", "4d4015", true),
        ("4d001f", "42e01f", false), ("64001f", "640c1f", false), ("64001f", "640032", true),
        ("64001f", "4d001f", false), ("6e001f", "6e101f", false), ("abcd1f", "abcd20", true),
        ("abcd1f", "abce1f", false), ("zz", "42e01f", true),
    ])
    func `H.264 profiles match in all their spellings`(one: String, other: String, same: Bool) {
        for mode in ["0", "1"] {
            let left = Self.format("H264", "packetization-mode=\(mode);profile-level-id=\(one)")
            let right = Self.format("H264", "profile-level-id=\(other);packetization-mode=\(mode)")
            #expect(left.matches(right) == same)
            #expect(right.matches(left) == same)
        }
        let left = Self.format("H264", "packetization-mode=1;profile-level-id=\(one)")
        #expect(!left.matches(Self.format("H264", "profile-level-id=\(other)")))
    }

    /// RFC 6184 8.2.2: the lower level is agreed on; 1b lies between 1 and 1.1.
    @Test(arguments: [
        ("42e01f", "42e015", "42e015"), ("42e00b", "42f00b", "42f00b"),
        ("42e00a", "42f00b", "42e00a"),
        ("640009", "64000b", "640009"), ("64100b", "64000c", "64100b"),
    ])
    func `the lower H.264 level`(one: String, other: String, lower: String) throws {
        let left = try #require(H264ProfileLevel(one))
        let right = try #require(H264ProfileLevel(other))
        #expect(left.lower(of: right).text == lower)
        #expect(right.lower(of: left).text == lower)
    }

    @Test(arguments: ["", "42e01", "42e01ff", "42e01g", "+42e01"])
    func `what is no profile-level-id`(text: String) {
        #expect(H264ProfileLevel(text) == nil)
    }
}
