import Primitives
import Testing
import WebRTC

/// An expectation whose parts `#expect` cannot take apart, such as views.
func holds(
    _ condition: Bool, _ comment: Comment? = nil, at place: SourceLocation = #_sourceLocation
) {
    #expect(condition, comment, sourceLocation: place)
}

/// A value that must be there, from an expression that `#require` cannot take apart.
func need<Value>(_ value: Value?, at place: SourceLocation = #_sourceLocation) throws -> Value {
    try #require(value, sourceLocation: place)
}

/// An RTP packet put together by hand.
func rtpPacket(
    first: UInt8 = 0x80, second: UInt8 = 96, sequence: UInt16 = 1, timestamp: UInt32 = 2,
    ssrc: UInt32 = 3, rest: [UInt8] = []
) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(first)
    writer.write(second)
    writer.write(sequence)
    writer.write(timestamp)
    writer.write(ssrc)
    return writer.bytes + rest
}

@Suite struct RTPHeaderTests {
    @Test func `the fields of a packet stand where RFC 3550 says`() throws {
        let packet = rtpPacket(
            first: 0xB1, second: 0xE0, sequence: 0x1234, timestamp: 0xDEAD_BEEF,
            ssrc: 0xCAFE_F00D,
            rest: [0, 0, 0, 9, 0xBE, 0xDE, 0, 1, 0x10, 0x61, 0, 0, 1, 2, 3, 0, 2])
        let header = try RTPHeader(parsing: packet.span)
        #expect(header.marker)
        #expect(header.payloadType == 96)
        #expect(header.sequenceNumber == 0x1234)
        #expect(header.timestamp == 0xDEAD_BEEF)
        #expect(header.ssrc == 0xCAFE_F00D)
        #expect(header.csrcCount == 1)
        #expect(header.headerLength == 24)
        #expect(header.extensionProfile == 0xBEDE)
        #expect(header.extensionRange == 20..<24)
        #expect(header.paddingLength == 2)
        #expect(Array(packet[header.payloadRange]) == [1, 2, 3])
    }

    @Test func `what contradicts itself is refused`() {
        let cases: [([UInt8], RTPProblem)] = [
            ([], .truncated), ([UInt8](repeating: 0x80, count: 11), .truncated),
            (rtpPacket(first: 0x40), .wrongVersion), (rtpPacket(first: 0x81), .truncated),
            (rtpPacket(first: 0x90, rest: [0xBE, 0xDE, 0]), .truncated),
            (rtpPacket(first: 0x90, rest: [0xBE, 0xDE, 0, 1]), .extensionTooLong),
            (rtpPacket(first: 0xA0), .wrongPadding),
            (rtpPacket(first: 0xA0, rest: [1, 0]), .wrongPadding),
            (rtpPacket(first: 0xA0, rest: [1, 3]), .wrongPadding),
        ]
        for (packet, expected) in cases {
            #expect(throws: expected) { try RTPHeader(parsing: packet.span) }
        }
    }

    @Test func `a written header reads back with its extensions`() throws {
        for form in [RTPExtensionForm.oneByte, .twoByte] {
            var block = RTPExtensionBlock(form)
            holds(block.append(1, text: "audio0"))
            holds(block.append(3, zeros: 3))
            let level = [AudioLevel(isVoice: true, minusDecibels: 45).byte]
            holds(block.append(14, level.span))
            let header = RTPHeader(
                marker: true, payloadType: 111, sequenceNumber: 65_535, timestamp: .max,
                ssrc: 0x8000_0001)
            let packet = try [UInt8](capacity: 64) { output throws(RTPProblem) in
                try header.write(extensions: block, into: &output)
            }
            let read = try RTPHeader(parsing: packet.span)
            #expect(read.headerLength == packet.count && read.sequenceNumber == 65_535)
            let mid = try need(read.extensionValue(1, in: packet.span))
            holds(rtpExtensionText(mid, in: packet.span) == "audio0")
            let place = try need(read.extensionValue(14, in: packet.span))
            holds(AudioLevel(packet.span.extracting(place))?.minusDecibels == 45)
            holds(AudioLevel(packet.span.extracting(place))?.isVoice == true)
            holds(read.extensionValue(2, in: packet.span) == nil)
        }
    }

    @Test func `a header that does not fit is not begun`() {
        let header = RTPHeader(
            marker: false, payloadType: 0, sequenceNumber: 0, timestamp: 0, ssrc: 0)
        let written = [UInt8](capacity: 11) { output in try? header.write(into: &output) }
        #expect(written == [])
    }

    @Test func `an element that the form cannot carry is refused`() {
        var one = RTPExtensionBlock(.oneByte)
        holds(!one.append(15, zeros: 1))
        holds(!one.append(0, zeros: 1))
        holds(!one.append(1, zeros: 0))
        holds(!one.append(1, text: "seventeen letters"))
        #expect(one.isEmpty && one.encodedLength == 0)
        var two = RTPExtensionBlock(.twoByte)
        holds(two.append(15, zeros: 0))
        holds(two.append(1, text: "seventeen letters"))
        var accepted = 0
        while two.append(1, zeros: 16) { accepted += 1 }
        #expect(accepted == 12)
    }

