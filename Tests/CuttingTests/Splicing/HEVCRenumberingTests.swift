@testable import Cutting
import Primitives
import Testing
import WebRTC

struct HEVCRenumberingTests {
    /// Sets of x265 for 320 by 180, numbered 0.
    private static let video: [UInt8] = [
        0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00,
        0x03, 0x00, 0x00, 0x03, 0x00, 0x3C, 0x95, 0x98, 0x09,
    ]
    private static let picture: [UInt8] = [0x44, 0x01, 0xC1, 0x73, 0xD1, 0x89]

    @Test func `numbers that are taken are not given again`() throws {
        let numbers = try #require(HEVCRenumbering(beside: [Self.video, Self.picture]))
        #expect(numbers.video == 1)
        #expect(numbers.picture == 15)
    }

    @Test func `a set says its new number and nothing else has changed`() throws {
        let numbers = try #require(HEVCRenumbering(beside: [Self.video, Self.picture]))
        let videoUnit = numbers.renumbered(Self.video.span)
        let video = try #require(videoUnit)
        #expect(HEVCRenumbering.identifier(of: video) == (32, 1))
        #expect(video.count == Self.video.count)
        #expect(Array(video[3...]) == Array(Self.video[3...]))
        let pictureUnit = numbers.renumbered(Self.picture.span)
        let picture = try #require(pictureUnit)
        #expect(HEVCRenumbering.identifier(of: picture) == (34, 15))
        // Behind both numbers the bits are the same: 1 bit became 9, another 3.
        var before = SetBits(Self.picture.span, header: 2)
        var after = SetBits(picture.span, header: 2)
        _ = (before.golomb(), before.golomb())
        #expect(after.golomb() == 15)
        #expect(after.golomb() == numbers.sequence)
        for _ in 0..<20 { #expect(before.bit() == after.bit()) }
    }

    @Test func `a slice grows by one byte, and what is aligned in it stays aligned`() throws {
        let numbers = try #require(HEVCRenumbering(beside: [Self.video, Self.picture]))
        var random = SeededRandom(seed: 3)
        for type in [1, 19, 21] as [UInt8] {
            let isKey = type >= 16
            // First of its picture, for an IRAP one more bit, and picture set 0.
            let first: UInt8 = isKey ? 0b1011_0110 : 0b1110_0101
            var content: [UInt8] = [first]
            for _ in 0..<200 { content.append(UInt8.random(in: 0...255, using: &random) & 0x83) }
            content.append(0x80)
            let slice = [type << 1, 1] + content
            let changedUnit = numbers.renumbered(slice.span)
            let changed = try #require(changedUnit)
            var read = SetBits(changed.span, header: 2)
            let plain = SetBits(slice.span, header: 2)
            #expect(read.bytes.count == plain.bytes.count + 1)
            #expect(Array(read.bytes[2...]) == Array(plain.bytes[1...]))
            _ = read.skip(isKey ? 2 : 1)
            #expect(read.golomb() == 15)
        }
    }

    @Test func `no bytes at all are a trap`() throws {
        let numbers = try #require(HEVCRenumbering(beside: []))
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &random)
            let unit = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = numbers.renumbered(unit.span)
            _ = HEVCRenumbering.identifier(of: unit)
        }
    }
}
