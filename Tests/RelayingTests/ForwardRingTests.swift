import Primitives
import Testing
import WebRTC

@testable import Relaying

@Suite struct ForwardRingTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    /// Stores a packet of VP8; gives its number.
    private func store(
        _ ring: ForwardRing, _ sequence: UInt16, ssrc: UInt32 = 1, timestamp: UInt32 = 0,
        isKeyframe: Bool = false, size: Int = 100, after milliseconds: Int = 0
    ) -> Int64? {
        let header = RTPHeader(
            marker: true, payloadType: 96, sequenceNumber: sequence, timestamp: timestamp,
            ssrc: ssrc)
        var packet: [UInt8] = []
        packet.append(addingCapacity: 12) { output in try? header.write(into: &output) }
        packet += [0x10, isKeyframe ? 0 : 1, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00]
        packet += [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: size)
        guard let parsed = try? RTPHeader(parsing: packet.span) else { return nil }
        if ring.isFull { ring.forgetPending() }
        return ring.store(
            packet.span, parsed, ForwardedValues(), at: Self.start + .milliseconds(milliseconds))
    }

    @Test
    func `nothing is kept before a keyframe, and everything after it, over the wrap`() {
        let ring = ForwardRing(.vp8)
        #expect(store(ring, 65_000) == nil)
        let first = store(ring, 65_001, isKeyframe: true) ?? 0
        #expect(first > 0 && ring.keyStart == first)
        for step in 1..<2000 {
            let sequence = UInt16(truncatingIfNeeded: 65_001 + step)
            #expect(store(ring, sequence) == first + Int64(step))
        }
        #expect(ring.newest == first + 1999)
        #expect(ring.entry(first)?.length == 111)
    }

    @Test
    func `a packet that comes twice or very late is kept once or not at all`() {
        let ring = ForwardRing(.vp8)
        let first = store(ring, 100, isKeyframe: true) ?? 0
        #expect(store(ring, 103) == first + 3)
        #expect(store(ring, 101) == first + 1)
        #expect(store(ring, 101) == nil)
        #expect(ring.entry(first + 2) == nil)
        #expect(store(ring, 20) == nil)
    }

    @Test
    func `packets of a frame that are nearly of one size become so, once and for all`() {
        let ring = ForwardRing(.vp8)
        let first = store(ring, 1, timestamp: 7, isKeyframe: true, size: 900) ?? 0
        for (step, size) in [900, 893, 500].enumerated() {
            #expect(store(ring, UInt16(2 + step), timestamp: 7, size: size) != nil)
        }
        // What may still be padded is not sent to somebody who catches up.
        #expect(ring.end(from: first) == first)
        ring.settle()
        #expect(ring.end(from: first) == first + 4)
        let paddings = (0..<4).map { ring.entry(first + $0)?.padding }
        #expect(paddings == [0, 0, 7, 0])
        // What comes behind it, longer, changes nothing of it.
        #expect(store(ring, 5, timestamp: 7, size: 905) == first + 4)
        ring.settle()
        #expect(ring.entry(first)?.padding == 0)
        guard let padded = ring.entry(first + 2) else {
            Issue.record("not there")
            return
        }
        let bytes = ring.withPaddedPayload(of: padded) { Array(copying: $0) }
        #expect(bytes.count == 911 && bytes.suffix(7) == [0, 0, 0, 0, 0, 0, 7])
        #expect(ring.withPayload(of: padded) { $0.count } == 904)
    }

    @Test
    func `what has been overwritten is not found, whatever its size was`() {
        let ring = ForwardRing(.vp8)
        let first = store(ring, 0, isKeyframe: true) ?? 0
        var random = SeededRandom(seed: 5)
        var sizes: [Int64: Int] = [:]
        for step in 1..<30_000 {
            let size = Int.random(in: 0..<1200, using: &random)
            guard let number = store(ring, UInt16(truncatingIfNeeded: step), size: size) else {
                Issue.record("not kept")
                return
            }
            sizes[number] = size + 11
        }
        #expect(ring.entry(first) == nil)
        var found = 0
        for number in first..<ring.newest {
            guard let entry = ring.entry(number) else { continue }
            found += 1
            #expect(Int(entry.length) == sizes[number])
            let last = ring.withPayload(of: entry) { $0.isEmpty ? 0 : $0[$0.count - 1] }
            let expected = UInt8(truncatingIfNeeded: number - first)
            #expect(entry.length == 11 || last == expected)
        }
        #expect(found > 5000)
    }

    @Test
    func `another source goes on with numbers and timestamps where the last ended`() {
        let ring = ForwardRing(.vp8)
        let first = store(ring, 100, timestamp: 5000, isKeyframe: true) ?? 0
        #expect(store(ring, 9, ssrc: 2, timestamp: 77, after: 990) == nil)
        let next =
            store(
                ring, 40_000, ssrc: 2, timestamp: 900_000, isKeyframe: true, after: 1000) ?? 0
        #expect(next == first + 1 + ForwardRing.Limits.headroom)
        #expect(ring.entry(next)?.timestamp == UInt32(95_000))
        // One that was overtaken still finds its place.
        #expect(store(ring, 39_999, ssrc: 2, timestamp: 900_000, after: 1001) == next - 1)
        #expect(ring.keyStart == next)
    }

    @Test
    func `a viewer goes from layer to layer with numbers and timestamps that go on`() {
        let track = ShowTrack(.vp8, .vp8, rids: ["low", "high"])
        let key = ForwardFormat.Key(
            codec: .vp8, payloadType: 96, rtxPayloadType: nil, mid: "0", map: RTPExtensionMap(),
            usesTransportSequence: false)
        var random = SeededRandom(seed: 1)
        var viewer = ViewerTrack(
            track, track.format(key), ssrc: 1, rtxSSRC: nil, now: Self.start, random: &random)
        let low = store(track.layers[0].ring, 7, timestamp: 1000, isKeyframe: true) ?? 0
        let high =
            store(
                track.layers[1].ring, 900, ssrc: 2, timestamp: 700_000, isKeyframe: true, after: 500
            )
            ?? 0
        let firstOut = viewer.nextOut
        viewer.begin(with: low, of: 0, now: Self.start)
        #expect(viewer.mapping?.sequence(low) == UInt16(firstOut))
        let shown = 1000 &+ (viewer.mapping?.timestampOffset ?? 0)
        viewer.noteSent(1, 100, firstOut, shown, Self.start)
        viewer.begin(with: high, of: 1, now: Self.start + .milliseconds(500))
        #expect(viewer.mapping?.sequence(high) == UInt16(firstOut + 1))
        let next = 700_000 &+ (viewer.mapping?.timestampOffset ?? 0)
        #expect(next &- shown == 45_000)
        // What was sent of the former layer can still be asked for.
        #expect(viewer.find(UInt16(firstOut))?.1 == low)
        #expect(viewer.find(UInt16(firstOut + 1)) == nil)
        viewer.noteSent(1, 100, firstOut + 1, next, Self.start)
        #expect(viewer.find(UInt16(firstOut + 1))?.1 == high)
        #expect(viewer.find(UInt16(firstOut + 2)) == nil)
    }
}