    @Test func `the walk ends at what RFC 8285 forbids and keeps what came before`() throws {
        let cases: [([UInt8], [UInt8], Bool)] = [
            ([0x10, 1, 0xF0, 1, 0x20, 1, 0, 0], [1], true),
            ([0x10, 1, 0x01, 1, 0x20, 1, 0, 0], [1], true),
            ([0x10, 1, 0, 0, 0, 0x20, 1, 0], [1, 2], false),
            ([0x10, 1, 0, 0, 0, 0, 0, 0x2F], [1], true),
        ]
        for (body, ids, isMalformed) in cases {
            let packet = rtpPacket(first: 0x90, rest: [0xBE, 0xDE, 0, 2] + body)
            let header = try RTPHeader(parsing: packet.span)
            var cursor = RTPExtensionCursor(packet.span, header)
            var found: [UInt8] = []
            while let element = cursor.next() { found.append(element.id) }
            let ended = cursor.isMalformed
            #expect(found == ids)
            #expect(ended == isMalformed)
        }
    }

    @Test func `one walk finds every negotiated extension`() throws {
        var map = RTPExtensionMap()
        for (index, kind) in RTPExtensionKind.allCases.enumerated() {
            map[kind] = UInt8(index + 1)
        }
        var block = RTPExtensionBlock(.oneByte)
        for id in UInt8(1)...9 { holds(block.append(id, zeros: 3)) }
        let header = RTPHeader(
            marker: false, payloadType: 96, sequenceNumber: 0, timestamp: 0, ssrc: 0)
        var packet = try [UInt8](capacity: 128) { output throws(RTPProblem) in
            try header.write(extensions: block, into: &output)
        }
        let read = try RTPHeader(parsing: packet.span)
        let places = RTPExtensionPlaces(packet.span, read, map)
        let range = try #require(places.transportSequence)
        var span = packet.mutableSpan
        RTPRewrite.setTransportSequence(0xABCD, at: range, of: &span)
        holds(places.readTransportSequence(packet.span) == 0xABCD)
        let time = try #require(places.absoluteSendTime)
        var again = packet.mutableSpan
        RTPRewrite.setAbsoluteSendTime(AbsoluteSendTime(ticks: 0x12_3456), at: time, of: &again)
        holds(AbsoluteSendTime(packet.span.extracting(time))?.ticks == 0x12_3456)
        var third = packet.mutableSpan
        RTPRewrite.clearExtension(at: range, profile: read.extensionProfile, of: &third)
        holds(RTPExtensionPlaces(packet.span, read, map).transportSequence == nil)
        holds(RTPExtensionPlaces(packet.span, read, map).videoOrientation != nil)
        map[.mid] = 20
        #expect(map.kind(of: 1) == nil && map.kind(of: 20) == .mid && map[.mid] == 20)
    }

    @Test func `extension values read what they write`() throws {
        let delay = PlayoutDelay(minimumMilliseconds: 120, maximumMilliseconds: 40_955)
        let bytes = [
            UInt8(delay.bits >> 16), UInt8(delay.bits >> 8 & 255), UInt8(delay.bits & 255),
        ]
        holds(PlayoutDelay(bytes.span) == delay)
        #expect(delay.minimumMilliseconds == 120 && delay.maximumMilliseconds == 40_950)
        let orientation = try need(VideoOrientation([0x0D as UInt8].span))
        #expect(orientation.isBackCamera && orientation.isFlipped)
        #expect(orientation.degreesClockwise == 90 && orientation.byte == 0x0D)
        for offset in [nil, Int64(-5)] {
            let capture = AbsoluteCaptureTime(
                captured: NTPTime(rawValue: 0x0102_0304_0506_0708), clockOffset: offset)
            let written = try [UInt8](capacity: 16) { output throws(RTPProblem) in
                try capture.write(into: &output)
            }
            #expect(written.count == (offset == nil ? 8 : 16))
            holds(AbsoluteCaptureTime(written.span) == capture)
        }
        holds(AbsoluteCaptureTime([1, 2, 3].span) == nil)
        // 1.5 s: one second is 1 << 18.
        #expect(AbsoluteSendTime(NTPTime(rawValue: 0x1_8000_0000)).ticks == 3 << 17)
    }
}

@Suite struct DatagramKindTests {
    @Test func `the first bytes tell what a datagram is`() {
        let cases: [([UInt8], DatagramKind)] = [
            ([0, 1], .stun), ([3, 0], .stun), ([4, 0], .unknown), ([20, 0], .dtls),
            ([63, 0], .dtls), ([64, 0], .turnChannel), ([79, 0], .turnChannel),
            ([80, 0], .unknown), ([127, 0], .unknown), ([128, 96], .rtp), ([128, 191], .rtp),
            ([128, 192], .rtcp), ([129, 200], .rtcp), ([191, 223], .rtcp), ([128, 224], .rtp),
            ([192, 0], .unknown), ([128], .unknown), ([], .unknown),
        ]
        for (bytes, kind) in cases { holds(DatagramKind(of: bytes.span) == kind, "\(bytes)") }
    }
}

