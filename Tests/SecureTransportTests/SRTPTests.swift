import Primitives
import Testing
import WebRTC

@testable import SecureTransport

@Suite struct SRTPTests {
    static func keys(_ profile: SRTPProfile, seed: UInt64) -> SRTPKeys {
        var random = SeededRandom(seed: seed)
        func bytes(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let one = SRTPKey(
            profile: profile, key: bytes(profile.keyLength), salt: bytes(profile.saltLength))
        let two = SRTPKey(
            profile: profile, key: bytes(profile.keyLength), salt: bytes(profile.saltLength))
        return SRTPKeys(sending: one, receiving: two)
    }

    static func mirrored(_ keys: SRTPKeys) -> SRTPKeys {
        SRTPKeys(sending: keys.receiving, receiving: keys.sending)
    }

    static func packet(_ sequence: UInt16, ssrc: UInt32 = 0x1234_5678, size: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(0x8060))
        writer.write(sequence)
        writer.write(UInt32(sequence) &* 3000)
        writer.write(ssrc)
        return writer.bytes + (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(sequence)) }
    }

    static func report(_ size: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(0x80C9))
        writer.write(UInt16(1 + size / 4))
        writer.write(0x1234_5678 as UInt32)
        return writer.bytes + Array(repeating: 9, count: size)
    }

    private func run(
        _ packet: [UInt8],
        _ step: (inout MutableSpan<UInt8>, Int) throws(SRTPProblem) -> Int
    ) throws(SRTPProblem) -> [UInt8] {
        var buffer = packet + Array(repeating: 0, count: 32)
        var span = buffer.mutableSpan
        let length = try step(&span, packet.count)
        return Array(buffer[..<length])
    }

    @Test(arguments: SRTPProfile.allCases)
    func `what one side seals the other opens`(profile: SRTPProfile) throws {
        let keys = Self.keys(profile, seed: 1)
        let sender = try SRTPSession(keys)
        let receiver = try SRTPSession(Self.mirrored(keys))
        for sequence in 65_500..<65_600 {
            let packet = Self.packet(UInt16(truncatingIfNeeded: sequence), size: sequence % 1200)
            let sealed = try run(packet) { (p, n) throws(SRTPProblem) in
                try sender.seal(rtp: &p, length: n)
            }
            #expect(sealed.count == packet.count + profile.rtpOverhead)
            let opened = try run(sealed) { (p, n) throws(SRTPProblem) in
                try receiver.open(rtp: &p, length: n)
            }
            #expect(opened == packet)
            #expect(throws: SRTPProblem.replayed) {
                try run(sealed) { (p, n) throws(SRTPProblem) in
                    try receiver.open(rtp: &p, length: n)
                }
            }
        }
        let report = Self.report(24)
        let sealed = try run(report) { (p, n) throws(SRTPProblem) in
            try sender.seal(rtcp: &p, length: n)
        }
        #expect(sealed.count == report.count + profile.rtcpOverhead)
        #expect(
            try run(sealed) { (p, n) throws(SRTPProblem) in try receiver.open(rtcp: &p, length: n) }
                == report)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `every changed byte is seen`(profile: SRTPProfile) throws {
        let keys = Self.keys(profile, seed: 2)
        let sender = try SRTPSession(keys)
        let sealed = try run(Self.packet(1, size: 60)) { (p, n) throws(SRTPProblem) in
            try sender.seal(rtp: &p, length: n)
        }
        let receiver = try SRTPSession(Self.mirrored(keys))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x01
            #expect(throws: SRTPProblem.self, "byte \(index)") {
                try run(changed) { (p, n) throws(SRTPProblem) in
                    try receiver.open(rtp: &p, length: n)
                }
            }
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `the sealer for many gives libsrtp2's packets, through rollovers and disorder`(
        profile: SRTPProfile
    ) throws {
        for seed in 0..<10 as Range<UInt64> {
            let keys = Self.keys(profile, seed: seed)
            let library = try SRTPSession(keys)
            let sealer = try FanOutSealer(keys.sending)
            var random = SeededRandom(seed: seed)
            var sequence: UInt32 = 65_000
            var numbers: Set<UInt64> = []
            for round in 0..<3000 {
                sequence += .random(in: 0...60, using: &random)
                let behind = UInt32.random(in: 0...20, using: &random)
                let whole = sequence - (round > 0 ? behind : 0)
                guard numbers.insert(UInt64(round % 3) << 32 | UInt64(whole)).inserted else {
                    continue
                }
                let number = UInt16(truncatingIfNeeded: whole)
                let packet = Self.packet(
                    number, ssrc: UInt32(round % 3), size: .random(in: 0...1200, using: &random))
                let expected = try run(packet) { (p, n) throws(SRTPProblem) in
                    try library.seal(rtp: &p, length: n)
                }
                let sealed = try seal(packet, sealer, isRTCP: false)
                #expect(sealed == expected, "seed \(seed), round \(round)")
                if sealed != expected { return }
            }
            for size in stride(from: 0, to: 400, by: 4) {
                let report = Self.report(size)
                let expected = try run(report) { (p, n) throws(SRTPProblem) in
                    try library.seal(rtcp: &p, length: n)
                }
                #expect(try seal(report, sealer, isRTCP: true) == expected)
            }
        }
    }

    @Test func `a number is sealed once, however its source counts`() throws {
        let jumps: [[Int]] = [
            [50, 50], [50, 51, 50], [5, 65_534, 6, 65_534], [100, 40_000, 65_535, 0, 50, 100],
            [1, 1026, 1], [1, 1026, 2], [65_535, 0, 65_535], [100, 32_868, 100],
        ]
        for (place, numbers) in jumps.enumerated() {
            let keys = Self.keys(.aeadAES128GCM, seed: 7)
            let sealer = try FanOutSealer(keys.sending)
            let receiver = try SRTPSession(Self.mirrored(keys))
            var streams: Set<[UInt8]> = []
            for number in numbers {
                // What zeros become is the stream of the nonce.
                var packet = Self.packet(UInt16(number), size: 32)
                for index in 12..<packet.count { packet[index] = 0 }
                guard let sealed = try? seal(packet, sealer, isRTCP: false) else { continue }
                let isNew = streams.insert(Array(sealed[12..<44])).inserted
                #expect(isNew, "jump \(place), number \(number)")
                let opened = try run(sealed) { (p, n) throws(SRTPProblem) in
                    try receiver.open(rtp: &p, length: n)
                }
                #expect(opened == packet, "jump \(place), number \(number)")
            }
        }
        let sealer = try FanOutSealer(Self.keys(.aes128CMSHA1, seed: 7).sending)
        _ = try seal(Self.packet(9, size: 10), sealer, isRTCP: false)
        #expect(throws: SRTPProblem.replayed) {
            try seal(Self.packet(9, size: 11), sealer, isRTCP: false)
        }
    }

    private func seal(
        _ packet: [UInt8], _ sealer: FanOutSealer, isRTCP: Bool
    ) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: packet.count + 32)
        var span = buffer.mutableSpan
        let length =
            isRTCP
            ? try sealer.seal(rtcp: packet.span, into: &span)
            : try sealer.seal(rtp: packet.span, headerLength: 12, into: &span)
        return Array(buffer[..<length])
    }

    @Test func `RFC 3711 B.3: the keys that are derived`() throws {
        let master = SRTPKey(
            profile: .aes128CMSHA1, key: hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
            salt: hex("0EC675AD498AFEEBB6960B3AABE6"))
        let keys = try #require(SRTPSessionKeys(master))
        #expect(keys.rtpKey == hex("C61E7A93744F39EE10734AFE3FF7A087"))
        #expect(keys.rtpSalt == hex("30CBBC08863D8C85D49DB34A9AE1"))
        #expect(keys.rtpAuthentication == hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
    }

    @Test func `too little room is refused before anything is written`() throws {
        let sealer = try FanOutSealer(Self.keys(.aeadAES128GCM, seed: 1).sending)
        let packet = Self.packet(1, size: 100)
        var buffer = [UInt8](repeating: 0, count: packet.count + 15)
        #expect(throws: SRTPProblem.noRoom) {
            var span = buffer.mutableSpan
            _ = try sealer.seal(rtp: packet.span, headerLength: 12, into: &span)
        }
        #expect(buffer.allSatisfy { $0 == 0 })
    }

    private func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] * 16 + digits[$0 + 1])
        }
    }
}
