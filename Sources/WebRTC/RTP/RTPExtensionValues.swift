/// An RTP header extension that this toolkit reads or writes.
package enum RTPExtensionKind: String, Sendable, CaseIterable {
    case mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    case rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    case repairedRID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    case audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    case absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    case transportSequence =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    case absoluteCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
    case playoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
    case videoOrientation = "urn:3gpp:video-orientation"

    package var uri: String { rawValue }
}

/// The identifiers that offer and answer have agreed on.
package struct RTPExtensionMap: Sendable, Equatable {
    // By kind; 0 is no identifier (RFC 8285 reserves it).
    private var ids = [UInt8](repeating: 0, count: RTPExtensionKind.allCases.count)
    private var kinds = [RTPExtensionKind?](repeating: nil, count: 256)

    package init() {}

    package subscript(kind: RTPExtensionKind) -> UInt8? {
        get {
            let id = ids[kind.place]
            return id == 0 ? nil : id
        }
        set {
            if let old = self[kind] { kinds[Int(old)] = nil }
            ids[kind.place] = newValue ?? 0
            if let newValue, newValue != 0 { kinds[Int(newValue)] = kind }
        }
    }

    package func kind(of id: UInt8) -> RTPExtensionKind? { kinds[Int(id)] }
}

extension RTPExtensionKind {
    fileprivate var place: Int {
        switch self {
        case .mid: 0
        case .rid: 1
        case .repairedRID: 2
        case .audioLevel: 3
        case .absoluteSendTime: 4
        case .transportSequence: 5
        case .absoluteCaptureTime: 6
        case .playoutDelay: 7
        case .videoOrientation: 8
        }
    }
}

/// Where the known extensions of one packet lie, found in one walk.
package struct RTPExtensionPlaces: Sendable, Equatable {
    package private(set) var mid: Range<Int>?
    package private(set) var rid: Range<Int>?
    package private(set) var repairedRID: Range<Int>?
    package private(set) var audioLevel: Range<Int>?
    package private(set) var absoluteSendTime: Range<Int>?
    package private(set) var transportSequence: Range<Int>?
    package private(set) var absoluteCaptureTime: Range<Int>?
    package private(set) var playoutDelay: Range<Int>?
    package private(set) var videoOrientation: Range<Int>?

    package init(_ packet: Span<UInt8>, _ header: RTPHeader, _ map: borrowing RTPExtensionMap) {
        var cursor = RTPExtensionCursor(packet, header)
        while let element = cursor.next() {
            guard let kind = map.kind(of: element.id) else { continue }
            switch kind {
            case .mid: mid = element.range
            case .rid: rid = element.range
            case .repairedRID: repairedRID = element.range
            case .audioLevel: audioLevel = element.range
            case .absoluteSendTime: absoluteSendTime = element.range
            case .transportSequence: transportSequence = element.range
            case .absoluteCaptureTime: absoluteCaptureTime = element.range
            case .playoutDelay: playoutDelay = element.range
            case .videoOrientation: videoOrientation = element.range
            }
        }
    }

    /// The transport-wide sequence number (the second version adds a feedback request: ignored).
    package func readTransportSequence(_ packet: Span<UInt8>) -> UInt16? {
        guard let range = transportSequence, range.count >= 2 else { return nil }
        return packet.uint16(at: range.lowerBound)
    }
}

/// The text of an SDES extension such as mid or rid: at most 255 bytes of UTF-8.
package func rtpExtensionText(_ range: Range<Int>, in packet: Span<UInt8>) -> String? {
    guard range.lowerBound >= 0, range.upperBound <= packet.count, !range.isEmpty,
        let text = try? UTF8Span(validating: packet.extracting(range))
    else { return nil }
    return String(copying: text)
}

