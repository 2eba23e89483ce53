import Primitives
import Testing
import WebRTC

/// What a test needs to know of a packet, without the views.
enum RTCPFacts: Equatable {
    case sender(SenderReport, [ReportBlock])
    case receiver(UInt32, [ReportBlock])
    case description([String])
    case goodbye([UInt32], String)
    case nack(UInt32, UInt32, [UInt16])
    case pictureLoss(PictureLoss)
    case fullIntra(UInt32, [FullIntraEntry])
    case estimate(UInt32, UInt64, [UInt32])
    case feedback(UInt16, UInt8, [PacketArrival])
    case extended([ExtendedBlock])

    static func all(
        _ bytes: [UInt8]
    ) -> (facts: [RTCPFacts], unknown: Int, malformed: Int, error: RTCPProblem?) {
        var facts: [RTCPFacts] = []
        var cursor = RTCPCursor(bytes.span)
        do throws(RTCPProblem) {
            while let packet = try cursor.next() { facts.append(RTCPFacts(packet)) }
        } catch {
            return (facts, cursor.unknown, cursor.malformed, error)
        }
        return (facts, cursor.unknown, cursor.malformed, nil)
    }

    init(_ packet: borrowing RTCPPacket) {
        switch packet {
        case .senderReport(let report, let blocks):
            self = .sender(report, Self.copied(blocks))
        case .receiverReport(let ssrc, let blocks):
            self = .receiver(ssrc, Self.copied(blocks))
        case .sourceDescription(let description):
            var texts: [String] = []
            var cursor = description
            while let text = cursor.next() {
                let words = Array(copying: text.text)
                texts.append("\(text.ssrc) \(text.type) \(String(decoding: words, as: UTF8.self))")
            }
            self = .description(texts)
        case .goodbye(let goodbye):
            self = .goodbye(
                (0..<goodbye.count).map { goodbye[$0] },
                String(decoding: Array(copying: goodbye.reason), as: UTF8.self))
        case .nack(let nack):
            var missing: [UInt16] = []
            nack.forEach { missing.append($0) }
            self = .nack(nack.sender, nack.media, missing)
        case .pictureLoss(let loss): self = .pictureLoss(loss)
        case .fullIntra(let request):
            self = .fullIntra(request.sender, (0..<request.count).map { request[$0] })
        case .receiverEstimate(let estimate):
            self = .estimate(
                estimate.sender, estimate.bitsPerSecond,
                (0..<estimate.count).map { estimate[$0] })
        case .transportFeedback(let feedback):
            var arrivals: [PacketArrival] = []
            var cursor = feedback.arrivals()
            while let arrival = cursor.next() { arrivals.append(arrival) }
            self = .feedback(feedback.baseSequence, feedback.feedbackCount, arrivals)
        case .extendedReport(let report):
            var blocks: [ExtendedBlock] = []
            var cursor = report
            while let block = cursor.next() { blocks.append(block) }
            self = .extended(blocks)
        }
    }

    private static func copied(_ blocks: borrowing ReportBlocks) -> [ReportBlock] {
        (0..<blocks.count).map { blocks[$0] }
    }
}

@Suite struct RTCPTests {
    static let block = ReportBlock(
        ssrc: 0x1122_3344, fractionLost: 64, cumulativeLost: -2, extendedHighest: 0x1_FFFF,
        jitter: 17, lastSenderReport: 0xAABB_CCDD, delaySinceLastSenderReport: 65_536)
    static let report = SenderReport(
        ssrc: 1, ntp: NTPTime(rawValue: 0x83AA_7E80_8000_0000), rtpTimestamp: 90_000,
        packetCount: 10, octetCount: 12_000)

    static func written(
        _ capacity: Int = 2000,
        _ body: (inout OutputSpan<UInt8>) throws(RTCPProblem) -> Void
    ) throws -> [UInt8] {
        try [UInt8](capacity: capacity) { output throws(RTCPProblem) in try body(&output) }
    }

