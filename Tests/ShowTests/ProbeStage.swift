import Primitives
import TestSupport

/// A show on one side of a wire, for probes on its other side.
final class ProbeStage {
    let wire: BadWire
    let relay: RelayProcess
    let push: PushProcess
    private var transcoder: RunningProcess?
    private let home = ScratchFolder()

    /// Publishes `/whip/a`, and with `transcodes` what an ffmpeg makes of it at 360p as `/whip/b`.
    init(_ pattern: String, transcodes: Bool = false, _ arguments: [String] = []) throws {
        wire = try BadWire()
        let outside = wire.prefix(isInside: false) + Self.first
        relay = try RelayProcess(
            ["--log", "jsonl"], listen: "\(wire.outer):0", through: outside)
        var targets = ["\(relay.url)/whip/a"]
        if transcodes {
            // Ports of this namespace are nobody else's.
            let port: UInt16 = 1935
            let from = "rtmp://127.0.0.1:\(port)/live/a"
            let ffmpeg = try Self.transcode(from, "\(relay.url)/whip/b", home.path, outside)
            transcoder = ffmpeg
            try eventually("ffmpeg listens; \(ffmpeg.talk)", within: .seconds(60)) {
                FreePort.isListening(port, beside: ffmpeg)
            }
            targets.append(from)
        }
        push = try PushProcess(arguments + [pattern] + targets, through: outside)
        let shows = transcodes ? 2 : 1
        try eventually(
            "\(shows) on the air; \(push.process.talk) \(transcoder?.talk ?? "")",
            within: .seconds(60)
        ) { relay.events("show_active").count >= shows }
    }

    func url(_ show: String = "a") -> String { "\(relay.url)/whep/\(show)" }

    /// What runs a viewer on the other side.
    var inside: [String] { wire.prefix(isInside: true) + Self.first }
    var outside: [String] { wire.prefix(isInside: false) + Self.first }

    /// Other tests run at the same time, and here milliseconds are judged.
    private static let first: [String] = {
        let inTurn = ["/usr/bin/chrt", "--rr", "1"]
        let run = try? ProcessRun.run(
            inTurn[0], Array(inTurn.dropFirst()) + ["/bin/true"], environment: [:])
        return run?.status == 0 ? inTurn : ["/usr/bin/nice", "-n", "-15"]
    }()

    private static func transcode(
        _ from: String, _ to: String, _ home: String, _ prefix: [String]
    ) throws -> RunningProcess {
        let find = try ProcessRun.run(
            ShowPeers.python, ["-c", "import imageio_ffmpeg as i; print(i.get_ffmpeg_exe())"],
            environment: ShowPeers.environment(home: home))
        guard find.status == 0 else { throw ShowFailure(words: find.talk) }
        let words =
            prefix + [
                find.output.trimmed, "-hide_banner", "-loglevel", "warning", "-nostats",
                "-fflags", "nobuffer", "-flags", "low_delay", "-analyzeduration", "500000",
                "-listen", "1", "-f", "flv", "-i", from, "-vf", "scale=640:360", "-c:v",
                "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-tune",
                "zerolatency", "-g", "30", "-bf", "0", "-pix_fmt", "yuv420p", "-b:v", "300k",
                "-maxrate", "300k", "-bufsize", "300k", "-c:a", "libopus", "-ac", "2", "-ar",
                "48000", "-f", "whip", to,
            ]
        return try RunningProcess(
            words[0], Array(words.dropFirst()), environment: ShowPeers.environment(home: home))
    }
}
