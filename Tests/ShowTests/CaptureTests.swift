import Glibc
import Primitives
import TestSupport
import Testing

/// Capture devices for real: the screen of an X server, and ALSA without a sound card.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CaptureTests {
    private static let xvfb = "/usr/bin/Xvfb"
    private static var hasScreen: Bool { Files.exists(xvfb) || PushFilms.isCI }
    private let folder = ScratchFolder()

    /// Pushes a device for a while, and gives what has been recorded of it.
    private func recording(
        of input: String, environment: [String: String] = [:]
    ) throws -> (video: Int, audio: Int) {
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let run = try PushProcess.run(
            ["--duration", "3s", input, "\(relay.url)/whip/a"], environment: environment,
            within: .seconds(90))
        #expect(run.status == 0, "\(run.talk)")
        try relay.endRecordings(1)
        return try MediaFile(path: folder.path("r/a.mp4")).decoded()
    }

    @Test(.enabled(if: hasScreen, "Xvfb is not installed"))
    func `the screen of an X server goes on the air`() throws {
        // The server finds a display that is free, and writes its number.
        let screen = try RunningProcess(
            Self.xvfb, ["-displayfd", "1", "-screen", "0", "320x240x24", "-nolisten", "tcp"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
        defer {
            screen.signal(SIGTERM)
            _ = try? screen.finish(within: .seconds(20))
        }
        try eventually("the X server is up; \(screen.talk)", within: .seconds(60)) {
            screen.output.hasSuffix("\n")
        }
        let decoded = try recording(of: "x11::\(screen.output.dropLast()),fps=15")
        #expect(decoded.video >= 15 && decoded.audio == 0, "\(decoded)")
    }

    @Test func `ALSA's null plugin and its file plugin go on the air`() throws {
        let silence = try recording(of: "alsa:null")
        #expect(silence.audio >= 50 && silence.video == 0, "\(silence)")
        // The file plugin reads what stands in a file, at the pace of the plugin behind it.
        let sound = folder.write([UInt8](repeating: 0x11, count: 48_000 * 4 * 20), to: "sound.raw")
        let settings = folder.write(
            """
            pcm.tape {
              type file
              slave.pcm null
              file /dev/null
              infile "\(sound)"
              format raw
            }
            """, to: "asound.conf")
        let tape = try recording(
            of: "alsa:tape",
            environment: ["ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf:\(settings)"])
        #expect(tape.audio >= 50 && tape.video == 0, "\(tape)")
    }
}
