import Primitives
import Signaling
import TestSupport
import Testing
import WebRTC

extension Interop {
    /// aiortc as publisher and as viewer: an implementation in Python, with libvpx and x264.
    @Suite(
        .serialized,
        .enabled(
            if: OtherPrograms.hasPython || Machine.isCI,
            "scripts/peers makes the Python that has aiortc"))
    struct AiortcTests {
        private static func start(
            _ words: [String], home: ScratchFolder
        ) throws -> RunningProcess {
            try RunningProcess(
                OtherPrograms.python, [OtherPrograms.script("aiortc_peer.py")] + words,
                environment: OtherPrograms.environment(home: home.path))
        }

        /// Ends the program as a person would, and waits for its DELETE.
        private static func end(_ process: RunningProcess, _ server: LiveServer) throws {
            process.closeInput()
            try server.stop(after: process)
        }

        @Test(arguments: [Codec.h264, .vp8])
        func `what aiortc publishes arrives and decodes`(codec: Codec) throws {
            let server = try LiveServer(LiveServer.Settings(isLite: codec == .vp8))
            let home = ScratchFolder()
            let process = try Self.start(
                ["publish", server.whip, codec.encodingName], home: home)
            let session = try server.session(of: process)
            try session.peer.await("30 frames of video, 60 of audio", within: .seconds(20)) {
                $0.frames(.video).count >= 30 && $0.frames(.audio).count >= 60
            }
            let keyframes = session.peer.record.frames(.video).count {
                $0.description.isKeyframe
            }
            try session.peer.requestKeyframe(media: 1)
            try session.peer.await("the keyframe that was asked for", within: .seconds(5)) {
                $0.frames(.video).count { $0.description.isKeyframe } > keyframes
            }
            try session.peer.await("a frame after a sender report", within: .seconds(10)) {
                $0.frames(.video).last?.hasSenderTime == true
            }
            try Self.end(process, server)
            let frames = session.peer.record.frames(.video)
            #expect(frames.first?.codec == codec)
            #expect(frames.allSatisfy { !$0.description.isDamaged })
            #expect(try Decoding.pictures(frames, codec) == frames.count)
        }

        @Test(arguments: [Codec.h264, .vp8])
        func `aiortc decodes what it plays from us`(codec: Codec) throws {
            var settings = LiveServer.Settings()
            settings.clips = [try TestMedia.clip(codec), try TestMedia.clip(.opus)]
            settings.dropInterval = 50
            settings.usesRTX = codec == .h264
            let server = try LiveServer(settings)
            let home = ScratchFolder()
            let process = try Self.start(
                ["play", server.whep, codec.encodingName], home: home)
            try reach(
                "aiortc decodes 40 pictures", within: .seconds(30),
                {
                    """
                    \(server.phase) \(server.sessions.first?.peer.record.phase ?? "") \
                    \(process.words)
                    """
                }
            ) {
                guard
                    let counts = lastObject(process.output, where: "event", is: "decoded")
                else { return false }
                return counts.number("video") >= 40 && counts.number("audio") >= 80
                    && counts.number("width") == 320 && counts.number("height") == 240
            }
            let record = server.sessions.first?.peer.record
            #expect((record?.peerCounters?.retransmitted ?? 0) > 0)
            try Self.end(process, server)
        }

        private static func serve(home: ScratchFolder) throws -> (RunningProcess, url: String) {
            let process = try start(["serve"], home: home)
            var url = ""
            try reach("aiortc serves", within: .seconds(20), { process.words }) {
                url = lastObject(process.output, where: "event", is: "listening")?.text("url") ?? ""
                return !url.isEmpty
            }
            return (process, url)
        }

        @Test(arguments: [Codec.h264, .vp8])
        func `aiortc's server decodes what we publish`(codec: Codec) throws {
            let home = ScratchFolder()
            let (process, url) = try Self.serve(home: home)
            var settings = LiveClient.Settings(.whip, "\(url)/whip")
            settings.video = LivePlans.formats(codec)
            settings.clips = [try TestMedia.clip(codec), try TestMedia.clip(.opus)]
            settings.dropInterval = 50
            let client = try LiveClient(settings)
            try reach(
                "aiortc decodes 40 pictures", within: .seconds(20),
                { "\(client.phase) \(process.words)" }
            ) {
                let counts = lastObject(process.output, where: "event", is: "decoded")
                return counts?.number("video") ?? 0 >= 40 && counts?.number("audio") ?? 0 >= 80
            }
            try client.close()
            #expect(lastObject(process.output, where: "event", is: "deleted") != nil)
        }

        @Test(arguments: [Codec.h264, .vp8])
        func `what we play from aiortc's server arrives and decodes`(codec: Codec) throws {
            let home = ScratchFolder()
            let (process, url) = try Self.serve(home: home)
            var settings = LiveClient.Settings(.whep, "\(url)/whep")
            settings.video = LivePlans.formats(codec)
            settings.setup = codec == .vp8 ? .actpass : .active
            let client = try LiveClient(settings)
            try client.await(
                "30 frames of video, 60 of audio: \(process.words)", within: .seconds(20)
            ) {
                $0.frames(.video).count >= 30 && $0.frames(.audio).count >= 60
            }
            try client.close()
            let frames = client.peer.record.frames(.video)
            #expect(frames.allSatisfy { $0.codec == codec && !$0.description.isDamaged })
            #expect(try Decoding.pictures(frames, codec) == frames.count)
            #expect(lastObject(process.output, where: "event", is: "deleted") != nil)
        }
    }
}
