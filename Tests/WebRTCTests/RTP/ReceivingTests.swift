import Primitives
import Testing
import WebRTC

extension Instant {
    static func milliseconds(_ count: Int) -> Instant {
        Instant(nanoseconds: Int64(count) * 1_000_000)
    }
}

@Suite struct ReceiverStatisticsTests {
    @Test func `loss is counted across the wrap`() throws {
        var statistics = ReceiverStatistics(clockRate: 90_000)
        var count = 0
        for sequence in 65_500..<65_636 where sequence % 4 != 3 {
            statistics.receive(
                sequence: UInt16(sequence & 0xFFFF), timestamp: 0, bytes: 10, at: .milliseconds(0))
            count += 1
        }
        let block = try need(statistics.reportBlock(ssrc: 7, now: .milliseconds(0)))
        #expect(block.extendedHighest == 65_634)
        #expect(Int64(block.cumulativeLost) == 135 - Int64(count))
        #expect(block.fractionLost == UInt8((135 - count) * 256 / 135))
        #expect(statistics.receivedBytes == Int64(count * 10))
        let second = try need(statistics.reportBlock(ssrc: 7, now: .milliseconds(0)))
        #expect(second.fractionLost == 0 && second.cumulativeLost == block.cumulativeLost)
    }

    @Test func `a big jump is believed with its second packet`() {
        var statistics = ReceiverStatistics(clockRate: 90_000)
        for sequence in [UInt16(1), 2, 3] {
            statistics.receive(sequence: sequence, timestamp: 0, bytes: 0, at: .milliseconds(0))
        }
        for (sequence, isTaken) in [(UInt16(30_000), false), (4, true), (30_001, true)] {
            let taken = statistics.receive(
                sequence: sequence, timestamp: 0, bytes: 0, at: .milliseconds(0))
            #expect(taken == isTaken)
        }
        #expect(statistics.extendedHighest == 30_001 && statistics.lost == 0)
    }

    @Test func `jitter settles at what the packets have`() {
        var statistics = ReceiverStatistics(clockRate: 90_000)
        for index in 0..<2000 {
            // Every other packet is 10 ms late: each difference is 900 ticks.
            statistics.receive(
                sequence: UInt16(index), timestamp: UInt32.max &- 9000 &+ UInt32(index * 1800),
                bytes: 0, at: .milliseconds(index * 20 + index % 2 * 10))
        }
        #expect(abs(Int(statistics.jitterTicks) - 900) < 20)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `counts agree with a naive count`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var statistics = ReceiverStatistics(clockRate: 48_000)
        let start = Int.random(in: 0...65_535, using: &random)
        var order: [(Int, Int)] = []
        for index in 0..<3000 where Int.random(in: 0..<10, using: &random) != 0 || index == 0 {
            order.append((index, index == 0 ? 0 : index + Int.random(in: 0..<40, using: &random)))
        }
        order.sort { ($0.1, $0.0) < ($1.1, $1.0) }
        for (index, _) in order {
            statistics.receive(
                sequence: UInt16(truncatingIfNeeded: start + index), timestamp: 0, bytes: 1,
                at: .milliseconds(index))
        }
        let highest = order.map(\.0).max() ?? 0
        #expect(Int(statistics.extendedHighest) == start + highest)
        #expect(statistics.lost == Int64(highest + 1 - order.count))
    }

