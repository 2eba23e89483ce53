import TestSupport
import WebRTC

/// Frames of one codec, as the system's ffmpeg has made them: a test picture, or a tone.
struct RecordingClip: Sendable {
    let codec: Codec
    let frames: [[UInt8]]
    /// In the codec's clock.
    let ticksPerFrame: Int

    static let framesPerSecond = 25
    static let seconds = 6
    /// A keyframe a second.
    static let keyframeInterval = 25
    static let ffmpeg = "/usr/bin/ffmpeg"
    static let ffprobe = "/usr/bin/ffprobe"

    static func clip(_ codec: Codec) throws -> RecordingClip {
        switch codec {
        case .h264: try h264.get()
        case .h265: try h265.get()
        case .vp8: try vp8.get()
        case .vp9: try vp9.get()
        case .av1: try av1.get()
        case .opus, .pcmu, .pcma: try opus.get()
        }
    }

    private static let h264 = made(.h264)
    private static let h265 = made(.h265)
    private static let vp8 = made(.vp8)
    private static let vp9 = made(.vp9)
    private static let av1 = made(.av1)
    private static let opus = made(.opus)

    /// H.264 of another size, or with pictures that are shown in another order than they come.
    static func h264(size: String, isReordered: Bool) throws -> RecordingClip {
        try make(.h264, size: size, isReordered: isReordered)
    }

    private static func made(_ codec: Codec) -> Result<RecordingClip, any Error> {
        Result { try make(codec, size: "320x240", isReordered: false) }
    }

    private static func make(
        _ codec: Codec, size: String, isReordered: Bool
    ) throws -> RecordingClip {
        let folder = ScratchFolder()
        let name =
            switch codec {
            case .h264: "clip.h264"
            case .h265: "clip.hevc"
            case .opus, .pcmu, .pcma: "clip.ogg"
            case .vp8, .vp9, .av1: "clip.ivf"
            }
        let run = try ProcessRun.run(
            ffmpeg,
            ["-hide_banner", "-loglevel", "error", "-f", "lavfi"]
                + arguments(codec, size, isReordered) + [folder.path(name)],
            environment: [:], within: .seconds(60))
        guard run.status == 0, let bytes = Files.bytes(folder.path(name)) else {
            throw RecordingFailure("ffmpeg made no \(codec): \(run.talk)")
        }
        let frames: [[UInt8]] =
            switch codec {
            case .h264: units(bytes) { $0 & 0x1F == 9 }
            case .h265: units(bytes) { $0 >> 1 & 0x3F == 35 }
            case .opus, .pcmu, .pcma: Array(ogg(bytes).dropFirst(2))
            case .vp8, .vp9, .av1: ivf(bytes)
            }
        return RecordingClip(
            codec: codec, frames: frames,
            ticksPerFrame: codec == .opus ? 960 : 90_000 / framesPerSecond)
    }

    private static func arguments(
        _ codec: Codec, _ size: String, _ isReordered: Bool
    ) -> [String] {
        if codec == .opus {
            return [
                "-i", "sine=frequency=440:sample_rate=48000:duration=\(seconds)", "-ac", "2",
                "-c:a", "libopus", "-b:a", "64k", "-frame_duration", "20",
            ]
        }
        let all = [
            "-i", "testsrc2=size=\(size):rate=\(framesPerSecond):duration=\(seconds)", "-pix_fmt",
            "yuv420p", "-g", "\(keyframeInterval)", "-b:v", "400k",
        ]
        let interval = "keyint=\(keyframeInterval):scenecut=0"
        switch codec {
        case .h264:
            let order = isReordered ? ["-bf", "2"] : ["-tune", "zerolatency"]
            return all + order + [
                "-c:v", "libx264", "-preset", "veryfast", "-x264-params", "aud=1:\(interval)",
                "-f", "h264",
            ]
        case .h265:
            return all + [
                "-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency",
                "-x265-params", "aud=1:bframes=0:log-level=none:repeat-headers=1:\(interval)",
                "-f", "hevc",
            ]
        case .vp8, .vp9:
            return all + [
                "-c:v", codec == .vp8 ? "libvpx" : "libvpx-vp9", "-deadline", "realtime",
                "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0",
            ]
        default:
            return all + [
                "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames",
                "0", "-row-mt", "1",
            ]
        }
    }

    private static func units(
        _ bytes: [UInt8], beginsAt isDelimiter: (UInt8) -> Bool
    ) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var walk = NALWalk(.annexB)
        while let unit = try? walk.next(in: bytes.span) {
            if isDelimiter(bytes[unit.lowerBound]) {
                frames.append([])
            } else if !frames.isEmpty {
                frames[frames.count - 1] += [0, 0, 0, 1] + bytes[unit]
            }
        }
        return frames
    }

    private static func ivf(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var place = 32
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            frames.append(Array(bytes[(place + 12)..<(place + 12 + length)]))
            place += 12 + length
        }
        return frames
    }

    private static func ogg(_ bytes: [UInt8]) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var open: [UInt8] = []
        var place = 0
        while place + 27 <= bytes.count {
            let count = Int(bytes[place + 26])
            let laces = bytes[(place + 27)..<(place + 27 + count)]
            place += 27 + count
            for lace in laces {
                open += bytes[place..<place + Int(lace)]
                place += Int(lace)
                guard lace < 255 else { continue }
                packets.append(open)
                open = []
            }
        }
        return packets
    }
}
