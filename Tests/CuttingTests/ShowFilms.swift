import Cutting
import TestSupport

/// Films that the system's ffmpeg makes, and what it says of them.
enum ShowFilms {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static var hasFFmpeg: Bool { Files.exists(ffmpeg) }
    private static let environment = [
        "PATH": Machine.variable("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]

    static func make(_ name: String, in folder: ScratchFolder, _ words: [String]) throws -> String {
        let path = folder.path(name)
        let run = try ProcessRun.run(
            ffmpeg, ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"] + words + [path],
            environment: environment, within: .seconds(120))
        guard run.status == 0 else { throw ProcessFailure(words: "ffmpeg: \(run.talk)") }
        return path
    }

    /// 25 s: black and silent from 5 to 9 s, still and silent from 15.5 to 21.5 s, and silent from
    /// 22.4 to 24.6 s.
    static func withDeadAir(gop: Int, in folder: ScratchFolder) throws -> String {
        let picture =
            "[0:v]drawbox=color=black:t=fill:enable='between(t,5,9)',"
            + "drawbox=w=iw:h=ih:color=blue:t=fill:enable='between(t,15.5,21.5)'[v]"
        let sound =
            "[1:a]volume=0:enable='between(t,4,10)+between(t,15,22)+between(t,22.4,24.6)'[a]"
        return try make(
            "dead-\(gop).mp4", in: folder,
            [
                "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=25", "-f", "lavfi",
                "-i", "sine=frequency=440:sample_rate=48000:duration=25", "-filter_complex",
                "\(picture);\(sound)", "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset",
                "veryfast", "-g", "\(gop)", "-keyint_min", "\(gop)", "-sc_threshold", "0", "-bf",
                "3", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2",
            ])
    }

    /// What ffmpeg's filters find, of at least two seconds.
    static func judged(
        _ path: String
    ) throws -> (silences: [Stretch], blacks: [Stretch], freezes: [Stretch]) {
        let run = try ProcessRun.run(
            ffmpeg,
            [
                "-hide_banner", "-nostdin", "-nostats", "-i", path, "-vf",
                "blackdetect=d=2,freezedetect=d=2", "-af", "silencedetect=n=-50dB:d=2", "-f",
                "null", "-",
            ], environment: environment)
        return (
            pairs(run.talk, "silence_start: ", "silence_end: "),
            pairs(run.talk, "black_start:", "black_end:"),
            pairs(run.talk, "freeze_start: ", "freeze_end: ")
        )
    }

    private static func pairs(_ text: String, _ start: String, _ end: String) -> [Stretch] {
        zip(numbers(text, start), numbers(text, end)).map { Stretch($0, $1) }
    }

    private static func numbers(_ text: String, _ name: String) -> [Int64] {
        text.split(separator: name).dropFirst().compactMap { rest in
            Double(rest.prefix { $0.isNumber || $0 == "." }).map { Int64($0 * 1_000_000) }
        }
    }
}