    @Test func `a round trip is what the report leaves over`() throws {
        var sender = SenderStatistics(clockRate: 90_000)
        #expect(
            sender.senderReport(ssrc: 1, now: .milliseconds(0), ntp: NTPTime(rawValue: 0)) == nil)
        sender.sent(timestamp: .max, payloadBytes: 100, at: .milliseconds(0))
        let ntp = NTPTime(nanosecondsSince1970: 1_000_000_000_000)
        let report = try need(
            sender.senderReport(ssrc: 1, now: .milliseconds(1000), ntp: ntp))
        #expect(report.rtpTimestamp == 89_999 && report.packetCount == 1)
        #expect(report.octetCount == 100)
        var receiver = ReceiverStatistics(clockRate: 90_000)
        receiver.receive(sequence: 1, timestamp: 1, bytes: 1, at: .milliseconds(5000))
        receiver.receive(senderReport: report.ntp, at: .milliseconds(5000))
        var block = try need(receiver.reportBlock(ssrc: 2, now: .milliseconds(5500)))
        // 40 ms there and back, 500 ms held.
        let later = NTPTime(nanosecondsSince1970: 1_000_540_000_000)
        let trip = try need(SenderStatistics.roundTrip(block, now: later))
        #expect(abs(trip.wholeMilliseconds - 40) <= 1)
        block.lastSenderReport = 0
        #expect(SenderStatistics.roundTrip(block, now: later) == nil)
    }
}

@Suite struct SenderReportClockTests {
    @Test func `timestamps map to the sender's clock with its drift`() throws {
        var clock = SenderReportClock(clockRate: 90_000)
        #expect(clock.senderTime(of: 0) == nil)
        // 200 millionths fast, across the wrap of the timestamp.
        let start = UInt32.max - 1_000_000
        for second in 0..<120 {
            clock.receive(
                ntp: NTPTime(nanosecondsSince1970: Int64(1_000_000 + second) * 1_000_000_000),
                rtpTimestamp: start &+ UInt32(Double(second) * 90_018))
        }
        #expect(abs(clock.driftPerMillion - 200) < 5)
        let time = try need(clock.senderTime(of: start &+ UInt32(125 * 90_018)))
        #expect(abs(time.nanosecondsSince1970 - 1_000_125_000_000_000) < 100_000)
    }

    @Test func `two tracks are laid over one another by their reports`() throws {
        var audio = SenderReportClock(clockRate: 48_000)
        var video = SenderReportClock(clockRate: 90_000)
        audio.receive(ntp: NTPTime(nanosecondsSince1970: 10_000_000_000), rtpTimestamp: 5)
        video.receive(ntp: NTPTime(nanosecondsSince1970: 10_500_000_000), rtpTimestamp: 9)
        let offset = try need(audio.offset(of: 5 + 48_000, to: video, 9))
        #expect(abs(offset.wholeMilliseconds + 500) <= 1)
        audio.receive(ntp: NTPTime(nanosecondsSince1970: 9_000_000_000), rtpTimestamp: 99)
        let again = try need(audio.offset(of: 5 + 48_000, to: video, 9))
        #expect(again == offset)
    }

    @Test func `a clock that is set back is followed`() throws {
        var clock = SenderReportClock(clockRate: 90_000)
        clock.receive(ntp: NTPTime(nanosecondsSince1970: 90_000_000_000), rtpTimestamp: 5)
        clock.receive(ntp: NTPTime(nanosecondsSince1970: 20_000_000_000), rtpTimestamp: 7)
        let time = try need(clock.senderTime(of: 7))
        #expect(time.nanosecondsSince1970 == 20_000_000_000)
    }

    @Test func `a clock that jumps does not bend the rate`() {
        var clock = SenderReportClock(clockRate: 90_000)
        for (second, ticks) in [(0, 0), (10, 900_000), (20, 100), (30, 900_100)]
            as [(Int64, UInt32)]
        {
            clock.receive(
                ntp: NTPTime(nanosecondsSince1970: second * 1_000_000_000), rtpTimestamp: ticks)
        }
        #expect(abs(clock.driftPerMillion) < 1)
    }
}

@Suite struct NackGeneratorTests {
    private static func poll(
        _ generator: inout NackGenerator, _ milliseconds: Int, capacity: Int = 1000
    ) -> [UInt16] {
        [UInt16](capacity: capacity) { output in
            generator.poll(
                now: .milliseconds(milliseconds), roundTrip: .milliseconds(50), into: &output)
        }
    }