    @Test func `a compound of everything reads back as it was written`() throws {
        let name = Array("someone@host".utf8)
        let reason = Array("camera off".utf8)
        let noBlocks: [ReportBlock] = []
        let missing: [UInt16] = [65_530, 65_531, 10, 11, 60]
        let bytes = try Self.written { output throws(RTCPProblem) in
            try RTCPWriter.senderReport(Self.report, [Self.block].span, into: &output)
            try RTCPWriter.cname(name.span, ssrc: 1, into: &output)
            try RTCPWriter.receiverReport(ssrc: 2, noBlocks.span, into: &output)
            try RTCPWriter.nack(sender: 1, media: 2, missing: missing.span, into: &output)
            try RTCPWriter.pictureLoss(PictureLoss(sender: 1, media: 2), into: &output)
            try RTCPWriter.fullIntra(
                sender: 1, [FullIntraEntry(ssrc: 9, number: 255)].span, into: &output)
            try RTCPWriter.receiverEstimate(
                sender: 1, bitsPerSecond: 2_500_000, [7, 8].span, into: &output)
            try RTCPWriter.referenceTime(NTPTime(rawValue: 77), ssrc: 1, into: &output)
            try RTCPWriter.delaySinceReference(
                to: 5, last: 6, delay: 7, ssrc: 1, into: &output)
            try RTCPWriter.goodbye([1, 2].span, reason: reason.span, into: &output)
        }
        let read = RTCPFacts.all(bytes)
        #expect(
            read.facts == [
                .sender(Self.report, [Self.block]), .description(["1 1 someone@host"]),
                .receiver(2, []), .nack(1, 2, missing),
                .pictureLoss(PictureLoss(sender: 1, media: 2)),
                .fullIntra(1, [FullIntraEntry(ssrc: 9, number: 255)]),
                .estimate(1, 2_500_000 / 16 * 16, [7, 8]),
                .extended([.referenceTime(NTPTime(rawValue: 77))]),
                .extended([.delaySinceReference(ssrc: 5, last: 6, delay: 7)]),
                .goodbye([1, 2], "camera off"),
            ])
        #expect(read.unknown == 0 && read.malformed == 0 && read.error == nil)
        holds(DatagramKind(of: bytes.span) == .rtcp)
    }

    @Test func `a packet without room is not begun`() {
        let noBlocks: [ReportBlock] = []
        let room = [UInt8](capacity: 27) { output in
            #expect(throws: RTCPProblem.noSpace) {
                try RTCPWriter.senderReport(Self.report, noBlocks.span, into: &output)
            }
            #expect(throws: RTCPProblem.noSpace) {
                try RTCPWriter.receiverReport(ssrc: 1, [Self.block].span, into: &output)
            }
        }
        #expect(room == [])
        let blocks = [ReportBlock](repeating: Self.block, count: 32)
        _ = [UInt8](capacity: 2000) { output in
            #expect(throws: RTCPProblem.tooMany) {
                try RTCPWriter.receiverReport(ssrc: 1, blocks.span, into: &output)
            }
        }
    }

    @Test func `what does not hold together is refused or passed over`() {
        let cases: [([UInt8], unknown: Int, malformed: Int, error: RTCPProblem?)] = [
            ([], 0, 0, nil), ([0x80, 200, 0], 0, 0, .truncated),
            ([0x80, 200, 0, 6], 0, 0, .truncated), ([0x40, 200, 0, 0], 0, 0, .wrongVersion),
            ([0x80, 200, 0, 0], 0, 1, nil), ([0x80, 210, 0, 0], 1, 0, nil),
            ([0xA0, 201, 0, 1, 0, 0, 0, 5], 0, 0, .wrongPadding),
            ([0xA0, 201, 0, 1, 0, 0, 0, 0], 0, 0, .wrongPadding),
            ([0xA0, 201, 0, 1, 0, 0, 0, 4], 0, 1, nil),
            ([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 65, 66], 0, 1, nil),
            ([0x81, 203, 0, 2, 0, 0, 0, 1, 9, 2, 65, 66], 0, 1, nil),
            ([0x82, 205, 0, 0], 1, 0, nil),
            ([0x80, 207, 0, 2, 0, 0, 0, 1, 9, 0, 0, 1], 0, 1, nil),
        ]
        for (bytes, unknown, malformed, error) in cases {
            let read = RTCPFacts.all(bytes)
            #expect(read.facts == [], "\(bytes)")
            #expect(
                read.unknown == unknown && read.malformed == malformed && read.error == error,
                "\(bytes)")
        }
    }

    @Test func `an estimate beyond 64 bits is no bound`() throws {
        let huge: [UInt8] = [
            0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 0, 0xFF, 0xFF, 0xFF,
        ]
        #expect(RTCPFacts.all(huge).facts == [.estimate(1, .max, [])])
        let noSources: [UInt32] = []
        for bits in [0, 1, 262_143, 262_144, 30_000_000, UInt64.max] {
            let bytes = try Self.written { output throws(RTCPProblem) in
                try RTCPWriter.receiverEstimate(
                    sender: 1, bitsPerSecond: bits, noSources.span, into: &output)
            }
            guard case .estimate(_, let read, _) = RTCPFacts.all(bytes).facts.first else {
                Issue.record("no estimate")
                continue
            }
            #expect(read <= bits && bits - read <= bits / 131_072)
        }
    }

    @Test func `a request of 17 packets is one entry`() throws {
        let missing = (0...17).map { UInt16(65_530) &+ $0 }
        let bytes = try Self.written { output throws(RTCPProblem) in
            try RTCPWriter.nack(sender: 1, media: 2, missing: missing.span, into: &output)
        }
        #expect(bytes.count == 12 + 8)
        #expect(RTCPFacts.all(bytes).facts == [.nack(1, 2, missing)])
    }
}