@Suite struct UnwrapperTests {
    @Test func `numbers count on past every wrap and back`() {
        var sequence = SequenceUnwrapper()
        holds(sequence.unwrap(65_534) == 65_534)
        holds(sequence.unwrap(1) == 65_537)
        holds(sequence.peek(65_535) == 65_535)
        holds(sequence.unwrap(65_535) == 65_535)
        holds(sequence.unwrap(32_766) == 65_535 + 32_767)
        var timestamp = Unwrapper<UInt32>()
        holds(timestamp.unwrap(5) == 5)
        holds(timestamp.unwrap(.max) == -1)
        holds(timestamp.unwrap(0x8000_0000) == -0x8000_0000)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `steps below half a turn are found again`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var whole: Int64 = 60_000
        var unwrapper = SequenceUnwrapper()
        _ = unwrapper.unwrap(UInt16(truncatingIfNeeded: whole))
        for _ in 0..<10_000 {
            whole += Int64.random(in: -32_767...32_767, using: &random)
            holds(unwrapper.unwrap(UInt16(truncatingIfNeeded: whole)) == whole)
        }
    }

    @Test func `newer is by the shorter way round`() {
        #expect((0 as UInt16).isNewer(than: 65_535))
        #expect(!(65_535 as UInt16).isNewer(than: 0))
        #expect(!(7 as UInt16).isNewer(than: 7))
        #expect((0x7FFF as UInt16).isNewer(than: 0))
        #expect(!(0x8000 as UInt16).isNewer(than: 0))
    }
}

@Suite struct NTPTimeTests {
    @Test func `times come back to the nanosecond`() {
        // 2026-11-21T04:01:51.123456789Z
        let nanoseconds: Int64 = 1_795_233_711_123_456_789
        let time = NTPTime(nanosecondsSince1970: nanoseconds)
        #expect(time.nanosecondsSince1970 == nanoseconds)
        #expect(NTPTime(nanosecondsSince1970: 0).rawValue == 2_208_988_800 << 32)
        #expect(NTPTime(rawValue: 0x1234_5678_9ABC_DEF0).middle32 == 0x5678_9ABC)
        #expect(
            NTPTime(WallClock(millisecondsSince1970: 1500)).nanosecondsSince1970 == 1_500_000_000)
        // 2036-02-07T06:28:16Z begins the next era.
        let next = NTPTime(nanosecondsSince1970: 2_085_978_496_000_000_000)
        #expect(next.rawValue == 0 && next.nanosecondsSince1970 == 2_085_978_496_000_000_000)
        #expect(next.nanoseconds(since: NTPTime(rawValue: .max &- 0xFFFF_FFFF)) == 1_000_000_000)
    }

    @Test func `short durations are in units of a 65,536th of a second`() {
        #expect(Duration.milliseconds(1500).shortNTP == 0x1_8000)
        #expect(Duration.shortNTP(0x1_8000) == .milliseconds(1500))
        #expect(Duration.milliseconds(-1).shortNTP == 0)
        #expect(Duration.seconds(1_000_000).shortNTP == .max)
    }
}

@Suite struct RTXTests {
    @Test func `a packet comes back from its retransmission`() throws {
        let packet = rtpPacket(
            first: 0xB0, second: 0x80 | 96, sequence: 65_535, timestamp: 77, ssrc: 5,
            rest: [0xBE, 0xDE, 0, 1, 0x10, 0x61, 0, 0, 10, 11, 12, 0, 0, 3])
        let header = try RTPHeader(parsing: packet.span)
        let sent = try [UInt8](capacity: 100) { output throws(RTPProblem) in
            try RTX.encapsulate(
                packet.span, header, payloadType: 97, ssrc: 6, sequenceNumber: 9, into: &output)
        }
        let sentHeader = try RTPHeader(parsing: sent.span)
        #expect(sentHeader.payloadType == 97 && sentHeader.ssrc == 6 && sentHeader.marker)
        #expect(sentHeader.sequenceNumber == 9 && sentHeader.paddingLength == 0)
        #expect(Array(sent[sentHeader.payloadRange]) == [0xFF, 0xFF, 10, 11, 12])
        holds(RTX.originalSequence(sent.span, sentHeader) == 65_535)
        let back = try [UInt8](capacity: 100) { output throws(RTPProblem) in
            try RTX.decapsulate(
                sent.span, sentHeader, payloadType: 96, ssrc: 5, into: &output)
        }
        var expected = packet
        expected[0] &= ~0x20
        #expect(back == expected.dropLast(3))
    }

    @Test func `padding alone carries no packet`() throws {
        let padding = rtpPacket(first: 0xA0, rest: [0, 0, 3])
        let header = try RTPHeader(parsing: padding.span)
        holds(RTX.originalSequence(padding.span, header) == nil)
        let back = [UInt8](capacity: 100) { output in
            #expect(throws: RTPProblem.packetTooShortForRTX) {
                try RTX.decapsulate(
                    padding.span, header, payloadType: 96, ssrc: 5, into: &output)
            }
        }
        #expect(back == [])
    }
}