    @Test func `a gap is asked for, again after a round trip, until it is given up`() {
        var generator = NackGenerator(.audio)
        generator.receive(65_534, at: .milliseconds(0))
        generator.receive(1, at: .milliseconds(0))
        #expect(generator.deadline == .milliseconds(10))
        holds(Self.poll(&generator, 9) == [])
        holds(Self.poll(&generator, 10) == [65_535, 0])
        holds(Self.poll(&generator, 59) == [])
        generator.receive(65_535, at: .milliseconds(59))
        #expect(generator.recovered == 1)
        holds(Self.poll(&generator, 60) == [0])
        holds(Self.poll(&generator, 110) == [0])
        holds(!generator.takeKeyframeRequest())
        holds(Self.poll(&generator, 160) == [])
        holds(generator.takeKeyframeRequest())
        holds(!generator.takeKeyframeRequest())
        #expect(generator.deadline == nil && generator.abandoned == 1)
    }

    @Test func `what was asked for is told from what was only overtaken`() {
        var generator = NackGenerator(.audio)
        #expect(generator.receive(1, at: .milliseconds(0)) == nil)
        #expect(generator.receive(4, at: .milliseconds(0)) == nil)
        #expect(generator.receive(2, at: .milliseconds(5)) == nil)
        holds(Self.poll(&generator, 10) == [3])
        holds(Self.poll(&generator, 60) == [3])
        #expect(generator.receive(3, at: .milliseconds(70)) == .milliseconds(10))
        #expect(generator.receive(3, at: .milliseconds(71)) == nil)
    }

    @Test func `too wide a gap asks for a keyframe at once`() {
        var generator = NackGenerator(.audio)
        generator.receive(0, at: .milliseconds(0))
        generator.receive(102, at: .milliseconds(0))
        holds(generator.takeKeyframeRequest())
        #expect(generator.missingCount == 0)
        generator.receive(202, at: .milliseconds(0))
        #expect(generator.missingCount == 99)
        generator.receiveKeyframe(startingAt: 200)
        #expect(generator.missingCount == 2)
        holds(Self.poll(&generator, 10) == [200, 201])
    }

    @Test func `what does not fit stays due`() {
        var generator = NackGenerator(.video)
        generator.receive(0, at: .milliseconds(0))
        generator.receive(5, at: .milliseconds(0))
        holds(Self.poll(&generator, 10, capacity: 3) == [1, 2, 3])
        #expect(generator.deadline == .milliseconds(10))
        holds(Self.poll(&generator, 10) == [4])
    }

    @Test func `a source that begins anew is followed from its second packet`() {
        var generator = NackGenerator(.video)
        generator.receive(40_000, at: .milliseconds(0))
        generator.receive(20_000, at: .milliseconds(0))
        generator.receive(20_001, at: .milliseconds(0))
        generator.receive(20_003, at: .milliseconds(0))
        holds(Self.poll(&generator, 10) == [20_002])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `it asks for exactly what a set says is missing`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var generator = NackGenerator(
            .init(
                maximumMissing: 500, maximumTries: 10_000, maximumAge: .seconds(1000),
                reorderTolerance: .zero, minimumInterval: .zero))
        var next = Int.random(in: 60_000...65_535, using: &random)
        generator.receive(UInt16(truncatingIfNeeded: next), at: .milliseconds(0))
        var missing: [Int] = []
        for step in 1...2000 {
            if missing.isEmpty || Int.random(in: 0..<3, using: &random) > 0 {
                let gap = missing.count > 400 ? 0 : Int.random(in: 0...3, using: &random)
                missing += (0..<gap).map { next + 1 + $0 }
                next += gap + 1
                generator.receive(UInt16(truncatingIfNeeded: next), at: .milliseconds(step * 100))
            } else {
                let place = Int.random(in: 0..<missing.count, using: &random)
                generator.receive(
                    UInt16(truncatingIfNeeded: missing.remove(at: place)),
                    at: .milliseconds(step * 100))
            }
            if missing.count > 3000 { break }
            if missing.first.map({ next - $0 > 2500 }) ?? false {
                generator.receive(
                    UInt16(truncatingIfNeeded: missing.removeFirst()), at: .milliseconds(step * 100)
                )
            }
            holds(
                Self.poll(&generator, step * 100)
                    == missing.map { UInt16(truncatingIfNeeded: $0) })
        }
    }
}

