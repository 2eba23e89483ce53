import Primitives
import WebRTC

/// The show that is published: H.264 of 720p at 30 frames and 1 Mbit/s with a keyframe every two
/// seconds, and Opus.
///
/// Nobody decodes it; its frames have the sizes of such a show, and each begins with its number.
struct LoadShow {
    static let framesPerSecond = 30
    static let framesPerGroup = 60
    static let soundsPerSecond = 50
    static let ticksPerFrame: UInt32 = 3000
    static let ticksPerSound: UInt32 = 960
    private static let keyframeBytes = 30_000
    private static let meanFrameBytes = 3_730
    private static let soundBytes = 120

    private var random = SeededRandom(seed: 4)

    /// The bytes of a frame of video, between start codes.
    mutating func frame(_ number: Int) -> [UInt8] {
        let isKeyframe = Self.isKeyframe(number)
        var bytes: [UInt8] = []
        if isKeyframe {
            bytes += [0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0xA0, 0x5B, 0xB0]
            bytes += [0, 0, 0, 1, 0x68, 0xCB, 0x83, 0xCB, 0x20]
        }
        bytes += [0, 0, 0, 1, isKeyframe ? 0x65 : 0x41] + Self.stamp(number)
        let mean = Self.meanFrameBytes
        let size =
            isKeyframe
            ? Self.keyframeBytes : Int.random(in: mean / 2...mean * 3 / 2, using: &random)
        fill(&bytes, to: size)
        return bytes
    }

    /// One sound of 20 ms; the first byte says so.
    mutating func sound(_ number: Int) -> [UInt8] {
        var bytes = [0x78] + Self.stamp(number)
        fill(&bytes, to: Self.soundBytes)
        return bytes
    }

    static func isKeyframe(_ number: Int) -> Bool { number % framesPerGroup == 0 }

    /// Without zeros: a start code must not come up by chance.
    private func fill(_ bytes: inout [UInt8], to size: Int) {
        bytes.reserveCapacity(size)
        while bytes.count < size { bytes.append(UInt8(bytes.count % 250) + 3) }
    }

    // MARK: - Stamps

    private static let mark: [UInt8] = Array("relay-load:".utf8)
    private static let digits = 8
    /// Where a stamp may begin in a payload: behind the headers of a fragment at most.
    private static let searched = 4

    private static func stamp(_ number: Int) -> [UInt8] {
        mark + (0..<digits).reversed().map { 0x40 | UInt8(number >> ($0 * 4) & 0x0F) }
    }

    /// The number of the frame that begins in this payload; nil where none does.
    static func number(in payload: Span<UInt8>) -> Int? {
        for start in 0..<searched where payload.count >= start + mark.count + digits {
            guard mark.indices.allSatisfy({ payload[start + $0] == mark[$0] }) else { continue }
            return (0..<digits).reduce(0) {
                $0 << 4 | Int(payload[start + mark.count + $1] & 0x0F)
            }
        }
        return nil
    }
}
