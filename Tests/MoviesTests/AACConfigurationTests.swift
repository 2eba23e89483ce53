import Movies
import Testing

struct AACConfigurationTests {
    struct Case: Sendable {
        let bytes: [UInt8]
        let objectType: Int
        let rates: [Int]
        let channels: Int
        var frameLength = 1024
    }

    @Test(arguments: [
        // LC, 48 kHz, stereo.
        Case(bytes: [0x11, 0x90], objectType: 2, rates: [48_000, 48_000], channels: 2),
        // LC, 44.1 kHz, stereo, frames of 960.
        Case(
            bytes: [0x12, 0x14], objectType: 2, rates: [44_100, 44_100], channels: 2,
            frameLength: 960),
        // LC with a rate that the table does not have: 12,345 Hz, mono.
        Case(
            bytes: [0x17, 0x80, 0x18, 0x1C, 0x88], objectType: 2, rates: [12_345, 12_345],
            channels: 1),
        // HE-AAC that says so first: 24 kHz doubled.
        Case(
            bytes: [0x2B, 0x11, 0x88, 0x00], objectType: 5, rates: [24_000, 48_000], channels: 2),
        // HE-AAC v2 that says so first: 22.05 kHz doubled, one channel that becomes two.
        Case(
            bytes: [0xEB, 0x8A, 0x08, 0x00], objectType: 29, rates: [22_050, 44_100], channels: 1),
        // HE-AAC behind what older decoders read: 24 kHz, stereo.
        Case(
            bytes: [0x13, 0x10, 0x56, 0xE5, 0x98], objectType: 5, rates: [24_000, 48_000],
            channels: 2),
        // The same with parametric stereo.
        Case(
            bytes: [0x13, 0x08, 0x56, 0xE5, 0x9D, 0x48, 0x80], objectType: 29,
            rates: [24_000, 48_000], channels: 1),
        // Eight channels are numbered seven.
        Case(bytes: [0x11, 0xB8], objectType: 2, rates: [48_000, 48_000], channels: 8),
    ])
    func `what AAC is can be read`(expected: Case) throws {
        let parsed = AACConfiguration(parsing: expected.bytes.span)
        let found = try #require(parsed)
        #expect(found.objectType == expected.objectType)
        #expect([found.sampleRate, found.outputRate] == expected.rates)
        #expect(found.channels == expected.channels)
        #expect(found.frameLength == expected.frameLength)
        #expect(found.hasBandReplication == (expected.objectType != 2))
    }

    @Test(arguments: [[], [0x11], [0x16, 0x90], [0xFF], [0x17, 0x80, 0, 0, 8]] as [[UInt8]])
    func `what is cut or makes no sense is refused`(bytes: [UInt8]) {
        let parsed = AACConfiguration(parsing: bytes.span)
        #expect(parsed == nil)
    }
}
