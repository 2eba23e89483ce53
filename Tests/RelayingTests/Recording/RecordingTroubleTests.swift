import Recordings
import Primitives
import TestSupport
import Testing
import WebRTC

@testable import Relaying

/// What a recording makes of losses, new publishers, new sizes, and strange clocks.
@Suite struct RecordingTroubleTests {
    private static func publisher() throws -> PublisherModel {
        PublisherModel([try .clip(.h264), try .clip(.opus)])
    }

    @Test func `losses leave gaps that are listed, and nothing moves`() throws {
        var model = try Self.publisher()
        // Some packets of pictures in the third second, and ten packets of sound.
        let frames = model.tracks[0].clip.frames
        model.isLost = { track, packet, frame in
            track == 0 ? frame == 60 : (200..<210).contains(packet)
        }
        let bench = RecordingBench()
        try bench.publish(model)
        bench.finish()
        let media = try bench.media()
        try media.play()
        let pictures = media.packets["video"] ?? []
        let sounds = media.packets["audio"] ?? []
        #expect(pictures.allSatisfy { $0.time % 3600 == 0 })
        #expect(pictures.last?.time == Int64((frames.count - 1) * 3600))
        #expect(sounds.count == model.tracks[1].clip.frames.count - 10)
        #expect(sounds.last?.time == Int64((model.tracks[1].clip.frames.count - 1) * 960 + 9600))
        #expect(try media.decoded("video") == pictures.count)
        // The pictures go on at the next keyframe, that of the fourth second.
        let gaps = try bench.document()["gaps"]?.arrayValue ?? []
        let sound = gaps.first { $0["track"] == 2 }
        #expect(sound?["start_ticks"] == .integer(200 * 960 + 9600))
        #expect(sound?["end_ticks"] == .integer(210 * 960 + 9600))
        #expect(sound?["packets"] == 10 && sound?["reason"] == "lost")
        let picture = gaps.first { $0["track"] == 1 }
        #expect(picture?["end_ticks"] == .integer(75 * 3600))
        // Where the last picture before it ends, taken to be a thirtieth of a second long.
        #expect(picture?["start_ticks"] == .integer(59 * 3600 + 3000))
        #expect(gaps.count == 2, "\(gaps.map(\.text))")
        #expect(picture?["reason"] == "lost")

    }

    @Test func `packets that come late but in time leave no gap`() throws {
        var model = try Self.publisher()
        model.isLost = { _, packet, _ in packet % 40 == 39 }
        var all = try model.deliveries()
        let came = Set(all.compactMap(Self.name))
        model.isLost = { _, _, _ in false }
        all += try model.deliveries().filter { Self.name($0).map { !came.contains($0) } ?? false }
            .map {
                PublisherModel.Delivery(
                    at: $0.at + .milliseconds(250), order: $0.order, content: $0.content)
            }
        let bench = RecordingBench()
        bench.recording.begin(model.publication)
        bench.deliver(all.sorted { ($0.at, $0.order) < ($1.at, $1.order) })
        bench.recording.endPublication(at: bench.now)
        bench.finish()
        let media = try bench.media()
        try media.play()
        #expect(media.packets["video"]?.count == model.tracks[0].clip.frames.count)
        #expect(media.packets["audio"]?.count == model.tracks[1].clip.frames.count)
        #expect(try bench.document()["gaps"] == .array([]))
    }

    private static func name(_ delivery: PublisherModel.Delivery) -> UInt64? {
        guard case .packet(_, let packet) = delivery.content else { return nil }
        return UInt64(packet.header.ssrc) << 16 | UInt64(packet.header.sequenceNumber)
    }

    @Test func `pictures change their size within one file`() throws {
        let small = try RecordingClip.clip(.h264)
        let large = try RecordingClip.h264(size: "640x360", isReordered: false)
        let both = RecordingClip(
            codec: .h264, frames: small.frames + large.frames, ticksPerFrame: 3600)
        let bench = RecordingBench()
        try bench.publish(PublisherModel([both]))
        bench.finish()
        let media = try bench.media()
        try media.play()
        #expect(try media.decoded("video") == both.frames.count)
        let sizes = try bench.document()["tracks"]?.arrayValue?.first?["sizes"]?.arrayValue
        #expect(sizes?.map { $0["width"] } == [320, 640])
        #expect(sizes?.last?["at_ticks"] == .integer(Int64(small.frames.count * 3600)))
        let run = try ProcessRun.run(
            RecordingClip.ffprobe,
            ["-v", "error", "-show_entries", "frame=width", "-of", "csv=p=0", media.path],
            environment: [:])
        #expect(Set(run.output.split(separator: "\n").map { $0.prefix(3) }) == ["320", "640"])
    }

