import Signaling
import Testing
import WebRTC

/// All tests with real programs, one after the other: they share the machine's two cores.
@Suite(.serialized) struct Interop {}

extension Interop {
    @Suite(.serialized) struct LoopbackTests {
        /// What of a frame travels: the payload format of AV1 drops the delimiter before it.
        private static func carried(_ frame: [UInt8], _ codec: Codec) -> [UInt8] {
            codec == .av1 && frame.starts(with: [0x12, 0]) ? Array(frame.dropFirst(2)) : frame
        }

        @Test(arguments: [Codec.h264, .vp8, .vp9, .av1])
        func `our publisher's frames reach our server as they were sent`(codec: Codec) throws {
            let server = try LiveServer(LiveServer.Settings())
            var settings = LiveClient.Settings(.whip, server.whip)
            settings.video = LivePlans.formats(codec)
            let clip = try TestMedia.clip(codec)
            settings.clips = [clip, try TestMedia.clip(.opus)]
            settings.dropInterval = 25
            let client = try LiveClient(settings)
            let session = try server.awaitSession(within: .seconds(5))
            try session.peer.await("40 frames", within: .seconds(10)) {
                $0.frames(.video).count >= 40 && $0.frames(.audio).count >= 60
            }
            let frames = session.peer.record.frames(.video)
            #expect(frames.allSatisfy { !$0.description.isDamaged })
            let sent = Set(clip.frames.map { Self.carried($0.bytes, codec) })
            #expect(frames.allSatisfy { sent.contains($0.bytes) })
            #expect(session.peer.record.repairedPackets > 0)
            try client.close()
            #expect(server.endedSessions == 1)
            server.stop()
        }
    }
}
