package import CommandLineKit
import Media
import Publishing

/// The program `whip-push`.
package enum WHIPPush {
    package static let program = Program(
        "whip-push", "Send a file, a device, a stream or a test pattern to WHIP endpoints",
        discussion: [
            "whip-push reads one INPUT and sends it to every URL, live: files by their timestamps, "
                + "cameras and streams as they come. What the other side takes as it is, is passed "
                + "on untouched; the rest is encoded anew, and one line says what and why.",
            "INPUT is a file (MP4, MKV, MOV, TS, FLV, WebM), a list of inputs (.m3u), any URL that "
                + "FFmpeg reads (RTSP, RTMP, SRT, HTTP, HLS), a device (v4l2:/dev/video0, "
                + "alsa:default, pulse:, x11::0), '-' for standard input, or test: for a test "
                + "pattern with a running clock (test:size=1280x720,fps=30,gop=60,tone=440, and "
                + "picture=off or sound=off).",
            "Each URL has its own fate: what is lost is tried again, by ICE restart first, and "
                + "no sick destination harms another. On every way out sessions are deleted. "
                + "Interrupt once for an orderly end, twice for an immediate one.",
        ],
        common: [], root: PushCommand.root, commands: [DevicesCommand.command],
        examples: [
            Example(
                "whip-push show.mp4 https://live.example/whip/show", "send a file, at its pace"),
            Example(
                "whip-push --loop --then second.mp4 first.mp4 https://live.example/whip/show",
                "two files, one after the other, for ever"),
            Example(
                "whip-push test: http://127.0.0.1:8080/whip/show", "a test pattern with a clock"),
            Example(
                "whip-push --layer 1280x720@1.5M --layer 640x360@500k x11::0 https://a.example/whip",
                "the screen, in two sizes"),
            Example(
                "whip-push --fallback rtmp://b.example/app/key in.mp4 https://a.example/whip/show",
                "with an RTMP server for when the first one cannot be reached"),
            Example(
                "whip-push --stamp show.mp4 https://a.example/whip/show",
                "with the time in the picture, by which whep-probe measures latency"),
            Example(
                "whip-push --stats jsonl in.mp4 https://a.example/whip/show | jq .video.fps",
                "what is sent, once a second"),
        ],
        environment: [("LC_TOKEN", "The bearer token, unless --token-file names its file.")],
        seeAlso: ["whip-relay", "ffmpeg"], describe: describe)

    private static func describe(_ error: any Error) -> Failure? {
        switch error {
        case let problem as Push.Problem: Failure(problem)
        case let problem as RenditionProblem: Failure(problem)
        default: nil
        }
    }
}
