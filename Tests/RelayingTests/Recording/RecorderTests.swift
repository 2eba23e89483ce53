import Glibc
import Recordings
import Network
import Primitives
import TestSupport
import Testing
import WebRTC

@testable import Relaying

/// The recorder with its thread, and in a process that is killed or has no room left.
@Suite struct RecorderTests {
    private static let repository =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/")

    private static func now() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Hands a publisher's packets to a tap: all at once, or as they would come.
    private static func feed(
        _ tap: any PublicationTap, _ model: PublisherModel, isPaced: Bool
    ) throws {
        for delivery in try model.deliveries() {
            while isPaced, now() < delivery.at { usleep(2000) }
            switch delivery.content {
            case .packet(let bytes, let packet): tap.packet(bytes.span, packet)
            case .report(let report, let media, let layer):
                tap.report(report, media: media, layer: layer, arrival: delivery.at)
            }
        }
        tap.ended(at: now())
    }

    private static func model(rounds: Int, begun: Instant) throws -> PublisherModel {
        var model = PublisherModel([try .clip(.h264), try .clip(.opus)])
        model.begun = begun
        for place in model.tracks.indices {
            let clip = model.tracks[place].clip
            model.tracks[place].clip = RecordingClip(
                codec: clip.codec, frames: (0..<rounds).flatMap { _ in clip.frames },
                ticksPerFrame: clip.ticksPerFrame)
        }
        return model
    }

