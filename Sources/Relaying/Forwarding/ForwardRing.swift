import Primitives
import WebRTC

/// The last packets of one layer of a show, for all its viewers: what joins, what repairs.
///
/// Packets have numbers of the ring's own. They go on where the publisher begins anew or is
/// another, so viewers see one unbroken source. Nothing is allocated after the start.
final class ForwardRing {
    /// One packet: where its payload lies, and what its header says.
    struct Entry {
        var number: Int64 = -1
        /// Bytes that had been written before it.
        var position: Int64 = 0
        var start: Int32 = 0
        var length: Int32 = 0
        /// On the ring's own clock.
        var timestamp: UInt32 = 0
        var marker = false
        var isKeyframe = false
        var values = ForwardedValues()
        var arrival = Instant(nanoseconds: 0)
    }

    enum Limits {
        /// Powers of two: a keyframe and the seconds after it, and a second of sound.
        static let videoPackets = 8192
        static let audioPackets = 512
        static let videoBytes = 6 << 20
        static let audioBytes = 1 << 17
        /// Packets that may be forwarded at once.
        static let pending = 64
        /// Numbers that are left free where a source begins, for what it has overtaken.
        static let headroom: Int64 = 4
    }

    let codec: Codec
    let clockRate: Int64
    private var arena: [UInt8]
    private var entries: [Entry]
    private let mask: Int64
    private var written: Int64 = 0
    private var writePlace = 0

    private(set) var newest: Int64
    /// The first packet of the last keyframe.
    private(set) var keyStart: Int64?
    private(set) var keyArrival = Instant(nanoseconds: 0)
    private(set) var size: PictureSize?
    /// Packets that came since the last flush.
    private(set) var pending: [Int64] = []
    private(set) var bytes: Int64 = 0
    private(set) var packets: Int64 = 0
    private(set) var lastArrival: Instant?

    private var source: UInt32?
    private var unwrapper = SequenceUnwrapper()
    private var numberBase: Int64 = 0
    private(set) var timestampBase: UInt32 = 0
    private var first: Int64 = 0
    /// Whether the source that sends now has begun with something that can be shown.
    private(set) var isOpen = false
    private var keyTimestamp: UInt32?

    init(_ codec: Codec) {
        self.codec = codec
        clockRate = Int64(codec.clockRate)
        let isVideo = codec.kind == .video
        let bytes = isVideo ? Limits.videoBytes : Limits.audioBytes
        // What is never used is never touched, and costs no memory.
        arena = unsafe [UInt8](unsafeUninitializedCapacity: bytes) { _, count in count = bytes }
        let packets = isVideo ? Limits.videoPackets : Limits.audioPackets
        entries = [Entry](repeating: Entry(), count: packets)
        mask = Int64(packets - 1)
        newest = Int64(packets)
        pending.reserveCapacity(Limits.pending)
    }

    var isFull: Bool { pending.count >= Limits.pending }
    func forgetPending() { pending.removeAll(keepingCapacity: true) }

    /// Keeps a packet and gives its number; nil where nobody could use it: it came before, or no
    /// keyframe has begun.
    func store(
        _ packet: Span<UInt8>, _ header: RTPHeader, _ values: ForwardedValues, at now: Instant
    ) -> Int64? {
        let payload = packet.extracting(header.payloadRange)
        guard payload.count < arena.count / 4 else { return nil }
        if source != header.ssrc { begin(header.ssrc) }
        let isKeyframe =
            codec.isPredictive && !payload.isEmpty
            && PayloadInspection.isKeyframeStart(codec, payload: payload)
        var whole = unwrapper.unwrap(header.sequenceNumber)
        if isOpen, whole + numberBase - newest > mask {
            // Nothing would ever fit again: it goes on as another source would.
            begin(header.ssrc)
            whole = unwrapper.unwrap(header.sequenceNumber)
        }
        if !isOpen {
            guard isKeyframe || !codec.isPredictive else { return nil }
            open(at: whole, header.timestamp, now)
        }
        let number = whole + numberBase
        guard number >= first, number > newest - mask, number - newest <= mask,
            entries[place(number)].number != number
        else { return nil }
        let timestamp = header.timestamp &+ timestampBase
        write(payload, number, header, timestamp, values, isKeyframe, now)
        if isKeyframe { noteKeyframe(number, timestamp, payload, now) }
        newest = max(newest, number)
        pending.append(number)
        bytes += Int64(packet.count)
        packets += 1
        lastArrival = now
        return number
    }

