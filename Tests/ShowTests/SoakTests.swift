import Glibc
import Primitives
import TestSupport
import Testing

/// A show that goes on: seconds in an ordinary run, LC_SOAK_SECONDS where it is set (3600 is the
/// hour of a release). Memory of both programs must stay flat once they are warm.
@Suite(
    .serialized,
    .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
    .timeLimit(.minutes(90)))
struct SoakTests {
    private static let seconds =
        unsafe getenv("LC_SOAK_SECONDS").flatMap { unsafe Int(String(cString: $0)) } ?? 12
    /// By then rings, queues and the allocator's arenas have been filled once.
    private static let warmUp = max(6, min(seconds / 4, 120))
    /// What an allocator may still take, and beyond that nothing that grows with time.
    private static let growthKilobytes = 4096

    @Test func `memory stays flat`() throws {
        let folder = ScratchFolder()
        let film = try PushFilms.make("a.mp4", in: folder, seconds: 5, PushFilms.passed)
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let push = try PushProcess(["--loop", film, "\(relay.url)/whip/a"])
        try push.await("live after", within: .seconds(60))
        let viewer = try FrameViewer("\(relay.url)/whep/a", "H264")
        try viewer.awaitFrames("video", 30)
        let programs = [("whip-push", push.process), ("whip-relay", relay.process)]
        try pass(Self.warmUp, push)
        let warm = try programs.map { try Self.residentKilobytes($0.1.pid) }
        try pass(Self.seconds, push)
        for ((name, process), before) in zip(programs, warm) {
            let after = try Self.residentKilobytes(process.pid)
            #expect(after - before < Self.growthKilobytes, "\(name): \(before) to \(after) kB")
        }
        let run = try push.stop(SIGINT, within: .seconds(60))
        #expect(run.status == 130, "\(run.talk)")
        #expect(!viewer.hasGaps)
        try viewer.leave()
        try relay.endRecordings(1)
        let decoded = try MediaFile(path: folder.path("r/a.mp4")).decoded()
        #expect(decoded.video > 30 * Self.seconds * 9 / 10, "\(decoded)")
    }

    private func pass(_ seconds: Int, _ push: PushProcess) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        try eventually("time passes", within: .seconds(seconds + 60)) {
            if let ending = push.process.poll() {
                throw ShowFailure(words: "whip-push has ended \(ending): \(push.process.talk)")
            }
            return ContinuousClock.now >= end
        }
    }

    private static func residentKilobytes(_ pid: Int32) throws -> Int {
        for line in (Files.read("/proc/\(pid)/status") ?? "").split(separator: "\n")
        where line.hasPrefix("VmRSS:") {
            if let value = line.split(separator: " ").dropLast().last, let kilobytes = Int(value) {
                return kilobytes
            }
        }
        throw ShowFailure(words: "process \(pid) has no memory")
    }
}
