import Primitives
import WebRTC

/// What one viewer gets of one track: which packets, and under which numbers.
struct ViewerTrack {
    enum Phase: Equatable {
        /// For a keyframe, since then.
        case waiting(since: Instant)
        /// Gets what is in the ring, a little at a time, until nothing is left.
        case catchingUp
        /// Gets packets as they come.
        case live
    }

    /// How numbers of a ring become the viewer's.
    struct Mapping {
        let layer: ShowLayer
        let numberOffset: Int64
        let timestampOffset: UInt32
        /// The viewer's first number by this mapping.
        let firstOut: Int64

        @inline(__always)
        func sequence(_ number: Int64) -> UInt16 {
            UInt16(truncatingIfNeeded: number + numberOffset)
        }
    }

    let track: ShowTrack
    let format: ForwardFormat
    let ssrc: UInt32
    let rtxSSRC: UInt32?
    var phase: Phase
    var layer: Int
    /// The layer that is gone over to with its next keyframe, and since when.
    var wantedLayer: Int?
    var wantedSince: Instant
    /// The next packet of the ring that is due; those before have been sent or are not.
    var cursor: Int64 = 0
    /// While it catches up: the packet behind the last whole frame that has been sent.
    var frameStart: Int64 = 0
    private(set) var mapping: Mapping?
    /// The one before, for repairs that are asked for late.
    private(set) var formerMapping: Mapping?
    /// The number that follows the highest that was sent.
    var nextOut: Int64
    var lastTimestamp: UInt32
    var lastSentAt: Instant?
    var rtxSequence: UInt16
    var packets: UInt32 = 0
    var octets: UInt32 = 0

    init(
        _ track: ShowTrack, _ format: ForwardFormat, ssrc: UInt32, rtxSSRC: UInt32?,
        now: Instant, random: inout some RandomNumberGenerator
    ) {
        self.track = track
        self.format = format
        self.ssrc = ssrc
        self.rtxSSRC = rtxSSRC
        phase = .waiting(since: now)
        layer = track.best
        wantedSince = now
        // The upper half would bring the first rollover soon, which late joiners must guess.
        nextOut = Int64(UInt16.random(in: 0x100..<0x7000, using: &random))
        rtxSequence = UInt16.random(in: 0x100..<0x7000, using: &random)
        lastTimestamp = UInt32.random(in: 0...(.max), using: &random)
    }

    /// Begins with a packet of a layer; numbers and timestamps go on from what was sent before.
    mutating func begin(with number: Int64, of place: Int, now: Instant) {
        let next = track.layers[place]
        guard let entry = next.ring.entry(number) else { return }
        var timestamp = lastTimestamp
        if let lastSentAt {
            timestamp = continued(entry, next, since: lastSentAt, now: now)
        }
        formerMapping = mapping
        layer = place
        mapping = Mapping(
            layer: next, numberOffset: nextOut - number,
            timestampOffset: timestamp &- entry.timestamp, firstOut: nextOut)
        cursor = number
        frameStart = number
        phase = .catchingUp
    }

    /// The viewer's timestamp for a packet that follows a pause or another layer.
    private func continued(
        _ entry: ForwardRing.Entry, _ next: ShowLayer, since: Instant, now: Instant
    ) -> UInt32 {
        let rate = next.ring.clockRate
        var timestamp: UInt32
        if let mapping, mapping.layer !== next,
            let time = next.senderTime(of: entry.timestamp),
            let former = mapping.layer.timestamp(at: time)
        {
            timestamp = former &+ mapping.timestampOffset
        } else if let mapping, mapping.layer === next {
            timestamp = entry.timestamp &+ mapping.timestampOffset
        } else {
            let passed = max((entry.arrival - since).wholeNanoseconds, 0) / 1000
            timestamp =
                lastTimestamp &+ UInt32(truncatingIfNeeded: passed * rate / 1_000_000)
        }
        // Pictures of one time are one picture: at least a hundredth of a second lies between.
        let least = UInt32(truncatingIfNeeded: rate / 100)
        if Int32(bitPattern: timestamp &- lastTimestamp) < Int32(bitPattern: least) {
            timestamp = lastTimestamp &+ least
        }
        return timestamp
    }

    /// The packet that the viewer knows by this number, and how it was sent.
    func find(_ sequence: UInt16) -> (Mapping, Int64)? {
        let behind = UInt16(truncatingIfNeeded: nextOut) &- sequence
        guard behind > 0, behind < 0x4000 else { return nil }
        let out = nextOut - Int64(behind)
        for candidate in [mapping, formerMapping] {
            guard let candidate, out >= candidate.firstOut else { continue }
            return (candidate, out - candidate.numberOffset)
        }
        return nil
    }

    @inline(__always)
    mutating func noteSent(
        _ count: Int, _ bytes: Int, _ highest: Int64, _ timestamp: UInt32, _ now: Instant
    ) {
        packets &+= UInt32(truncatingIfNeeded: count)
        octets &+= UInt32(truncatingIfNeeded: bytes)
        nextOut = max(nextOut, highest + 1)
        lastTimestamp = timestamp
        lastSentAt = now
    }
}

/// How many repairs a viewer may ask for: who asks for everything again and again gets no more.
struct RepairAllowance {
    static let perSecond = 500

    private var left = Self.perSecond
    private var since = Instant(nanoseconds: .min / 2)

    mutating func isAllowed(_ now: Instant) -> Bool {
        if now - since >= .seconds(1) {
            since = now
            left = Self.perSecond
        }
        guard left > 0 else { return false }
        left -= 1
        return true
    }
}
