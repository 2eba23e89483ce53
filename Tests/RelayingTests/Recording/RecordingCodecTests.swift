import Primitives
import TestSupport
import Testing
import WebRTC

@testable import Relaying

/// Whole recordings, without anything going wrong, read by ffprobe and decoded by ffmpeg.
@Suite struct RecordingCodecTests {
    @Test(arguments: [
        (Codec.h264, "h264", "avc1"), (.h265, "hevc", "hvc1"), (.vp8, "vp8", "vp08"),
        (.vp9, "vp9", "vp09"), (.av1, "av1", "av01"),
    ])
    func `every frame is where it was captured and decodes`(
        codec: Codec, name: String, tag: String
    ) throws {
        let (video, audio) = (try RecordingClip.clip(codec), try RecordingClip.clip(.opus))
        let bench = RecordingBench()
        try bench.publish(PublisherModel([video, audio]))
        bench.finish()
        let media = try bench.media()
        #expect(media.codecs["video"] == name && media.tags["video"] == tag)
        #expect(media.codecs["audio"] == "opus")
        // The picture is captured first; the sound 200 ms later, to the tick.
        let pictures = media.packets["video"] ?? []
        let sounds = media.packets["audio"] ?? []
        let isPictureExact =
            pictures.map(\.time) == video.frames.indices.map { Int64($0 * 3600) }
        let isSoundExact =
            sounds.map(\.time) == audio.frames.indices.map { Int64($0 * 960 + 9600) }
        #expect(isPictureExact && isSoundExact, "\(pictures.prefix(3)) \(sounds.prefix(3))")
        #expect(pictures.filter(\.isKey).count == RecordingClip.seconds)
        #expect(try media.decoded("video") == video.frames.count)
        #expect(try media.decoded("audio") == audio.frames.count)
        try media.play()
        let document = try bench.document()
        #expect(document["state"] == "complete")
        #expect(document["gaps"]?.arrayValue?.isEmpty == true)
        let digest = try ProcessRun.run(
            "/usr/bin/sha256sum", [media.path], environment: [:])
        #expect(digest.output.hasPrefix(document["sha256"]?.stringValue ?? "none"))
    }

    @Test(arguments: [Codec.h264, .opus])
    func `one medium alone is a recording`(codec: Codec) throws {
        let clip = try RecordingClip.clip(codec)
        let bench = RecordingBench()
        try bench.publish(PublisherModel([clip]))
        bench.finish()
        let media = try bench.media()
        #expect(media.packets.count == 1)
        #expect(try media.decoded(codec.kind.rawValue) == clip.frames.count)
        try media.play()
    }

    @Test func `pictures that come in another order are shown in theirs`() throws {
        let clip = try RecordingClip.h264(size: "320x240", isReordered: true)
        let bench = RecordingBench()
        var model = PublisherModel([clip])
        model.reports = false
        // The timestamps of frames in the order in which they are decoded: I P B B P B B …
        let order = try Self.shownOrder(clip)
        try bench.publish(model, timestamps: [order.map { UInt32($0 * 3600) }])
        bench.finish()
        let media = try bench.media()
        let times = media.packets["video"]?.map(\.time) ?? []
        #expect(times == order.map { Int64($0 * 3600 + 22_500) })
        #expect(try media.decoded("video") == clip.frames.count)
        try media.play()
    }

    /// By ffprobe, from the same stream in a container that keeps the order.
    private static func shownOrder(_ clip: RecordingClip) throws -> [Int] {
        let folder = ScratchFolder()
        let path = folder.write(clip.frames.flatMap { $0 }, to: "clip.h264")
        let run = try ProcessRun.run(
            RecordingClip.ffprobe,
            [
                "-v", "error", "-select_streams", "v", "-show_entries", "frame=pkt_pos", "-of",
                "csv=p=0", path,
            ], environment: [:])
        let places = run.output.split(separator: "\n").compactMap {
            Int($0.filter(\.isNumber))
        }
        // Shown in this order; decoded in that of their places.
        let decoded = places.sorted()
        return decoded.map { place in places.firstIndex(of: place) ?? 0 }
    }

    @Test func `a recording has no place for telephone sound, and says so`() throws {
        let bench = RecordingBench()
        var model = PublisherModel([try .clip(.h264), try .clip(.opus)])
        model.tracks[1].clip = RecordingClip(
            codec: .pcmu, frames: model.tracks[1].clip.frames, ticksPerFrame: 160)
        try bench.publish(model)
        bench.finish()
        #expect(bench.said.first == .notRecorded(show: "friday", codec: "PCMU"))
        #expect(try bench.media().packets.count == 1)
    }
}
