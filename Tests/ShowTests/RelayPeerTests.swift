import Glibc
import Primitives
import TestSupport
import Testing

/// The relay between programs of others.
@Suite(.serialized) struct RelayPeerTests {
    private static func aiortc(_ words: [String], _ home: ScratchFolder) throws -> RunningProcess {
        try RunningProcess(
            ShowPeers.python, [ShowPeers.script("aiortc_peer.py")] + words,
            environment: ShowPeers.environment(home: home.path))
    }

    /// The last of the objects that a peer has said of some event.
    private static func last(_ event: String, of peer: RunningProcess) -> JSONObject? {
        peer.output.split(separator: "\n").reversed().lazy.compactMap { line in
            guard case .object(let object)? = try? JSON(parsing: String(line)),
                object["event"]?.stringValue == event
            else { return nil }
            return object
        }.first
    }

    private static func count(_ name: String, _ object: JSONObject?) -> Int64 {
        object?[name]?.integerValue ?? 0
    }

    /// Waits until a peer that plays has decoded some of both.
    private static func awaitDecoded(_ player: RunningProcess, _ relay: RelayProcess) throws {
        try eventually(
            "it decodes; it said \(player.output.suffix(300)) \(player.talk.suffix(600)); "
                + relay.talk.suffix(600), within: .seconds(30)
        ) {
            let decoded = last("decoded", of: player)
            return count("video", decoded) >= 30 && count("audio", decoded) >= 60
        }
    }

    private static func awaitActive(_ relay: RelayProcess, _ what: RunningProcess) throws {
        try eventually(
            "the show is on the air; \(what.talk.suffix(600)) \(relay.talk.suffix(600))",
            within: .seconds(30)
        ) { !relay.events("show_active").isEmpty }
    }

    @Test(
        .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
        arguments: ["H264", "VP8"])
    func `aiortc plays what aiortc publishes, and both leave in good order`(
        codec: String
    ) throws {
        let (relay, home) = (try RelayProcess(["--log", "jsonl"]), ScratchFolder())
        let publisher = try Self.aiortc(["publish", "\(relay.url)/whip/drop", codec], home)
        try Self.awaitActive(relay, publisher)
        let player = try Self.aiortc(["play", "\(relay.url)/whep/drop", codec], home)
        try Self.awaitDecoded(player, relay)
        for peer in [player, publisher] {
            peer.closeInput()
            _ = try peer.finish(within: .seconds(20))
        }
        try eventually("both have deleted their sessions") {
            relay.events("session_ended").count == 2
        }
        #expect(relay.events("session_ended").allSatisfy { $0["ending"] == "deleted" })
        #expect(try relay.stop(within: .seconds(4)).status == 0)
    }

    @Test(
        .enabled(
            if: ShowPeers.hasGStreamer || ShowPeers.isCI,
            "GStreamer's webrtcbin with Python's gi is not installed"),
        .enabled(
            if: ShowNetwork.isPermitted || ShowPeers.isCI, "network namespaces are not permitted"),
        .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
        arguments: ["H264", "VP8"])
    func `aiortc plays what GStreamer publishes`(codec: String) throws {
        let (network, home) = (try ShowNetwork(), ScratchFolder())
        let relay = try RelayProcess(["--log", "jsonl"], listen: "\(network.host):0")
        let publisher = try network.start(
            ShowPeers.systemPython,
            [ShowPeers.script("gst_whip.py"), "\(relay.url)/whip/drop", codec], home: home.path)
        try Self.awaitActive(relay, publisher)
        let player = try Self.aiortc(["play", "\(relay.url)/whep/drop", codec], home)
        try Self.awaitDecoded(player, relay)
        player.closeInput()
        _ = try player.finish(within: .seconds(20))
        publisher.closeInput()
        _ = try publisher.finish(within: .seconds(20))
        try relay.stop()
    }

    @Test(.enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"))
    func `who is killed is gone within seconds, and a publisher who comes back is taken in`()
        throws
    {
        let (relay, home) = (try RelayProcess(["--log", "jsonl"]), ScratchFolder())
        let publish = ["publish", "\(relay.url)/whip/drop", "VP8"]
        let publisher = try Self.aiortc(publish, home)
        try Self.awaitActive(relay, publisher)
        let player = try Self.aiortc(["play", "\(relay.url)/whep/drop", "VP8"], home)
        try Self.awaitDecoded(player, relay)
        publisher.signal(SIGKILL)
        _ = try publisher.finish()
        let second = try Self.aiortc(publish, home)
        try eventually("the second takes over", within: .seconds(20)) {
            relay.events("session_began").count == 3
        }
        let before = Self.count("video", Self.last("decoded", of: player))
        try eventually("the viewer goes on", within: .seconds(20)) {
            Self.count("video", Self.last("decoded", of: player)) > before + 30
        }
        player.signal(SIGKILL)
        _ = try player.finish()
        try eventually("the viewer is gone", within: .seconds(40)) {
            relay.events("session_ended").contains { $0["role"] == "viewer" }
        }
        second.closeInput()
        _ = try second.finish(within: .seconds(20))
        try relay.stop()
    }

    @Test(.enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"))
    func `every document fits its schema`() throws {
        let (home, recordings) = (ScratchFolder(), ScratchFolder())
        let relay = try RelayProcess(["--log", "jsonl", "--record", recordings.path("r")])
        let publisher = try Self.aiortc(["publish", "\(relay.url)/whip/drop", "H264"], home)
        try Self.awaitActive(relay, publisher)
        let player = try Self.aiortc(["play", "\(relay.url)/whep/drop", "H264"], home)
        try Self.awaitDecoded(player, relay)
        _ = try relay.ask("/whep/nobody", ["-H", "Content-Type: application/sdp", "-d", "x"])
        let answers = try relay.ask("/shows").body + relay.ask("/clock").body
        try eventually("it is recorded", within: .seconds(20)) {
            !relay.events("recording_began").isEmpty
        }
        let run = try relay.stop()
        let recording = try JSON(parsing: recordings.read("r/drop.recording.json")).text
        let documents = run.output + answers + recording + "\n" + run.talk
        let check = try ProcessRun.run(
            "\(ShowPeers.repository)/scripts/check-schemas",
            ["\(ShowPeers.repository)/docs/schemas/whip-relay", "-"],
            environment: ["LANG": "C.UTF-8"], input: documents)
        #expect(check.output == "\n", "\(check.output)\(check.talk)")
        #expect(check.status == 0)
        for peer in [publisher, player] { peer.signal(SIGKILL) }
    }
}
