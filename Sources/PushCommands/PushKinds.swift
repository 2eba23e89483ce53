import CommandLineKit
import Media
import Publishing
import WebRTC

// What the words of whip-push's command line may be.

extension ValueKind<String> {
    /// A file, a device, a URL, `test:` or `-`; it is looked at when all else is known.
    static let input = ValueKind("INPUT", completion: .file) { text throws(ValueProblem) in
        guard !text.isEmpty else { throw ValueProblem("an input: it is empty") }
        return text
    }
}

extension ValueKind<DestinationAddress> {
    static let target = ValueKind("URL") { text throws(ValueProblem) in
        do throws(DestinationAddress.Problem) {
            return try DestinationAddress(parsing: text)
        } catch {
            throw ValueProblem(
                "the URL of a WHIP endpoint or an RTMP server, "
                    + "such as https://live.example/whip/show or rtmp://live.example/app/key")
        }
    }
}

extension ValueKind<PictureSize> {
    static let size = ValueKind("WxH") { text throws(ValueProblem) in
        guard let size = PictureSize(parsing: text[...]) else {
            throw ValueProblem("a size such as 1280x720, both sides even and at most 8192")
        }
        return size
    }
}

extension ValueKind<FrameRate> {
    static let frameRate = ValueKind("FPS") { text throws(ValueProblem) in
        guard let rate = FrameRate(parsing: text) else {
            throw ValueProblem("a frame rate such as 30, 29.97 or 30000/1001")
        }
        return rate
    }
}

extension ValueKind<LayerWish> {
    static let layer = ValueKind("WxH[@BITRATE]") { text throws(ValueProblem) in
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let problem = ValueProblem("a layer such as 640x360@500k")
        guard parts.count <= 2, let size = PictureSize(parsing: parts[0]) else { throw problem }
        guard parts.count == 2 else { return LayerWish(size: size, bitRate: nil) }
        guard let rate = try? ValueKind<Int64>.bitRate.parse(String(parts[1])) else {
            throw problem
        }
        return LayerWish(size: size, bitRate: Int(rate))
    }
}

/// A codec that pictures can be encoded to.
enum VideoCodecName: String, CaseIterable, Sendable {
    case h264
    case vp8
    case vp9
    case av1

    var codec: Codec {
        switch self {
        case .h264: .h264
        case .vp8: .vp8
        case .vp9: .vp9
        case .av1: .av1
        }
    }
}

enum StatsFormat: String, CaseIterable, Sendable {
    case jsonl
}
