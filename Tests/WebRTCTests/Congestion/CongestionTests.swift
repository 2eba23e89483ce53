import Primitives
import Testing
import WebRTC

@Suite struct TransportFeedbackMakerTests {
    private static func write(
        _ maker: inout TransportFeedbackMaker, _ milliseconds: Int
    ) -> [PacketArrival] {
        var told: [PacketArrival] = []
        while let deadline = maker.deadline, deadline <= .milliseconds(milliseconds) {
            let bytes = [UInt8](capacity: 1200) { output in
                try? maker.write(
                    now: .milliseconds(milliseconds), sender: 1, media: 2, into: &output)
            }
            for case .feedback(_, _, let arrivals) in RTCPFacts.all(bytes).facts {
                told += arrivals
            }
            if bytes.isEmpty { break }
        }
        return told
    }

    @Test func `arrivals are told once, after the interval, with what is missing`() {
        var maker = TransportFeedbackMaker(interval: .milliseconds(50))
        #expect(maker.deadline == nil)
        maker.receive(65_535, at: .milliseconds(1000))
        maker.receive(1, at: .milliseconds(1010))
        #expect(maker.deadline == .milliseconds(1050))
        holds(Self.write(&maker, 1049).isEmpty)
        let told = Self.write(&maker, 1050)
        #expect(told.map(\.sequenceNumber) == [65_535, 0, 1])
        #expect(told.map(\.ticks) == [4000, nil, 4040])
        #expect(maker.deadline == nil)
        maker.receive(0, at: .milliseconds(1060))
        #expect(maker.lateCount == 1 && maker.deadline == nil)
        maker.receive(2, at: .milliseconds(1060))
        maker.receive(2, at: .milliseconds(1061))
        #expect(maker.lateCount == 2)
        holds(Self.write(&maker, 1110).map(\.ticks) == [4240])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `every arrival is told once whatever comes`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var maker = TransportFeedbackMaker(interval: .milliseconds(100))
        var whole = Int.random(in: 0...65_535, using: &random)
        var sent: [UInt16] = []
        var told: [UInt16] = []
        for now in 0..<3000 {
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                whole += Int.random(in: 0..<10, using: &random) == 0 ? 3 : 1
                sent.append(UInt16(truncatingIfNeeded: whole))
                maker.receive(UInt16(truncatingIfNeeded: whole), at: .milliseconds(now))
            }
            told += Self.write(&maker, now).filter { $0.ticks != nil }.map(\.sequenceNumber)
        }
        told += Self.write(&maker, 10_000).filter { $0.ticks != nil }.map(\.sequenceNumber)
        #expect(told == sent)
    }

    @Test func `wild jumps are followed`() {
        var maker = TransportFeedbackMaker(interval: .milliseconds(50))
        for (index, sequence) in [UInt16(0), 20_000, 100, 40_000, 39_999].enumerated() {
            maker.receive(sequence, at: .milliseconds(index))
        }
        holds(Self.write(&maker, 100).map(\.sequenceNumber) == [40_000])
    }
}

@Suite struct PacerTests {
    private static let limits = Pacer<Int>.Limits(
        maximumPackets: 10, maximumBytes: 5000, maximumAge: .milliseconds(500), burst: .zero)

    @Test func `what is more urgent goes first and the rest is spread`() {
        // 1,000 bytes take 8 ms.
        var pacer = Pacer<Int>(Self.limits, bitsPerSecond: 1_000_000)
        let now = Instant.milliseconds(0)
        for (payload, priority) in [
            (1, PacingPriority.padding), (2, .video), (3, .retransmission), (4, .audio),
        ] {
            pacer.enqueue(payload, bytes: 1000, priority, at: now)
        }
        #expect(pacer.deadline == now)
        var order: [Int] = []
        var times: [Int64] = []
        for millisecond in 0..<100 {
            while let payload = pacer.pop(now: .milliseconds(millisecond)) {
                order.append(payload)
                times.append(Int64(millisecond))
            }
            let isOverdue = pacer.deadline.map { $0 <= .milliseconds(millisecond) } ?? false
            #expect(!isOverdue)
        }
        #expect(order == [4, 3, 2, 1] && times == [0, 8, 16, 24])
        #expect(pacer.deadline == nil && pacer.queuedBytes == 0)
    }

    @Test func `the queue is bounded in packets, bytes and time`() {
        var pacer = Pacer<Int>(Self.limits, bitsPerSecond: 1_000_000)
        for index in 0..<12 {
            pacer.enqueue(index, bytes: 10, .video, at: .milliseconds(0))
        }
        #expect(pacer.queuedPackets == 10 && pacer.droppedPackets == 2)
        holds(!pacer.enqueue(99, bytes: 4901, .audio, at: .milliseconds(0)))
        holds(pacer.enqueue(100, bytes: 100, .audio, at: .milliseconds(400)))
        #expect(pacer.pop(now: .milliseconds(501)) == 100)
        #expect(pacer.pop(now: .milliseconds(600)) == nil)
        #expect(pacer.droppedPackets == 13 && pacer.queuedPackets == 0)
        #expect(pacer.queuedBytes == 0)
    }
}

@Suite struct SentPacketsTests {
    @Test func `packets are matched once, across the wrap of both numbers`() throws {
        var packets = SentPackets()
        var maker = TransportFeedbackMaker(interval: .milliseconds(50))
        var outcomes = 0
        var last: PacketOutcome?
        // 70,000 packets of 1 ms from shortly before the reference time's wrap.
        let origin = 0x7F_FFFF * 64 - 20_000
        for step in 0..<70_000 {
            let sequence = packets.send(bytes: 100, at: .milliseconds(step))
            if step % 10 != 5 { maker.receive(sequence, at: .milliseconds(origin + step)) }
            guard step % 50 == 49 else { continue }
            let bytes = [UInt8](capacity: 1200) { output in
                try? maker.write(
                    now: .milliseconds(origin + step + 100), sender: 1, media: 2, into: &output)
            }
            for _ in 0..<2 {
                var cursor = RTCPCursor(bytes.span)
                while case .transportFeedback(let feedback)? = try cursor.next() {
                    packets.receive(feedback) { outcome in
                        outcomes += 1
                        if let last, let before = last.arrival, let arrival = outcome.arrival {
                            #expect(arrival - before == outcome.sentAt - last.sentAt)
                        }
                        if outcome.arrival != nil { last = outcome }
                    }
                }
            }
        }
        #expect(outcomes == 70_000 && packets.inFlightBytes == 0)
    }
}