    private static func settings(_ folder: String) -> RecorderSettings {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return RecorderSettings(
            folder: folder, pause: .seconds(600), patience: .standard, documentAge: .seconds(1),
            wallClock: WallClockAnchor(
                instant: now(),
                nanosecondsSince1970: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)))
    }

    @Test func `what goes through the recorder's thread is recorded whole`() throws {
        let folder = ScratchFolder()
        let notices = Monitor([RecordingNotice]())
        let recorder = try Recorder(Self.settings(folder.path("recordings"))) { notice in
            notices.change { $0.append(notice) }
        }
        let model = try Self.model(rounds: 18, begun: Self.now() + .seconds(-120))
        let tap = recorder.tap(model.publication)
        try Self.feed(tap, model, isPaced: false)
        recorder.close()
        let media = try ProbedMedia(folder.path("recordings/friday.mp4"))
        try media.play()
        #expect(media.packets["video"]?.count == model.tracks[0].clip.frames.count)
        #expect(media.packets["audio"]?.count == model.tracks[1].clip.frames.count)
        let said = notices.change { $0 }
        #expect(said.count == 2, "\(said)")
        let document = try JSON(parsing: folder.read("recordings/friday.recording.json"))
        #expect(document["gaps"] == .array([]) && document["state"] == "complete")
        let started = document["started_at"]?.stringValue.flatMap { WallClock(rfc3339: $0) }
        let anchor = Self.settings(folder.path).wallClock
        let wanted = anchor.time(at: model.begun + .milliseconds(120))
        let error = (started?.millisecondsSince1970 ?? 0) - wanted.millisecondsSince1970
        #expect(abs(error) < 10)
        try Self.checkSchema(document, folder)
    }

    private static func checkSchema(_ document: JSON, _ folder: ScratchFolder) throws {
        let schema = Files.read("\(repository)/docs/schemas/whip-relay/recording.schema.json") ?? ""
        folder.write(schema, to: "recording.schema.json")
        let check = try ProcessRun.run(
            "\(repository)/scripts/check-schemas", [folder.path, "-"],
            environment: ["LANG": "C.UTF-8"], input: document.text)
        #expect(check.status == 0, "\(check.output)\(check.talk)")
    }

    // MARK: - In a process of its own

    /// What the tests below run once more, with a variable that names its folder.
    @Test(.enabled(if: unsafe getenv("LC_RECORDING_CHILD") != nil))
    func `a process that records`() throws {
        guard let folder = unsafe getenv("LC_RECORDING_CHILD").map({ unsafe String(cString: $0) })
        else { return }
        let isPaced = unsafe getenv("LC_RECORDING_PACED") != nil
        let recorder = try Recorder(Self.settings(folder)) { notice in
            // Where it is read by the parent, whatever becomes of this process.
            let text = "\(notice)\n"
            _ = unsafe write(2, text, text.utf8.count)
        }
        let begun = Self.now() + (isPaced ? .zero : .seconds(-120))
        let model = try Self.model(rounds: 18, begun: begun)
        let tap = recorder.tap(model.publication)
        try Self.feed(tap, model, isPaced: isPaced)
        recorder.close()
    }

    private static var childArguments: [String] {
        let bundle =
            CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return [
            bundle, "--skip-build", "--filter", "RelayingTests.RecorderTests", "--testing-library",
            "swift-testing",
        ]
    }

    private static func environment(_ folder: String) -> [String: String] {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin:/bin"
        var environment = ["PATH": path, "LC_RECORDING_CHILD": folder]
        if let library = unsafe getenv("LD_LIBRARY_PATH") {
            environment["LD_LIBRARY_PATH"] = unsafe String(cString: library)
        }
        return environment
    }

    private static var isParent: Bool { unsafe getenv("LC_RECORDING_CHILD") == nil }

    @Test(.enabled(if: isParent))
    func `killed while it writes, a recording plays up to its last fragment`() throws {
        let folder = ScratchFolder()
        var environment = Self.environment(folder.path)
        environment["LC_RECORDING_PACED"] = "1"
        let words = Self.childArguments
        let child = try RunningProcess(
            words[0], Array(words.dropFirst()), environment: environment)
        try eventually("four fragments are there", within: .seconds(60)) {
            Files.exists(folder.path("friday.mp4"))
                && Self.fragments(Files.bytes(folder.path("friday.mp4")) ?? []) >= 4
        }
        child.signal(SIGKILL)
        let run = try child.finish()
        #expect(run.ending == .killed(signal: SIGKILL))
        let bytes = Files.bytes(folder.path("friday.mp4")) ?? []
        let media = try ProbedMedia(folder.path("friday.mp4"))
        try media.play()
        #expect(media.packets["video"]?.count ?? 0 >= 4 * 25 - 1)
        #expect(try media.decoded("video") == media.packets["video"]?.count)
        let document = try JSON(parsing: folder.read("friday.recording.json"))
        #expect(document["state"] == "recording" && document["sha256"] == nil)
        try Self.checkSchema(document, folder)
        // Wherever the file is torn off, what is whole before plays.
        var random = SeededRandom(seed: 9)
        for _ in 0..<5 {
            let torn = Int.random(in: 2_000..<bytes.count, using: &random)
            let path = folder.write(Array(bytes[..<torn]), to: "torn.mp4")
            let whole = Self.fragments(Array(bytes[..<torn]))
            guard whole > 0 else { continue }
            let decoded = try ProcessRun.run(
                RecordingClip.ffprobe,
                [
                    "-v", "quiet", "-count_frames", "-select_streams", "v", "-show_entries",
                    "stream=nb_read_frames", "-of", "csv=p=0", path,
                ], environment: [:])
            #expect(Int(decoded.output.filter(\.isNumber)) ?? 0 >= whole * 25 - 1)
        }
    }

    /// Whole fragments: each ends with its media.
    private static func fragments(_ bytes: [UInt8]) -> Int {
        var (place, count) = (0, 0)
        while place + 8 <= bytes.count {
            let size = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, place + size <= bytes.count else { break }
            if bytes[(place + 4)..<(place + 8)].elementsEqual("mdat".utf8) { count += 1 }
            place += size
        }
        return count
    }

    @Test(.enabled(if: isParent), arguments: ["limit", "disk"])
    func `without room a recording ends with words, and what is there plays`(
        kind: String
    ) throws {
        let folder = ScratchFolder()
        let recordings = folder.path("recordings")
        _ = unsafe mkdir(recordings, 0o755)
        let script =
            kind == "limit"
            ? #"prlimit --fsize=1500000 "$@""#
            : """
            mount -t tmpfs -o size=1500k none "$LC_RECORDING_CHILD" && { "$@"; true; }
            cp -r "$LC_RECORDING_CHILD" "$LC_RECORDING_CHILD.out" && umount "$LC_RECORDING_CHILD"
            cp "$LC_RECORDING_CHILD.out"/* "$LC_RECORDING_CHILD"
            """
        let shell = ["/bin/sh", "-c", script, "sh"] + Self.childArguments
        let words = kind == "disk" ? ["/usr/bin/unshare", "-rm"] + shell : shell
        let run = try ProcessRun.run(
            words[0], Array(words.dropFirst()), environment: Self.environment(recordings))
        let code = kind == "limit" ? EFBIG : ENOSPC
        let told = run.talk.split(separator: "\n").filter { $0.contains("failed(") }
        #expect(told.count == 1 && told.first?.contains("code: \(code))") == true, "\(run.talk)")
        let media = try ProbedMedia("\(recordings)/friday.mp4")
        try media.play()
        #expect(try media.decoded("video") > 100)
        let document = try JSON(parsing: Files.read("\(recordings)/friday.recording.json") ?? "")
        #expect(document["state"] == "failed")
        #expect(document["problem"]?["errno"] == .integer(Int64(code)))
        let digest = try ProcessRun.run("/usr/bin/sha256sum", [media.path], environment: [:])
        #expect(digest.output.hasPrefix(document["sha256"]?.stringValue ?? "none"))
    }

    @Test func `a recorder that does not keep up drops, and says where`() throws {
        var queue = BatchQueue()
        var batch = PacketBatch()
        let full = [UInt8](repeating: 0, count: PacketBatch.size)
        for _ in 0..<BatchQueue.maximumBytes / PacketBatch.size {
            batch.bytes = full
            #expect(queue.exchange(&batch).isTaken)
        }
        batch.bytes = full
        let isTaken = queue.exchange(&batch).isTaken
        #expect(!isTaken)
        // What the recording makes of it: the next loss was no loss of the network.
        var model = PublisherModel([try .clip(.h264), try .clip(.opus)])
        model.isLost = { track, packet, _ in track == 1 && (100..<150).contains(packet) }
        let bench = RecordingBench()
        bench.recording.begin(model.publication)
        bench.recording.dropped(50)
        try bench.deliver(model)
        bench.recording.endPublication(at: bench.now)
        bench.finish()
        let gaps = try bench.document()["gaps"]?.arrayValue ?? []
        #expect(gaps.map { $0["reason"] } == ["dropped"])
    }
}