@Suite struct HostileReceptionTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `whatever numbers come, the bounds hold`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var generator = NackGenerator(.audio)
        var statistics = ReceiverStatistics(clockRate: 1)
        var clock = SenderReportClock(clockRate: 1)
        for now in 0..<3000 {
            let sequence = UInt16.random(in: .min ... .max, using: &random)
            let timestamp = UInt32.random(in: .min ... .max, using: &random)
            let ntp = NTPTime(rawValue: random.next())
            for step in 0..<UInt16.random(in: 1...4, using: &random) {
                generator.receive(sequence &+ step, at: .milliseconds(now))
                statistics.receive(
                    sequence: sequence &+ step, timestamp: timestamp, bytes: 1,
                    at: .milliseconds(now))
            }
            statistics.receive(senderReport: ntp, at: .milliseconds(now))
            clock.receive(ntp: ntp, rtpTimestamp: timestamp)
            _ = clock.senderTime(of: ~timestamp)?.nanosecondsSince1970
            _ = statistics.reportBlock(ssrc: 1, now: .milliseconds(now))
            _ = [UInt16](capacity: 10) { output in
                generator.poll(now: .milliseconds(now), roundTrip: .zero, into: &output)
            }
            #expect(generator.missingCount <= 100)
        }
    }
}

@Suite struct RetransmissionRingTests {
    private static func resend(
        _ ring: inout RetransmissionRing, _ sequence: UInt16, _ milliseconds: Int
    ) -> [UInt8]? {
        switch ring.resend(
            sequence, now: .milliseconds(milliseconds), roundTrip: .milliseconds(50))
        {
        case .packet(let range): Array(copying: ring.packet(at: range))
        case .tooSoon: []
        case .gone: nil
        }
    }

    @Test func `a packet is sent again, but not faster than a round trip`() {
        var ring = RetransmissionRing(maximumPackets: 4, maximumBytes: 100)
        holds(ring.store([1, 2, 3].span, sequence: 65_535, at: .milliseconds(0)))
        holds(Self.resend(&ring, 65_535, 20) == [1, 2, 3])
        holds(Self.resend(&ring, 65_535, 69) == [])
        holds(Self.resend(&ring, 65_535, 70) == [1, 2, 3])
        holds(Self.resend(&ring, 0, 70) == nil)
        let long = [UInt8](repeating: 0, count: 101)
        holds(!ring.store(long.span, sequence: 1, at: .milliseconds(0)))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the newest packets are there, whole, within both bounds`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let packets = Int.random(in: 1...50, using: &random)
        let bytes = Int.random(in: 300...5000, using: &random)
        var ring = RetransmissionRing(maximumPackets: packets, maximumBytes: bytes)
        var kept: [(UInt16, [UInt8])] = []
        var sequence = UInt16.random(in: .min ... .max, using: &random)
        for step in 0..<400 {
            let length = Int.random(in: 1...150, using: &random)
            let packet = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            holds(ring.store(packet.span, sequence: sequence, at: .milliseconds(step)))
            kept.append((sequence, packet))
            sequence &+= UInt16.random(in: 1...3, using: &random)
            if kept.count > 50 { kept.removeFirst() }
            #expect(ring.count <= packets && ring.count > 0)
            for (place, entry) in kept.enumerated() where step % 7 == 0 {
                let found = Self.resend(&ring, entry.0, step * 1000 + place)
                let isNewest = place >= kept.count - ring.count
                // Numbers with gaps may share a place with one that came later.
                if let found { #expect(found == entry.1 && isNewest) }
                if place == kept.count - 1 { #expect(found == entry.1) }
            }
        }
    }
}
