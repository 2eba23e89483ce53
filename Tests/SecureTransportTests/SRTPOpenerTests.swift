import Primitives
import Testing
import WebRTC

@testable import SecureTransport

@Suite struct SRTPOpenerTests {
    private func run(
        _ packet: [UInt8],
        _ step: (inout MutableSpan<UInt8>, Int) throws(SRTPProblem) -> Int
    ) throws(SRTPProblem) -> [UInt8] {
        var buffer = packet + Array(repeating: 0, count: 32)
        var span = buffer.mutableSpan
        let length = try step(&span, packet.count)
        return Array(buffer[..<length])
    }

    private func problem(
        _ packet: [UInt8], _ step: (inout MutableSpan<UInt8>, Int) throws(SRTPProblem) -> Int
    ) -> SRTPProblem? {
        do throws(SRTPProblem) {
            _ = try run(packet, step)
            return nil
        } catch {
            return error
        }
    }

    private func pair(
        _ profile: SRTPProfile, seed: UInt64
    ) throws -> (library: SRTPSession, ours: FanOutSession) {
        let keys = SRTPTests.keys(profile, seed: seed)
        return (
            try SRTPSession(keys),
            try FanOutSession(SRTPTests.mirrored(keys), sharing: SharedCiphers())
        )
    }

    @Test(arguments: SRTPProfile.allCases)
    func `what libsrtp2 seals is opened, through rollovers, disorder and loss`(
        profile: SRTPProfile
    ) throws {
        for seed in 0..<10 as Range<UInt64> {
            let (library, ours) = try pair(profile, seed: seed)
            var random = SeededRandom(seed: seed)
            var waiting: [[UInt8]] = []
            for number in 65_000..<66_500 {
                let sequence = UInt16(truncatingIfNeeded: number)
                let ssrc: UInt32 = number % 3 == 0 ? 7 : 8
                let plain = SRTPTests.packet(sequence, ssrc: ssrc, size: number % 1100)
                let sealed = try run(plain) { (p, n) throws(SRTPProblem) in
                    try library.seal(rtp: &p, length: n)
                }
                if number % 17 == 0 { continue }
                waiting.append(sealed)
                if waiting.count < 20 { continue }
                let next = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &random))
                let opened = try run(next) { (p, n) throws(SRTPProblem) in
                    try ours.open(rtp: &p, length: n)
                }
                #expect(opened.count == next.count - profile.rtpOverhead)
                #expect(Array(opened[2..<4]) == Array(next[2..<4]))
                #expect(
                    problem(next) { (p, n) throws(SRTPProblem) in
                        try ours.open(rtp: &p, length: n)
                    } == .replayed)
            }
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `both ends of reports understand libsrtp2, and no report counts twice`(
        profile: SRTPProfile
    ) throws {
        let (library, ours) = try pair(profile, seed: 3)
        for size in stride(from: 0, through: 1000, by: 52) {
            let report = SRTPTests.report(size)
            let theirs = try run(report) { (p, n) throws(SRTPProblem) in
                try library.seal(rtcp: &p, length: n)
            }
            let opened = try run(theirs) { (p, n) throws(SRTPProblem) in
                try ours.open(rtcp: &p, length: n)
            }
            #expect(opened == report)
            #expect(
                problem(theirs) { (p, n) throws(SRTPProblem) in
                    try ours.open(rtcp: &p, length: n)
                } == .replayed)
            let sent = try run(report) { (p, n) throws(SRTPProblem) in
                try ours.seal(rtcp: &p, length: n)
            }
            #expect(
                try run(sent) { (p, n) throws(SRTPProblem) in
                    try library.open(rtcp: &p, length: n)
                } == report)
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `every changed byte is seen, and makes nothing be remembered`(
        profile: SRTPProfile
    ) throws {
        let (library, ours) = try pair(profile, seed: 4)
        let sealed = try run(SRTPTests.packet(9, size: 60)) { (p, n) throws(SRTPProblem) in
            try library.seal(rtp: &p, length: n)
        }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x01
            #expect(
                problem(changed) { (p, n) throws(SRTPProblem) in
                    try ours.open(rtp: &p, length: n)
                } != nil, "byte \(index)")
        }
        #expect(
            problem(sealed) { (p, n) throws(SRTPProblem) in try ours.open(rtp: &p, length: n) }
                == nil)
        for length in 0..<sealed.count {
            #expect(
                problem(Array(sealed[..<length])) { (p, n) throws(SRTPProblem) in
                    try ours.open(rtp: &p, length: n)
                } != nil)
        }
    }

    @Test
    func `a publisher may begin a thousand times anew, and no former packet can be played again`()
        throws
    {
        let (library, _) = try pair(.aeadAES128GCM, seed: 5)
        _ = library
        let keys = SRTPTests.keys(.aeadAES128GCM, seed: 5)
        let sealer = try FanOutSession(keys, sharing: SharedCiphers())
        let opener = try SRTPOpener(SRTPTests.mirrored(keys).receiving, sharing: SharedCiphers())
        var first: [UInt8] = []
        var accepted = 0
        for source in 1...1100 as ClosedRange<UInt32> {
            let fresh =
                source % 16 == 1
                ? try FanOutSession(keys, sharing: SharedCiphers()) : sealer
            guard
                let sealed = try? run(
                    SRTPTests.packet(1, ssrc: source, size: 40),
                    {
                        (p, n) throws(SRTPProblem) in
                        try (source > 16 ? FanOutSession(keys, sharing: SharedCiphers()) : fresh)
                            .seal(rtp: &p, length: n)
                    })
            else { continue }
            if source == 1 { first = sealed }
            let result = problem(sealed) { (p, n) throws(SRTPProblem) in
                try opener.open(rtp: &p, length: n)
            }
            if result == nil { accepted += 1 }
            #expect(result == nil || source > 1056, "source \(source)")
        }
        #expect(accepted == SRTPOpener.Limits.sources + SRTPOpener.Limits.formerSources)
        #expect(
            problem(first) { (p, n) throws(SRTPProblem) in try opener.open(rtp: &p, length: n) }
                == .replayed)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a number is sealed again only where it was sealed, and to the same bytes`(
        profile: SRTPProfile
    ) throws {
        let sealer = try FanOutSealer(SRTPTests.keys(profile, seed: 6).sending)
        let packet = SRTPTests.packet(5, size: 100)
        func seal(_ sequence: UInt16, _ use: FanOutSealer.Use) throws(SRTPProblem) -> [UInt8] {
            var buffer = packet + Array(repeating: 0, count: 16)
            buffer[3] = UInt8(sequence)
            let payload = Array(packet[12...])
            var span = buffer.mutableSpan
            let length = try sealer.seal(
                payload: payload.span, headerLength: 12, use: use, in: &span)
            return Array(buffer[..<length])
        }
        #expect(throws: SRTPProblem.replayed) { try seal(5, .again) }
        let once = try seal(5, .first)
        #expect(try seal(5, .again) == once)
        #expect(throws: SRTPProblem.replayed) { try seal(5, .first) }
        #expect(throws: SRTPProblem.replayed) { try seal(6, .again) }
        #expect(try seal(6, .first) != once)
    }
}
