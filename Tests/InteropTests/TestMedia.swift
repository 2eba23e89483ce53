import TestSupport
import WebRTC

/// Frames of one codec, as the system's ffmpeg has made them: a test picture, or a tone.
struct TestMedia: Sendable {
    struct Frame: Sendable {
        let bytes: [UInt8]
        let isKeyframe: Bool
    }

    let codec: Codec
    let frames: [Frame]
    /// In the codec's clock.
    let ticksPerFrame: Int

    static let ffmpeg = "/usr/bin/ffmpeg"
    static let framesPerSecond = 20
    static let seconds = 3
    /// A keyframe can be had so soon when somebody asks.
    static let keyframeInterval = 10

    static let h264 = made(.h264)
    static let vp8 = made(.vp8)
    static let vp9 = made(.vp9)
    static let av1 = made(.av1)
    static let opus = made(.opus)

    static func clip(_ codec: Codec) throws -> TestMedia {
        switch codec {
        case .h264: try h264.get()
        case .vp8: try vp8.get()
        case .vp9: try vp9.get()
        case .av1: try av1.get()
        case .opus: try opus.get()
        case .h265, .pcmu, .pcma: throw LiveFailure("no clip of \(codec)")
        }
    }

    /// Ten seconds that nobody can join but at the beginning.
    static func clipWithOneKeyframe(_ codec: Codec) throws -> TestMedia {
        try make(codec, seconds: 10, keyframeInterval: 1000)
    }

    private static func made(_ codec: Codec) -> Result<TestMedia, any Error> {
        Result {
            try make(
                codec, seconds: codec == .av1 ? 1 : seconds, keyframeInterval: keyframeInterval)
        }
    }

    private static func make(
        _ codec: Codec, seconds: Int, keyframeInterval: Int
    ) throws -> TestMedia {
        let folder = ScratchFolder()
        let name = "clip." + (codec == .h264 ? "h264" : codec == .opus ? "ogg" : "ivf")
        let run = try ProcessRun.run(
            ffmpeg,
            ["-hide_banner", "-loglevel", "error", "-f", "lavfi"]
                + arguments(codec, seconds, keyframeInterval) + [folder.path(name)],
            environment: [:], within: .seconds(30))
        guard run.status == 0, let bytes = Files.bytes(folder.path(name)) else {
            throw LiveFailure("ffmpeg made no \(codec): \(run.talk)")
        }
        let frames: [[UInt8]] =
            switch codec {
            case .h264: AnnexBFile.frames(bytes)
            case .opus: OggFile.packets(bytes).dropFirst(2).map { $0 }
            default: IVFFile.frames(bytes)
            }
        guard frames.count >= framesPerSecond * (codec == .av1 ? 1 : 2) else {
            throw LiveFailure("only \(frames.count) frames of \(codec)")
        }
        return TestMedia(
            codec: codec,
            frames: frames.map { Frame(bytes: $0, isKeyframe: isKeyframe($0, codec)) },
            ticksPerFrame: codec == .opus ? 960 : codec.clockRate / framesPerSecond)
    }

    private static func arguments(
        _ codec: Codec, _ length: Int, _ keyframeInterval: Int
    ) -> [String] {
        if codec == .opus {
            return [
                "-i", "sine=frequency=440:sample_rate=48000:duration=\(length)", "-ac", "2",
                "-c:a", "libopus", "-b:a", "64k", "-frame_duration", "20",
            ]
        }
        let source = "testsrc2=size=320x240:rate=\(framesPerSecond):duration=\(length)"
        let all = [
            "-i", source, "-pix_fmt", "yuv420p", "-g", String(keyframeInterval), "-b:v", "500k",
        ]
        switch codec {
        case .h264:
            return all + [
                "-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-tune",
                "zerolatency", "-x264-params", "aud=1:keyint=\(keyframeInterval):scenecut=0",
                "-f", "h264",
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

    private static func isKeyframe(_ frame: [UInt8], _ codec: Codec) -> Bool {
        switch codec {
        case .h264: AnnexBFile.unitTypes(frame).contains(5)
        case .vp8: VP8Header.isKeyframe(frame.span)
        case .vp9: VP9Header.isKeyframe(frame.span)
        // A sequence header stands before keyframes only.
        case .av1: OBUFrame.types(frame).contains(1)
        default: true
        }
    }
}
