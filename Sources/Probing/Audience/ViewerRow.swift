import WebRTC

/// What is touched for each packet of a viewer that counts.
///
/// A row of one array: with thousands of viewers it is memory that costs, not arithmetic.
struct ViewerRow {
    /// What a packet asks for beside being counted.
    struct Wants {
        var isVideo = false
        var isRepair = false
        /// To be opened, since it is one of those that are.
        var sample = false
        /// To be looked into: a keyframe may begin here.
        var look = false
        var isLate = false
        var gap = 0
        /// Its frame ends with it.
        var endsFrame = false
        var sequence: UInt16 = 0
        var type: UInt8 = 0
        var ssrc: UInt32 = 0
    }

    /// A keyframe begins within so many packets, behind delimiters and messages.
    private static let looks: UInt8 = 4

    private var videoTypes = Agreement.Types()
    private var audioTypes = Agreement.Types()
    private var repairTypes = Agreement.Types()
    private var transportID: UInt8 = 0
    private var videoRate: UInt32 = 90_000
    private var audioRate: UInt32 = 48_000
    private(set) var isWatching = false
    var looksAlways = false
    /// Some of it is being asked for.
    var isAsking = false
    /// Pictures do not count until a keyframe has begun.
    var awaitsKeyframe = true
    private var isFrameOpen = false
    var isFrameKey = false
    private var frameTimestamp: UInt32 = 0
    /// Packets of the frame that are still looked into.
    private var looksLeft: UInt8 = 0
    private var untilSample = 0
    var video = SourceCount()
    var audio = SourceCount()
    var pictures = PictureCount()
    var arrivals = ArrivalNotes()
    /// Nanoseconds of the instants' clock; 0 before.
    private(set) var firstAt: Int64 = 0
    private(set) var lastAt: Int64 = 0
    private(set) var bytes: Int64 = 0
    private(set) var repeatedRepairs: Int64 = 0
    var opened: Int64 = 0
    var forged: Int64 = 0
    var nacks: Int64 = 0
    var keyframesAsked: Int64 = 0
    var told = RowTold()

    mutating func begin(_ agreement: Agreement) {
        videoTypes = agreement.video
        audioTypes = agreement.audio
        repairTypes = agreement.repairs
        transportID = agreement.transportID
        videoRate = agreement.videoRate
        audioRate = agreement.audioRate
        isWatching = true
    }

    mutating func end() { isWatching = false }

    /// Counts a packet that is still sealed; nil for what is none of the sources agreed on.
    @inline(__always)
    mutating func take(_ packet: Span<UInt8>, at instant: Int64) -> Wants? {
        guard packet.count >= 12 else { return nil }
        let type = packet[1] & 0x7F
        let isVideo = videoTypes.contains(type)
        guard isVideo || audioTypes.contains(type) || repairTypes.contains(type) else {
            return nil
        }
        var wants = Wants()
        wants.isVideo = isVideo
        wants.type = type
        wants.sequence = UInt16(packet[2]) << 8 | UInt16(packet[3])
        wants.ssrc = Self.word(packet, 8)
        if transportID != 0, packet[0] & 0x10 != 0,
            let number = Self.transportNumber(packet, transportID)
        {
            arrivals.note(number, nanoseconds: instant)
        }
        bytes += Int64(packet.count)
        if firstAt == 0 { firstAt = instant }
        lastAt = instant
        guard isVideo || audioTypes.contains(type) else {
            wants.isRepair = true
            return wants
        }
        count(packet, &wants, instant)
        return wants
    }

    @inline(__always)
    private mutating func count(_ packet: Span<UInt8>, _ wants: inout Wants, _ instant: Int64) {
        let timestamp = Self.word(packet, 4)
        let rate = Int64(wants.isVideo ? videoRate : audioRate)
        let (seconds, rest) = instant.quotientAndRemainder(dividingBy: 1_000_000_000)
        let ticks = UInt32(
            truncatingIfNeeded: seconds &* rate &+ rest &* rate / 1_000_000_000)
        let taken =
            wants.isVideo
            ? video.take(wants.sequence, ssrc: wants.ssrc)
            : audio.take(wants.sequence, ssrc: wants.ssrc)
        switch taken {
        case .repeated: return
        case .late: wants.isLate = true
        case .afterGap(let gap): wants.gap = gap
        case .next: break
        }
        if untilSample == 0 {
            wants.sample = true
            untilSample =
                opened < Int64(AudienceLimits.openedFirst) ? 0 : AudienceLimits.openedOneOf - 1
        } else {
            untilSample -= 1
        }
        guard wants.isVideo else { return audio.noteTransit(timestamp, arrival: ticks) }
        // What is late says nothing of the way's jitter, and may end a frame that seemed over.
        guard !wants.isLate else {
            wants.endsFrame = packet[1] & 0x80 != 0
            return
        }
        video.noteTransit(timestamp, arrival: ticks)
        if !isFrameOpen || timestamp != frameTimestamp {
            isFrameOpen = true
            isFrameKey = false
            frameTimestamp = timestamp
            looksLeft = Self.looks
        }
        if looksLeft > 0, awaitsKeyframe || looksAlways, !isFrameKey {
            looksLeft -= 1
            wants.look = true
        }
        if packet[1] & 0x80 != 0 {
            isFrameOpen = false
            wants.endsFrame = true
        }
    }

    mutating func countRepeatedRepair() { repeatedRepairs += 1 }

    @inline(__always)
    private static func word(_ packet: Span<UInt8>, _ place: Int) -> UInt32 {
        UInt32(packet[place]) << 24 | UInt32(packet[place + 1]) << 16
            | UInt32(packet[place + 2]) << 8 | UInt32(packet[place + 3])
    }

    /// The transport-wide number of a packet whose padding, sealed, would not let its header be
    /// read by the rules.
    private static func transportNumber(_ packet: Span<UInt8>, _ id: UInt8) -> UInt16? {
        var place = 12 + Int(packet[0] & 0x0F) * 4
        guard packet.count >= place + 4 else { return nil }
        let profile = UInt16(packet[place]) << 8 | UInt16(packet[place + 1])
        let words = Int(packet[place + 2]) << 8 | Int(packet[place + 3])
        place += 4
        let end = place + words * 4
        guard end <= packet.count, let form = RTPExtensionForm(profile: profile) else {
            return nil
        }
        while place < end {
            let head = packet[place]
            if head == 0 {
                place += 1
                continue
            }
            var (found, start, length) = (head >> 4, place + 1, Int(head & 0x0F) + 1)
            if form == .twoByte {
                guard place + 1 < end else { return nil }
                (found, start, length) = (head, place + 2, Int(packet[place + 1]))
            }
            guard start + length <= end else { return nil }
            if found == id, length >= 2 {
                return UInt16(packet[start]) << 8 | UInt16(packet[start + 1])
            }
            place = start + length
        }
        return nil
    }
}

/// What of a row has gone into windows already.
struct RowTold {
    var expected: Int64 = 0
    var received: Int64 = 0
    var missed: Int64 = 0
    var repaired: Int64 = 0
    var repeated: Int64 = 0
    var bytes: Int64 = 0
    var pictures: Int64 = 0
    var keyframes: Int64 = 0
    var nacks: Int64 = 0
    var keyframesAsked: Int64 = 0
    var hasStart = false
    var hasPictures = false
}