/// How loud a packet's audio is (RFC 6464): 0 is the loudest, 127 is silence.
package struct AudioLevel: Sendable, Equatable {
    package let isVoice: Bool
    package let minusDecibels: UInt8

    package init(isVoice: Bool, minusDecibels: UInt8) {
        self.isVoice = isVoice
        self.minusDecibels = min(minusDecibels, 127)
    }

    package init?(_ value: Span<UInt8>) {
        guard value.count >= 1 else { return nil }
        self.init(isVoice: value[0] & 0x80 != 0, minusDecibels: value[0] & 0x7F)
    }

    package var byte: UInt8 { (isVoice ? 0x80 : 0) | minusDecibels }
}

/// When a packet left its sender: 24 bits of seconds, 18 of them the fraction; wraps in 64 s.
package struct AbsoluteSendTime: Sendable, Equatable {
    package let ticks: UInt32

    package init(ticks: UInt32) {
        self.ticks = ticks & 0xFF_FFFF
    }

    package init(_ time: NTPTime) {
        self.init(ticks: UInt32(truncatingIfNeeded: time.rawValue >> 14))
    }

    package init?(_ value: Span<UInt8>) {
        guard value.count == 3 else { return nil }
        self.init(ticks: value.uint24(at: 0))
    }
}

/// When a frame was captured, on the capturer's clock, and how far that is from the sender's.
package struct AbsoluteCaptureTime: Sendable, Equatable {
    package let captured: NTPTime
    /// Signed, in units of 2^-32 s; nil in the short form.
    package let clockOffset: Int64?

    package init(captured: NTPTime, clockOffset: Int64?) {
        self.captured = captured
        self.clockOffset = clockOffset
    }

    package init?(_ value: Span<UInt8>) {
        switch value.count {
        case 8: self.init(captured: NTPTime(rawValue: value.uint64(at: 0)), clockOffset: nil)
        case 16:
            self.init(
                captured: NTPTime(rawValue: value.uint64(at: 0)),
                clockOffset: Int64(bitPattern: value.uint64(at: 8)))
        default: return nil
        }
    }

    package func write(into output: inout OutputSpan<UInt8>) throws(RTPProblem) {
        guard output.freeCapacity >= (clockOffset == nil ? 8 : 16) else { throw .noSpace }
        output.appendUInt64(captured.rawValue)
        if let clockOffset { output.appendUInt64(UInt64(bitPattern: clockOffset)) }
    }
}

/// The bounds of playout delay that a sender wishes for, in steps of 10 ms up to 40.95 s.
package struct PlayoutDelay: Sendable, Equatable {
    package let minimumMilliseconds: Int
    package let maximumMilliseconds: Int

    package init(minimumMilliseconds: Int, maximumMilliseconds: Int) {
        self.minimumMilliseconds = min(max(minimumMilliseconds, 0), 40_950) / 10 * 10
        self.maximumMilliseconds = min(max(maximumMilliseconds, 0), 40_950) / 10 * 10
    }

    package init?(_ value: Span<UInt8>) {
        guard value.count == 3 else { return nil }
        let both = Int(value.uint24(at: 0))
        self.init(minimumMilliseconds: (both >> 12) * 10, maximumMilliseconds: (both & 0xFFF) * 10)
    }

    /// The 24 bits of the extension's value.
    package var bits: UInt32 {
        UInt32(minimumMilliseconds / 10) << 12 | UInt32(maximumMilliseconds / 10)
    }
}

/// How a picture has to be turned (3GPP TS 26.114, CVO).
package struct VideoOrientation: Sendable, Equatable {
    package let isBackCamera: Bool
    package let isFlipped: Bool
    /// 0, 90, 180 or 270.
    package let degreesClockwise: Int

    package init?(_ value: Span<UInt8>) {
        guard value.count >= 1 else { return nil }
        isBackCamera = value[0] & 0x08 != 0
        isFlipped = value[0] & 0x04 != 0
        degreesClockwise = Int(value[0] & 0x03) * 90
    }

    package var byte: UInt8 {
        (isBackCamera ? 8 : 0) | (isFlipped ? 4 : 0) | UInt8(degreesClockwise / 90 & 3)
    }
}
