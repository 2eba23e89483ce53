import Primitives
import WebRTC

/// Parameter sets that x264 and x265 made.
enum RealSets {
    static var h264Sequence: [UInt8] {
        hex("6742c00cda05067e7c04400000030040000007a3c50aa8")
    }
    static var h264Picture: [UInt8] {
        hex("68ce0fc8")
    }
    static var h264High: [UInt8] {
        hex("6764000cacd941419f9f0110000003001000000301e0f1429960")
    }
    static var h265Video: [UInt8] {
        hex("40010c01ffff01600000030090000003000003003c959409")
    }
    static var h265Sequence: [UInt8] {
        hex(
            "42010101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003001e10"
        )
    }
    static var h265Picture: [UInt8] {
        hex("4401c073c189")
    }

    static func key(_ codec: Codec) -> [[UInt8]] {
        codec == .h264
            ? [h264Sequence, h264Picture] : [h265Video, h265Sequence, h265Picture]
    }
}

/// A frame as an encoder gives it, and as it must come out.
struct MadeFrame: Sendable {
    var input: [UInt8]
    var output: [UInt8]
    var isKeyframe: Bool
}

/// Frames of any structure, from a seed.
struct MediaMaker {
    var random: SeededRandom
    let codec: Codec
    let framing: NALFraming
    let limit: Int

    mutating func frame(isKeyframe: Bool) -> MadeFrame {
        switch codec {
        case .h264, .h265: return nalFrame(isKeyframe)
        case .vp8:
            let bytes = [isKeyframe ? 0x10 : 0x11] + content(size())
            return MadeFrame(input: bytes, output: bytes, isKeyframe: isKeyframe)
        case .vp9:
            let bytes = [isKeyframe ? 0x82 : 0x86] + content(size())
            return MadeFrame(input: bytes, output: bytes, isKeyframe: isKeyframe)
        case .av1: return av1Frame(isKeyframe)
        case .opus, .pcmu, .pcma:
            let bytes = content(Int.random(in: 1...limit, using: &random))
            return MadeFrame(input: bytes, output: bytes, isKeyframe: true)
        }
    }

    /// Sizes around the places where a payload is just full.
    private mutating func size() -> Int {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: Int.random(in: 1...12, using: &random)
        case 1: max(1, limit + Int.random(in: -8...8, using: &random))
        case 2:
            max(
                1,
                limit * Int.random(in: 1...5, using: &random) + .random(in: -9...9, using: &random))
        default: Int.random(in: 1...limit * 6, using: &random)
        }
    }

    /// Bytes without anything that looks like a start code.
    mutating func content(_ count: Int) -> [UInt8] {
        var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        for place in bytes.indices where place % 2 == 1 || place == count - 1 {
            bytes[place] = max(1, bytes[place])
        }
        return bytes
    }

    private mutating func unit(_ type: UInt8, firstContent: UInt8? = nil) -> [UInt8] {
        let body = (firstContent.map { [$0] } ?? []) + content(size())
        if codec == .h264 { return [0x60 | type] + body }
        return [type << 1, 1] + body
    }

    private mutating func nalFrame(_ isKeyframe: Bool) -> MadeFrame {
        let isH264 = codec == .h264
        var units: [[UInt8]] = []
        if Bool.random(using: &random) { units.append(isH264 ? [9, 0x10] : [70, 1, 0x10]) }
        if isKeyframe { units += RealSets.key(codec) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { units.append(unit(isH264 ? 6 : 39)) }
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            units.append(
                isKeyframe ? unit(isH264 ? 5 : 19) : unit(isH264 ? 1 : 1, firstContent: 0x9A))
        }
        if Bool.random(using: &random) { units.append(isH264 ? [12, 0xFF] : [76, 1, 0xFF]) }
        var made = MadeFrame(input: [], output: [], isKeyframe: isKeyframe)
        for unit in units {
            if framing == .annexB, Bool.random(using: &random) {
                made.input += [0, 0, 1] + unit
            } else {
                _ = framing.append(unit.span, to: &made.input)
            }
            let type = isH264 ? unit[0] & 0x1F : unit[0] >> 1
            let isDropped = isH264 ? type == 9 || type == 12 : type == 35 || type == 38
            if !isDropped { _ = framing.append(unit.span, to: &made.output) }
        }
        return made
    }

    private mutating func av1Frame(_ isKeyframe: Bool) -> MadeFrame {
        var made = MadeFrame(input: [0x12, 0], output: [], isKeyframe: isKeyframe)
        var units: [[UInt8]] = []
        if isKeyframe { units.append([0x0A] + hex("000000043cfeccfbf90040")) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            units.append([0x2A] + content(size()))
        }
        units.append([0x32, isKeyframe ? 0x10 : 0x30] + content(size()))
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            units.append([0x36, 0x08, 0x30] + content(size()))
        }
        for unit in units {
            let header = unit[0] & 0x04 == 0 ? 1 : 2
            made.output += unit[..<header]
            var rest = unit.count - header
            while rest > 127 {
                made.output.append(UInt8(rest & 127 | 128))
                rest >>= 7
            }
            made.output.append(UInt8(rest))
            made.output += unit[header...]
        }
        made.input += made.output
        return made
    }
}

/// A payload as it would travel.
struct SentPayload: Sendable, Equatable {
    var bytes: [UInt8]
    var isLast: Bool
    var timestamp: UInt32 = 0
}

/// A frame that came out.
struct ReceivedFrame: Sendable, Equatable {
    let description: FrameDescription
    let bytes: [UInt8]
}

extension Packetiser {
    mutating func payloads(
        _ frame: [UInt8], limit: Int, timestamp: UInt32 = 0
    ) throws(PacketiserProblem) -> [SentPayload] {
        var payloads: [SentPayload] = []
        try packetise(frame.span, maximumPayload: limit) { payload, isLast in
            payloads.append(
                SentPayload(bytes: array(payload), isLast: isLast, timestamp: timestamp))
        }
        return payloads
    }
}

extension Depacketiser {
    mutating func frames(_ payload: SentPayload, isAfterGap: Bool = false) -> [ReceivedFrame] {
        var frames: [ReceivedFrame] = []
        receive(
            payload: payload.bytes.span, marker: payload.isLast, timestamp: payload.timestamp,
            isAfterGap: isAfterGap
        ) { description, bytes in
            frames.append(ReceivedFrame(description: description, bytes: array(bytes)))
        }
        return frames
    }
}

func array(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(span)
    return bytes
}
