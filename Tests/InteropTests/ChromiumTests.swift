import Primitives
import Signaling
import TestSupport
import Testing
import WebRTC

extension Interop {
    /// Chromium as publisher and as viewer, driven by a page that our own server serves.
    @Suite(
        .serialized,
        .enabled(
            if: OtherPrograms.hasChromium || Machine.isCI, "Chromium is not installed"))
    struct ChromiumTests {
        private static let codecs: [Codec] = [.vp8, .h264, .vp9, .av1]

        @Test func `what Chromium publishes arrives and decodes, whatever is lost`() throws {
            var settings = LiveServer.Settings()
            settings.lossInterval = 40
            let server = try LiveServer(settings)
            let browser = try Browser(server)
            for (number, codec) in Self.codecs.enumerated() {
                do {
                    try Self.publish(codec, browser, number: number)
                } catch {
                    Issue.record("\(codec): \(error)")
                }
            }
            browser.end()
            server.stop()
        }

        private static func connected(_ browser: Browser) throws -> LivePeer {
            try browser.await("Chromium connects", within: .seconds(20)) {
                $0.text("phase") == "connected"
            }
            guard let session = browser.server.sessions.last else {
                throw LiveFailure("no session: \(browser.phase)")
            }
            return session.peer
        }

        private static func publish(_ codec: Codec, _ browser: Browser, number: Int) throws {
            browser.begin(
                mode: "publish", codec: codec.encodingName, trickles: number % 2 == 0)
            let peer = try Self.connected(browser)
            try peer.await("40 frames of video, 60 of audio", within: .seconds(20)) {
                $0.frames(.video).count >= 40 && $0.frames(.audio).count >= 60
            }
            let keyframes = peer.record.frames(.video).count { $0.description.isKeyframe }
            try peer.requestKeyframe(media: 1)
            try peer.await("the keyframe that was asked for", within: .seconds(5)) {
                $0.frames(.video).count { $0.description.isKeyframe } > keyframes
                    && $0.repairedPackets > 0
            }
            try browser.await("Chromium counts the request and repairs", within: .seconds(5)) {
                $0.number("video_pliCount") > 0
                    && $0.number("video_retransmittedPacketsSent") > 0
            }
            #expect(browser.report?.text("srtpCipher") == "SRTP_AEAD_AES_128_GCM")
            try peer.await("a frame after a sender report", within: .seconds(10)) {
                $0.frames(.video).last?.hasSenderTime == true
            }
            try browser.finish()
            let record = peer.record
            let frames = record.frames(.video)
            #expect(frames.first?.codec == codec)
            let whole = Array(frames.prefix { !$0.description.isDamaged })
            #expect(whole.count >= 30, "\(codec)")
            #expect(record.peerCounters?.forged == 0 && record.peerCounters?.malformed == 0)
            #expect(try Decoding.pictures(whole, codec) == whole.count)
        }

        @Test func `Chromium decodes what it plays from us, whatever is lost`() throws {
            var settings = LiveServer.Settings()
            settings.clips = try (Self.codecs + [.opus]).map { try TestMedia.clip($0) }
            settings.dropInterval = 20
            settings.isLite = false
            settings.preferredRole = .client
            let server = try LiveServer(settings)
            let browser = try Browser(server)
            for (number, codec) in Self.codecs.enumerated() {
                do {
                    try Self.play(codec, browser, number: number)
                } catch {
                    Issue.record("\(codec): \(error)")
                }
            }
            browser.end()
            server.stop()
        }

        private static func play(_ codec: Codec, _ browser: Browser, number: Int) throws {
            browser.begin(mode: "play", codec: codec.encodingName, trickles: number % 2 == 0)
            let peer = try Self.connected(browser)
            try browser.await("Chromium decodes 50 pictures", within: .seconds(20)) {
                $0.number("video_framesDecoded") >= 50 && $0.number("video_nackCount") > 0
                    && $0.number("audio_packetsReceived") >= 100
            }
            let record = peer.record
            #expect((record.peerCounters?.retransmitted ?? 0) > 0)
            // As the server of the handshake Chromium takes the shorter seal.
            #expect(browser.report?.text("srtpCipher") == "SRTP_AES128_CM_HMAC_SHA1_80")
            #expect(browser.report?.number("video_frameWidth") == 320)
            try browser.finish()
        }

        @Test func `Chromium asks for a keyframe when repairs do not come, and gets it`() throws {
            var settings = LiveServer.Settings()
            settings.clips = [
                try TestMedia.clipWithOneKeyframe(.vp8), try TestMedia.clip(.opus),
            ]
            let server = try LiveServer(settings)
            let browser = try Browser(server)
            browser.begin(mode: "play", codec: Codec.vp8.encodingName, trickles: false)
            try browser.await("Chromium decodes 20 pictures", within: .seconds(20)) {
                $0.number("video_framesDecoded") >= 20
            }
            let peer = try Self.connected(browser)
            let keyframesWanted = peer.record.keyframesWanted
            try peer.loseForGood(videoPackets: 10)
            try browser.await("Chromium asks for a keyframe", within: .seconds(10)) {
                $0.number("video_pliCount") > 0 && peer.record.keyframesWanted > keyframesWanted
            }
            let decoded = browser.report?.number("video_framesDecoded") ?? 0
            try browser.await("Chromium decodes again", within: .seconds(10)) {
                $0.number("video_framesDecoded") >= decoded + 20
                    && $0.number("video_keyFramesDecoded") >= 2
            }
            #expect(peer.record.dropped >= 10)
            try browser.finish()
            browser.end()
            server.stop()
        }
    }
}
