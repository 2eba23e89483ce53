import Glibc
import CommandLineKit
import Primitives
import PushCommands
import TestSupport
import Testing

/// whip-push as it is shipped, against a whip-relay as it is shipped.
@Suite(
    .serialized, .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .timeLimit(.minutes(5)))
struct PushProgramTests {
    private let folder = ScratchFolder()

    @Test func `a file is passed on, and the session is deleted at its end`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let film = try PushFilms.make("a.mp4", in: folder, PushFilms.passed)
        let run = try PushProcess.run(["--copy", "--stats", "jsonl", film, "\(relay.url)/whip/a"])
        #expect(run.status == 0, "\(run.talk)")
        #expect(run.talk.contains("passed on as it is"))
        #expect(run.talk.contains("live after"))
        #expect(run.talk.contains("60 pictures with 4 keyframes"))
        let summary = try #require(run.document("lc.push-summary/1"))
        #expect(summary["ending"] == "finished")
        #expect(summary["video"]?["frames"] == 60)
        #expect(summary["frames_dropped"] == 0)
        try eventually("the relay has no session any more") {
            relay.events("session_ended").count == 1
        }
    }

    @Test(arguments: ["b.mp4", "b.mkv", "b.ts", "b.mov", "b.flv"])
    func `what WebRTC does not take is encoded, from any container`(name: String) throws {
        let relay = try RelayProcess()
        let film = try PushFilms.make(name, in: folder, PushFilms.encoded)
        let run = try PushProcess.run([film, "\(relay.url)/whip/b"])
        #expect(run.status == 0, "\(run.talk)")
        #expect(run.talk.contains("with B-frames"), "\(run.talk)")
        #expect(run.talk.contains("transcoding to h264"))
        #expect(run.talk.contains("transcoding to opus"))
        #expect(run.talk.contains("60 pictures"), "\(run.talk)")
    }

    @Test func `VP8 and Opus from WebM, and a byte stream from standard input`() throws {
        let relay = try RelayProcess()
        let film = try PushFilms.make(
            "c.webm", in: folder,
            ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "300k", "-c:a", "libopus"])
        let run = try PushProcess.run([film, "\(relay.url)/whip/c"])
        #expect(run.status == 0, "\(run.talk)")
        #expect(run.talk.contains("video: vp8"))
        #expect(run.talk.contains("passed on as it is"))

        let stream = try PushFilms.make("d.ts", in: folder, PushFilms.encoded)
        let piped = try ProcessRun.run(
            "/bin/sh",
            [
                "-euc", "cat \"$1\" | \"$2\" - \"$3\"", "sh", stream, Programs.path("whip-push"),
                "\(relay.url)/whip/d",
            ], environment: ["PATH": "/usr/bin:/bin", "no_proxy": "*"])
        #expect(piped.status == 0, "\(piped.talk)")
    }

    @Test func `a list, a loop, a duration, layers and the pattern`() throws {
        let relay = try RelayProcess()
        let url = "\(relay.url)/whip/e"
        let first = try PushFilms.make("e1.mp4", in: folder, seconds: 1, PushFilms.passed)
        let second = try PushFilms.make("e2.mp4", in: folder, seconds: 1, PushFilms.passed)
        let list = folder.write("# a show\ne1.mp4\ne2.mp4\n", to: "show.m3u")
        let listed = try PushProcess.run(["--loop", "--duration", "2500ms", list, url])
        #expect(listed.status == 0, "\(listed.talk)")
        #expect(listed.talk.contains("75 pictures"), "\(listed.talk)")
        let then = try PushProcess.run(["--then", second, "--no-audio", first, url])
        #expect(then.talk.contains("60 pictures"), "\(then.talk)")
        let layered = try PushProcess.run([
            "--layer", "160x120@100k", "--layer", "320x240@300k", first, url,
        ])
        #expect(layered.status == 0, "\(layered.talk)")
        #expect(layered.talk.contains("60 pictures"), "\(layered.talk)")
        let pattern = try PushProcess.run([
            "--duration", "1s", "test:size=320x240,fps=30,gop=15", url,
        ])
        #expect(pattern.status == 0, "\(pattern.talk)")
        #expect(pattern.talk.contains("encoding to h264"))
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func `killed half way, it deletes its session`(signal: Int32, status: Int32) throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let film = try PushFilms.make("f.mp4", in: folder, seconds: 10, PushFilms.passed)
        let push = try PushProcess([film, "\(relay.url)/whip/f"])
        try push.await("live after")
        let run = try push.stop(signal)
        #expect(run.status == status, "\(run.talk)")
        #expect(run.talk.contains("done: "))
        try eventually("the relay has no session any more", within: .seconds(3)) {
            relay.events("session_ended").count == 1
        }
    }

    @Test func `each way to fail has its status and its words`() throws {
        let relay = try RelayProcess([
            "--publish-token-file", folder.write("secret\n", to: "tokens"),
        ])
        let film = try PushFilms.make("g.mp4", in: folder, PushFilms.passed)
        let reordered = try PushFilms.make("h.mp4", in: folder, PushFilms.encoded)
        let url = "\(relay.url)/whip/g"
        let table: [(arguments: [String], status: Int32, words: String)] = [
            ([film, url], 77, "refused with 401"),
            ([folder.write("x11::0\n", to: "spy.m3u"), url], 65, "names the device 'x11::0'"),
            ([film, "http://127.0.0.1:1/whip"], 69, "nobody listens there"),
            ([film, "http://nowhere.invalid/whip"], 69, "name is not known"),
            ([film, "\(relay.url)/nothing"], 76, "refused with"),
            ([folder.path("none.mp4"), url], 66, "no input at"),
            ([folder.write("text", to: "text.mp4"), url], 65, "no media that can be read"),
            (["--copy", reordered, url], 65, "--copy refuses to transcode it"),
            (["test:size=1x1", url], 64, "cannot be the size"),
            ([film, "ftp://x/y"], 64, "WHIP endpoint or an RTMP server"),
            (["--loop", "-", url], 64, "can be read once only"),
            (["--no-video", "--no-audio", film, url], 64, "nothing to send"),
        ]
        for row in table {
            let run = try PushProcess.run(row.arguments)
            #expect(run.status == row.status, "\(row.arguments): \(run.talk)")
            #expect(run.talk.contains(row.words), "\(row.arguments): \(run.talk)")
            #expect(run.output.isEmpty)
        }
        let file = folder.write("secret\n", to: "token")
        let good = try PushProcess.run(["--token-file", file, "--duration", "500ms", film, url])
        #expect(good.status == 0, "\(good.talk)")
        let variable = try PushProcess.run(
            ["--duration", "500ms", film, url], environment: ["LC_TOKEN": "secret"])
        #expect(variable.status == 0, "\(variable.talk)")
        #expect(!variable.talk.contains("secret"))
    }

    @Test func `a sick destination harms no other, and is told of at the end`() throws {
        let relay = try RelayProcess()
        let film = try PushFilms.make("i.mp4", in: folder, PushFilms.passed)
        let run = try PushProcess.run([
            film, "\(relay.url)/whip/i", "http://127.0.0.1:1/whip", "\(relay.url)/whip/j",
        ])
        #expect(run.status == 69, "\(run.talk)")
        #expect(run.talk.contains("60 pictures"), "\(run.talk)")
        #expect(run.talk.components("live after") == 2, "\(run.talk)")
    }

    @Test func `the fallback has the show where the first one cannot be reached`() throws {
        let relay = try RelayProcess()
        let film = try PushFilms.make("k.mp4", in: folder, PushFilms.passed)
        let run = try PushProcess.run([
            "--fallback", "\(relay.url)/whip/k", film, "http://127.0.0.1:1/whip",
        ])
        #expect(run.status == 0, "\(run.talk)")
        #expect(run.talk.contains("the fallback has the show now"), "\(run.talk)")
        #expect(run.talk.contains("60 pictures"), "\(run.talk)")
    }

    @Test func `devices are listed`() throws {
        let run = try PushProcess.run(["devices", "-o", "json"])
        #expect(run.status == 0, "\(run.talk)")
        #expect(run.output.contains("lc.devices/1"))
    }

    @Test func `the tables have no problems`() {
        #expect(WHIPPush.program.problems.isEmpty, "\(WHIPPush.program.problems)")
    }
}

extension String {
    /// How often some words are in it.
    fileprivate func components(_ words: String) -> Int {
        var count = 0
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(words) { count += 1 }
            rest = rest.dropFirst()
        }
        return count
    }
}