    @Test func `a new publisher goes on in the same file`() throws {
        var first = try Self.publisher()
        first.tracks[0].clip = try RecordingClip.h264(size: "640x360", isReordered: false)
        var second = try Self.publisher()
        second.begun = first.begun + .seconds(10)
        second.senderClock = 5_000_000_000
        for place in second.tracks.indices {
            second.tracks[place].ssrc += 50
            second.tracks[place].timestamp = 77
        }
        let bench = RecordingBench()
        try bench.publish(first)
        try bench.publish(second)
        bench.finish()
        let media = try bench.media()
        try media.play()
        let pictures = media.packets["video"] ?? []
        let sounds = media.packets["audio"] ?? []
        #expect(pictures.count == 2 * 150)
        #expect(try media.decoded("video") == 300)
        // By when its packets arrive: ten seconds later, and in sync within itself.
        let resumed = pictures.first { $0.time > 6 * 90_000 }?.time ?? 0
        let heard = sounds.first { $0.time > Int64(6.5 * 48_000) }?.time ?? 0
        #expect(abs(resumed - 900_000) <= 90 * 80)
        #expect(heard * 90_000 - resumed * 48_000 == 90_000 * 48_000 / 5)
        let document = try bench.document()
        let gaps = document["gaps"]?.arrayValue ?? []
        #expect(gaps.map { $0["reason"] } == ["absent", "absent"])
        #expect(document["publishers"]?.arrayValue?.count == 2)
        #expect(bench.said.count == 2, "\(bench.said)")
    }

    @Test func `another codec begins another file`() throws {
        let first = try Self.publisher()
        var second = PublisherModel([try .clip(.vp9), try .clip(.opus)])
        second.begun = first.begun + .seconds(8)
        let bench = RecordingBench()
        try bench.publish(first)
        try bench.publish(second)
        bench.finish()
        for (name, codec) in [("friday", "h264"), ("friday-2", "vp9")] {
            let media = try bench.media(name)
            #expect(media.codecs["video"] == codec)
            try media.play()
            #expect(try media.decoded("video") == 150)
            #expect(try media.decoded("audio") == second.tracks[1].clip.frames.count)
            #expect(try bench.document(name)["state"] == "complete")
        }
    }

    @Test func `a camera that is switched on later begins another file`() throws {
        var both = try Self.publisher()
        both.tracks[0].start = .seconds(5.5)
        let bench = RecordingBench()
        // Announced are both, and the picture is late.
        bench.recording.begin(both.publication)
        try bench.deliver(both)
        bench.recording.endPublication(at: bench.now)
        bench.finish()
        let media = try bench.media("friday-2")
        try media.play()
        #expect(try media.decoded("video") == 150)
        #expect(try bench.media("friday").packets["video"] == nil)
    }

    @Test func `without reports sound and picture are aligned by arrival`() throws {
        var model = try Self.publisher()
        model.reports = false
        let bench = RecordingBench()
        try bench.publish(model)
        bench.finish()
        let media = try bench.media()
        // Captured 200 ms apart, and 70 ms more of transit for the picture.
        #expect(media.packets["audio"]?.first?.time == Int64(130 * 48))
        #expect(media.packets["video"]?.first?.time == 0)
        try media.play()
    }

    @Test func `sound that overtakes an earlier picture takes nothing from it`() throws {
        var model = try Self.publisher()
        model.tracks[1].start = model.tracks[0].start + .milliseconds(5)
        let bench = RecordingBench()
        try bench.publish(model)
        bench.finish()
        let media = try bench.media()
        #expect(media.packets["video"]?.first?.time == 0)
        #expect(media.packets["video"]?.count == model.tracks[0].clip.frames.count)
        #expect(media.packets["audio"]?.first?.time == 240)
        #expect(media.packets["audio"]?.count == model.tracks[1].clip.frames.count)
    }

