import Primitives
import Signaling
import TestSupport
import Testing
import WebRTC

extension Interop {
    /// ffmpeg 9, whose whip muxer offers `setup:passive` and no candidates.
    @Suite(
        .serialized,
        .enabled(
            if: OtherPrograms.hasPython || Machine.isCI,
            "scripts/peers brings the ffmpeg that has the whip muxer"))
    struct FFmpegTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let isActive: Bool
            let isLite: Bool
        }

        @Test(arguments: [
            Case(
                testDescription: "as DTLS server, with a lite agent", isActive: false, isLite: true),
            Case(
                testDescription: "as DTLS client, with a full agent", isActive: true, isLite: false),
        ])
        func `what ffmpeg publishes arrives and decodes, whatever is lost`(_ given: Case) throws {
            var settings = LiveServer.Settings(isLite: given.isLite)
            settings.lossInterval = 60
            let server = try LiveServer(settings)
            let home = ScratchFolder()
            let process = try RunningProcess(
                try OtherPrograms.ffmpeg9(home: home.path),
                Self.arguments(server.whip, isActive: given.isActive),
                environment: OtherPrograms.environment(home: home.path))
            let peer = try server.session(of: process).peer
            try reach(
                "60 frames of video and a repair", within: .seconds(15),
                { "\(peer.record.phase) \(process.talk.suffix(1500))" }
            ) {
                let record = peer.record
                return record.frames(.video).count >= 60 && record.frames(.audio).count >= 100
                    && record.repairedPackets > 0
            }
            process.write("q")
            try server.stop(after: process)
            let frames = peer.record.frames(.video)
            let whole = Array(frames.prefix { !$0.description.isDamaged })
            #expect(whole.count >= 30 && whole.allSatisfy { $0.codec == .h264 })
            #expect(try Decoding.pictures(whole, .h264) == whole.count)
        }

        private static func arguments(_ url: String, isActive: Bool) -> [String] {
            let rate = TestMedia.framesPerSecond
            return [
                "-hide_banner", "-loglevel", "info", "-nostats", "-re", "-f", "lavfi", "-i",
                "testsrc2=size=320x240:rate=\(rate)", "-re", "-f", "lavfi", "-i",
                "sine=frequency=440:sample_rate=48000", "-t", "60", "-c:v", "libx264",
                "-profile:v", "baseline", "-preset", "veryfast", "-tune", "zerolatency", "-g",
                String(rate), "-bf", "0", "-pix_fmt", "yuv420p", "-b:v", "500k", "-c:a",
                "libopus", "-ac", "2", "-ar", "48000",
            ] + (isActive ? ["-whip_flags", "dtls_active"] : []) + ["-f", "whip", url]
        }
    }
}
