import Primitives
import Testing
import WebRTC

@Suite struct JitterBufferTests {
    private static let limits = JitterBuffer.Limits(
        maximumPackets: 64, maximumPacketBytes: 16, minimumDelay: .milliseconds(20),
        maximumDelay: .milliseconds(200))

    private static func insert(
        _ buffer: inout JitterBuffer, _ sequence: Int, _ milliseconds: Int
    ) -> JitterBuffer.Insertion {
        let packet = [UInt8(truncatingIfNeeded: sequence >> 8), UInt8(sequence & 0xFF)]
        return buffer.insert(
            packet.span, sequence: UInt16(truncatingIfNeeded: sequence),
            timestamp: UInt32(milliseconds * 90), at: .milliseconds(milliseconds))
    }

    /// Sequence numbers as the packets themselves say, with the gap before each.
    private static func pop(
        _ buffer: inout JitterBuffer, _ milliseconds: Int
    ) -> [(sequence: UInt16, gap: Int)] {
        var released: [(UInt16, Int)] = []
        while let release = buffer.pop(now: .milliseconds(milliseconds)) {
            let bytes = Array(copying: buffer.packet(release))
            released.append((UInt16(bytes[0]) << 8 | UInt16(bytes[1]), release.missingBefore))
        }
        return released
    }

    @Test func `order comes out at once and a gap waits for its deadline`() {
        var buffer = JitterBuffer(Self.limits, clockRate: 90_000)
        holds(Self.insert(&buffer, 65_535, 0) == .held)
        holds(Self.pop(&buffer, 0).map(\.sequence) == [65_535])
        holds(Self.insert(&buffer, 65_537, 1) == .held)
        holds(Self.pop(&buffer, 1).isEmpty)
        #expect(buffer.deadline == .milliseconds(21))
        holds(Self.insert(&buffer, 65_536, 2) == .held)
        holds(Self.pop(&buffer, 2).map(\.sequence) == [0, 1])
        holds(Self.insert(&buffer, 65_536, 3) == .late)
        holds(Self.insert(&buffer, 65_540, 4) == .held)
        holds(Self.insert(&buffer, 65_540, 4) == .duplicate)
        holds(Self.pop(&buffer, 23).isEmpty)
        let late = Self.pop(&buffer, 24)
        #expect(late.map(\.sequence) == [4] && late.map(\.gap) == [2])
        #expect(buffer.lateCount == 1 && buffer.duplicateCount == 1 && buffer.missingCount == 2)
        #expect(buffer.deadline == nil)
    }

    @Test func `too far ahead presses out what is held`() {
        var buffer = JitterBuffer(Self.limits, clockRate: 90_000)
        _ = Self.insert(&buffer, 0, 0)
        _ = Self.pop(&buffer, 0)
        holds(Self.insert(&buffer, 5, 0) == .held)
        holds(Self.insert(&buffer, 65, 0) == .full)
        holds(Self.pop(&buffer, 0).map(\.gap) == [4])
        holds(Self.insert(&buffer, 65, 0) == .held)
        holds(Self.pop(&buffer, 0).isEmpty)
        holds(Self.insert(&buffer, 30_000, 0) == .full)
        holds(Self.pop(&buffer, 0).map(\.sequence) == [65])
        holds(Self.insert(&buffer, 30_000, 0) == .held)
        holds(Self.pop(&buffer, 0).map(\.gap) == [29_934])
        #expect(buffer.overflowCount == 2)
        let long = [UInt8](repeating: 0, count: 17)
        holds(
            buffer.insert(long.span, sequence: 30_001, timestamp: 0, at: .milliseconds(0))
                == .tooLong)
    }

    @Test func `a source that begins anew is followed from its second packet`() {
        var buffer = JitterBuffer(Self.limits, clockRate: 90_000)
        _ = Self.insert(&buffer, 40_000, 0)
        _ = Self.pop(&buffer, 0)
        holds(Self.insert(&buffer, 20_000, 0) == .doubtful)
        holds(Self.insert(&buffer, 20_001, 0) == .held)
        holds(Self.pop(&buffer, 0).map(\.sequence) == [20_001])
    }

    @Test func `jitter lengthens the wait, within its bounds`() {
        var calm = JitterBuffer(Self.limits, clockRate: 90_000)
        var rough = calm
        for index in 0..<200 {
            let packet = [UInt8(0)]
            for isRough in [false, true] {
                let arrival = Instant.milliseconds(
                    index * 20 + (isRough && index % 2 == 0 ? 15 : 0))
                let timestamp = UInt32(index * 1800)
                let sequence = UInt16(index)
                if isRough {
                    _ = rough.insert(
                        packet.span, sequence: sequence, timestamp: timestamp, at: arrival)
                    _ = rough.pop(now: arrival)
                } else {
                    _ = calm.insert(
                        packet.span, sequence: sequence, timestamp: timestamp, at: arrival)
                    _ = calm.pop(now: arrival)
                }
            }
        }
        #expect(calm.targetDelay == .milliseconds(20))
        #expect(abs(rough.targetDelay.wholeMilliseconds - 60) <= 1)
        rough.repairDelay = .seconds(1)
        #expect(rough.targetDelay == .milliseconds(200))
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `every packet in time comes out once and in order`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var buffer = JitterBuffer(Self.limits, clockRate: 90_000)
        let start = Int.random(in: 0...65_535, using: &random)
        // Up to 15 ms out of order, which the shortest wait covers; one in ten is lost.
        var arrivals: [(at: Int, index: Int)] = []
        var sent: [Int] = []
        for index in 0..<1500 {
            guard index == 0 || Int.random(in: 0..<10, using: &random) > 0 else { continue }
            sent.append(index)
            let delay = index == 0 ? 0 : Int.random(in: 0...15, using: &random)
            arrivals.append((index * 2 + delay, index))
            if Int.random(in: 0..<8, using: &random) == 0 {
                arrivals.append((index * 2 + delay + 1, index))
            }
        }
        arrivals.sort { ($0.at, $0.index) < ($1.at, $1.index) }
        var released: [UInt16] = []
        var gaps = 0
        var pending = arrivals[...]
        for now in 0..<4000 {
            while let first = pending.first, first.at <= now {
                pending.removeFirst()
                _ = Self.insert(&buffer, start + first.index, now)
            }
            for (sequence, gap) in Self.pop(&buffer, now) {
                released.append(sequence)
                gaps += gap
            }
            let isOverdue = buffer.deadline.map { $0 <= .milliseconds(now) } ?? false
            #expect(!isOverdue && buffer.held <= 64)
        }
        #expect(released == sent.map { UInt16(truncatingIfNeeded: start + $0) })
        #expect(gaps == (sent.last ?? 0) + 1 - sent.count && buffer.held == 0)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `anything at all keeps order and bounds`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var buffer = JitterBuffer(Self.limits, clockRate: 90_000)
        var sequence = 0
        for now in 0..<3000 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0: sequence = Int.random(in: 0...65_535, using: &random)
            case 1: sequence += Int.random(in: -100...100, using: &random)
            default: sequence += 1
            }
            _ = Self.insert(&buffer, sequence, now)
            if Int.random(in: 0..<3, using: &random) == 0 { _ = Self.pop(&buffer, now) }
            #expect(buffer.held <= 64)
        }
        _ = Self.pop(&buffer, 1_000_000)
        #expect(buffer.held == 0)
    }
}