    @Test func `clocks that drift apart stay in sync`() throws {
        var model = try Self.publisher()
        // Six seconds of pictures, then the same again: a show of two minutes.
        model.tracks[0].clip = Self.repeated(model.tracks[0].clip, 20)
        model.tracks[1].clip = Self.repeated(model.tracks[1].clip, 20)
        // Half a thousandth: 60 ms in two minutes.
        model.tracks[1].driftPerMillion = 500
        let bench = RecordingBench()
        try bench.publish(model)
        bench.finish()
        let media = try bench.media()
        let pictures = media.packets["video"] ?? []
        let sounds = media.packets["audio"] ?? []
        // By wall time the last picture is 119.96 s behind the first.
        let lastPicture = Double(pictures.last?.time ?? 0) / 90_000
        let wanted = 0.2 * (1 + 0.0005) + 119.96 * 1.0005 - 0.2
        #expect(abs(lastPicture - wanted) < 0.02, "\(lastPicture) and not \(wanted)")
        let steps = zip(sounds, sounds.dropFirst()).allSatisfy { $1.time - $0.time == 960 }
        #expect(steps)
    }

    @Test func `a sender that reports unpunctually moves nothing`() throws {
        var model = try Self.publisher()
        model.tracks[0].clip = Self.repeated(model.tracks[0].clip, 10)
        model.tracks[1].clip = Self.repeated(model.tracks[1].clip, 10)
        var random = SeededRandom(seed: 12)
        // Each report is up to 20 ms late or early.
        model.reportError = { .milliseconds(Int.random(in: -20...20, using: &random)) }
        let bench = RecordingBench()
        try bench.publish(model)
        bench.finish()
        let pictures = try bench.media().packets["video"] ?? []
        let steps = zip(pictures, pictures.dropFirst()).filter { $1.time - $0.time != 3600 }
        // The first reports may have been far out, and are corrected once.
        #expect(steps.count < 40, "\(steps.count)")
    }

    private static func repeated(_ clip: RecordingClip, _ times: Int) -> RecordingClip {
        RecordingClip(
            codec: clip.codec,
            frames: (0..<times).flatMap { _ in clip.frames }, ticksPerFrame: clip.ticksPerFrame)
    }

    @Test func `of several layers the best is recorded, and another while that is silent`() throws {
        let small = try RecordingClip.clip(.h264)
        let large = try RecordingClip.h264(size: "640x360", isReordered: false)
        var model = PublisherModel([small, large])
        model.tracks[1].media = 0
        model.tracks[1].layer = 1
        model.tracks[1].timestamp = 5
        model.tracks[1].start = model.tracks[0].start
        // The large layer ends after three seconds.
        model.tracks[1].clip = RecordingClip(
            codec: .h264, frames: Array(large.frames[..<75]), ticksPerFrame: 3600)
        let bench = RecordingBench()
        try bench.publish(model)
        bench.finish()
        let media = try bench.media()
        try media.play()
        let sizes = try bench.document()["tracks"]?.arrayValue?.first?["sizes"]?.arrayValue
        #expect(sizes?.map { $0["width"] } == [640, 320])
        #expect(sizes?.last?["at_ticks"] == .integer(5 * 90_000))
    }

    @Test func `whatever arrives, nothing traps`() throws {
        var random = SeededRandom(seed: 4)
        for codec in [Codec.h264, .h265, .vp8, .vp9, .av1] {
            var model = PublisherModel([try .clip(codec), try .clip(.opus)])
            model.reports = true
            var deliveries = try model.deliveries()
            for place in deliveries.indices where Int.random(in: 0..<4, using: &random) == 0 {
                let delivery = deliveries[place]
                guard case .packet(var bytes, let packet) = delivery.content else { continue }
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                        in: 0...255, using: &random)
                }
                guard let header = try? RTPHeader(parsing: bytes.span) else { continue }
                deliveries[place] = PublisherModel.Delivery(
                    at: delivery.at, order: delivery.order,
                    content: .packet(
                        bytes,
                        PublishedPacket(
                            media: packet.media, layer: packet.layer, header: header,
                            arrival: packet.arrival, isRepaired: false, captured: nil)))
            }
            let bench = RecordingBench()
            bench.recording.begin(model.publication)
            bench.deliver(deliveries)
            bench.recording.endPublication(at: bench.now)
            bench.finish()
            let document = try bench.document()
            #expect(document["schema"] == "lc.recording/1")
        }
    }

    @Test(arguments: [
        ("friday", "friday"), ("../../etc/passwd", "%2e.%2f..%2fetc%2fpasswd"),
        (".hidden", "%2ehidden"), ("a b/c", "a%20b%2fc"), ("", "%"), ("v1.2", "v1.2"),
    ])
    func `a show's name is a file's name`(show: String, stem: String) {
        #expect(RecordingName.stem(show) == stem)
    }
}
