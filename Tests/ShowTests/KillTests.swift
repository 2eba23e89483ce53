import Glibc
import Primitives
import TestSupport
import Testing

/// Each side killed without a warning, again and again: the others go on.
@Suite(
    .serialized,
    .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
    .timeLimit(.minutes(10)))
struct KillTests {
    private static let rounds = 6
    private let folder = ScratchFolder()

    private enum Side: CaseIterable {
        case publisher, viewer, relay
    }

    /// A show with its three programs, each of which can be killed and is started again then.
    private final class Stage {
        private let folder: ScratchFolder
        private let address: String
        private(set) var relay: RelayProcess
        private(set) var push: PushProcess
        private(set) var viewer: FrameViewer
        private(set) var recordings = 1

        init(_ folder: ScratchFolder) throws {
            self.folder = folder
            address = "127.0.0.1:\(FreePort.take())"
            relay = try Self.relay(address, folder, 1)
            push = try Self.push(relay.url)
            viewer = try FrameViewer("\(relay.url)/whep/a", "H264")
        }

        private static func relay(
            _ address: String, _ folder: ScratchFolder, _ number: Int
        ) throws -> RelayProcess {
            try RelayProcess(
                ["--log", "jsonl", "--record", folder.path("r\(number)")], listen: address)
        }

        private static func push(_ url: String) throws -> PushProcess {
            try PushProcess(["test:size=320x240,fps=30,gop=15", "\(url)/whip/a"])
        }

        func kill(_ side: Side) throws {
            switch side {
            case .publisher:
                push.process.signal(SIGKILL)
                _ = try push.process.finish()
                push = try Self.push(relay.url)
            case .viewer:
                viewer.process.signal(SIGKILL)
                _ = try viewer.process.finish()
                viewer = try FrameViewer("\(relay.url)/whep/a", "H264")
            case .relay:
                try relay.stop(SIGKILL)
                recordings += 1
                relay = try Self.relay(address, folder, recordings)
                // A player that has lost its server comes again by itself in a page only.
                viewer.process.signal(SIGKILL)
                _ = try viewer.process.finish()
                viewer = try FrameViewer("\(relay.url)/whep/a", "H264")
            }
        }
    }

    @Test func `whoever is killed, the show goes on and its recordings play`() throws {
        var random = SystemRandomNumberGenerator()
        let seed = random.next() as UInt64
        var generator = SeededRandom(seed: seed)
        let stage = try Stage(folder)
        try stage.viewer.awaitFrames("video", 30)
        for round in 0..<Self.rounds {
            // Each side at least once, in an order that is the seed's.
            let side =
                round < Side.allCases.count
                ? Side.allCases[(round + Int(seed % 3)) % 3]
                : Side.allCases.randomElement(using: &generator) ?? .relay
            let before = side == .publisher ? stage.viewer.count("video") : 0
            try stage.kill(side)
            do {
                try stage.viewer.awaitFrames("video", before + 30)
            } catch {
                throw ShowFailure(
                    words: "seed \(seed), round \(round), \(side) killed: \(error) "
                        + "\(stage.push.process.talk.suffix(800)) \(stage.relay.talk.suffix(800))")
            }
        }
        let run = try stage.push.stop(SIGTERM, within: .seconds(60))
        #expect(run.status == 143, "seed \(seed): \(run.talk)")
        try stage.viewer.leave()
        #expect(try stage.relay.stop(within: .seconds(60)).status == 0)
        for number in 1...stage.recordings {
            let recordings = try recordings(in: "r\(number)")
            for path in recordings {
                let decoded = try MediaFile(path: path).decoded()
                #expect(decoded.video > 0 && decoded.audio > 0, "seed \(seed): \(path) \(decoded)")
            }
        }
    }

    /// Those that have more than a head: a relay may be killed before its first fragment.
    private func recordings(in name: String) throws -> [String] {
        let run = try ProcessRun.run(
            "/usr/bin/find", [folder.path(name), "-name", "*.mp4", "-size", "+8k"],
            environment: [:])
        return run.output.split(separator: "\n").map(String.init).sorted()
    }

    @Test func `a relay that is lost for good is told so`() throws {
        let relay = try RelayProcess()
        // Half a minute of silence is needed to be sure (RFC 7675).
        let film = try PushFilms.make("a.mp4", in: folder, seconds: 5, PushFilms.passed)
        let push = try PushProcess(["--no-reconnect", "--loop", film, "\(relay.url)/whip/a"])
        try push.await("live after", within: .seconds(60))
        try relay.stop(SIGKILL)
        let run = try push.process.finish(within: .seconds(90))
        #expect([74, 75].contains(run.status), "\(run.status): \(run.talk)")
    }
}