@Suite struct TransportFeedbackTests {
    private static func roundTrip(_ arrivals: [Int64], base: UInt16) throws -> [PacketArrival] {
        var read: [PacketArrival] = []
        var rest = arrivals[...]
        var base = base
        while rest.contains(where: { $0 != RTCPWriter.missingArrival }) {
            var covered = 0
            let bytes = try RTCPTests.written(100_000) { output throws(RTCPProblem) in
                covered = try RTCPWriter.transportFeedback(
                    sender: 1, media: 2, base: base, feedbackCount: 3, Array(rest).span,
                    into: &output)
            }
            guard case .feedback(base, 3, let facts) = RTCPFacts.all(bytes).facts.first else {
                Issue.record("no feedback in \(bytes)")
                return read
            }
            #expect(covered > 0 && facts.count == covered && bytes.count % 4 == 0)
            read += facts
            rest = rest.dropFirst(covered)
            base &+= UInt16(covered)
        }
        return read
    }

    @Test func `the draft's chunks are read`() {
        // A run of 5 small, a two-bit vector of small, large, missing, and 4 of nothing more.
        let bytes: [UInt8] = [
            0x8F, 205, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0, 8, 0, 0, 1, 9, 0x20, 5, 0xD8, 0,
            1, 2, 3, 4, 5, 6, 0xFF, 0x00,
        ]
        let expected: [Int64?] = [257, 259, 262, 266, 271, 277, 21, nil]
        let arrivals = expected.enumerated().map {
            PacketArrival(sequenceNumber: UInt16(0xFFFE) &+ UInt16($0.offset), ticks: $0.element)
        }
        #expect(RTCPFacts.all(bytes).facts == [.feedback(0xFFFE, 9, arrivals)])
    }

    @Test func `a chunk that promises more than there is, is malformed`() {
        let short: [UInt8] = [
            0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 1, 9, 0x20, 9, 0, 0,
        ]
        #expect(RTCPFacts.all(short).malformed == 1)
        var reserved = short
        reserved[20] = 0x60
        #expect(RTCPFacts.all(reserved).malformed == 1)
        var endless = short
        endless[20] = 0x20
        endless[21] = 0
        #expect(RTCPFacts.all(endless).malformed == 1)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `random arrivals come back`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            let count = Int.random(in: 1...400, using: &random)
            let lossPercent = Int.random(in: 0...95, using: &random)
            let spread = [3, 200, 300, 40_000][Int.random(in: 0...3, using: &random)]
            var ticks = Int64.random(in: -1_000_000...1_000_000, using: &random)
            let arrivals: [Int64] = (0..<count).map { _ in
                ticks += Int64.random(in: Int64(-spread / 4)...Int64(spread), using: &random)
                let isLost = Int.random(in: 0..<100, using: &random) < lossPercent
                return isLost ? RTCPWriter.missingArrival : ticks
            }
            let base = UInt16.random(in: .min ... .max, using: &random)
            let read = try Self.roundTrip(arrivals, base: base)
            for (index, arrival) in arrivals.enumerated() where index < read.count {
                #expect(read[index].sequenceNumber == base &+ UInt16(index))
                #expect((read[index].ticks ?? RTCPWriter.missingArrival) == arrival)
            }
            let rest = arrivals.dropFirst(read.count)
            #expect(rest.allSatisfy { $0 == RTCPWriter.missingArrival })
        }
    }
}