    private func write(
        _ payload: Span<UInt8>, _ number: Int64, _ header: RTPHeader, _ timestamp: UInt32,
        _ values: ForwardedValues, _ isKeyframe: Bool, _ now: Instant
    ) {
        if writePlace + payload.count > arena.count {
            written += Int64(arena.count - writePlace)
            writePlace = 0
        }
        var target = arena.mutableSpan
        target.overwrite(at: writePlace, with: payload)
        entries[place(number)] = Entry(
            number: number, position: written, start: Int32(writePlace),
            length: Int32(payload.count), timestamp: timestamp, marker: header.marker,
            isKeyframe: isKeyframe, values: values, arrival: now)
        written += Int64(payload.count)
        writePlace += payload.count
    }

    /// Parameter sets and slices of one keyframe have one timestamp, in any order.
    private func noteKeyframe(
        _ number: Int64, _ timestamp: UInt32, _ payload: Span<UInt8>, _ now: Instant
    ) {
        if let picture = PayloadInspection.pictureSize(codec, payload: payload) { size = picture }
        guard let keyStart, keyTimestamp == timestamp else {
            // A late repair of an older keyframe is not the newest.
            if let keyStart, number < keyStart { return }
            self.keyStart = number
            keyTimestamp = timestamp
            keyArrival = now
            return
        }
        self.keyStart = min(keyStart, number)
    }

    // MARK: - Sources

    /// Another source: what comes before its keyframe is of no use.
    private func begin(_ ssrc: UInt32) {
        source = ssrc
        unwrapper = SequenceUnwrapper()
        isOpen = false
    }

    /// The publisher has gone: the next one may have the same number for its source.
    func endSource() {
        source = nil
        isOpen = false
        keyStart = nil
        keyTimestamp = nil
    }

    /// Lets numbers and timestamps go on from where the former source ended.
    private func open(at whole: Int64, _ timestamp: UInt32, _ now: Instant) {
        isOpen = true
        let next = newest + 1 + Limits.headroom
        first = newest + 1
        numberBase = next - whole
        keyStart = nil
        keyTimestamp = nil
        guard let lastArrival else {
            timestampBase = 0
            return
        }
        let last = entry(newest)?.timestamp ?? 0
        let passed = (now - lastArrival).wholeNanoseconds / 1000 * clockRate / 1_000_000
        timestampBase =
            last &+ UInt32(truncatingIfNeeded: max(passed, 1)) &- timestamp
    }

    // MARK: - Looking up

    private func place(_ number: Int64) -> Int { Int(number & mask) }

    /// A packet that has neither been overwritten nor never come.
    @inline(__always)
    func entry(_ number: Int64) -> Entry? {
        let entry = entries[Int(number & mask)]
        guard entry.number == number, entry.position + Int64(arena.count) >= written else {
            return nil
        }
        return entry
    }

    /// Lends the payload of a packet that is there.
    @inline(__always)
    func withPayload<Answer>(
        of entry: borrowing Entry, _ body: (Span<UInt8>) -> Answer
    ) -> Answer {
        let range = Int(entry.start)..<Int(entry.start) + Int(entry.length)
        return unsafe arena.withUnsafeBufferPointer { bytes in
            unsafe body(bytes.span.extracting(range))
        }
    }

    /// How many bytes have come since a packet that is still there.
    func bytes(since number: Int64) -> Int64? {
        entry(number).map { written - $0.position }
    }
}

/// What a publisher says in header extensions that viewers may see, too.
struct ForwardedValues {
    /// The capture time, and the offset of the publisher's clock where it is told.
    var captured: UInt64?
    var clockOffset: UInt64?
    var audioLevel: UInt8?
    var orientation: UInt8?
    var playoutDelay: UInt32?

    init() {}

    init(_ packet: Span<UInt8>, _ places: RTPExtensionPlaces) {
        if let range = places.absoluteCaptureTime, range.count >= 8 {
            captured = packet.number(at: range.lowerBound, bytes: 8)
            if range.count >= 16 {
                clockOffset = packet.number(at: range.lowerBound + 8, bytes: 8)
            }
        }
        // In their two-byte form extensions may be empty, and the last one may end the packet.
        if let range = places.audioLevel, !range.isEmpty {
            audioLevel = packet[range.lowerBound]
        }
        if let range = places.videoOrientation, !range.isEmpty {
            orientation = packet[range.lowerBound]
        }
        if let range = places.playoutDelay, range.count == 3 {
            playoutDelay = UInt32(truncatingIfNeeded: packet.number(at: range.lowerBound, bytes: 3))
        }
    }
}

extension Span<UInt8> {
    /// A number in network byte order at a place that has been checked.
    func number(at place: Int, bytes: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<bytes { number = number << 8 | UInt64(self[place + index]) }
        return number
    }
}
