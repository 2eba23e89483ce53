@testable import Media
import Primitives
import TestSupport
import Testing
import WebRTC

/// Burned clocks after what is done to pictures on their way.
@Suite(.enabled(if: TestFiles.hasFFmpeg))
struct StampTests {
    private static let start = WallClock(millisecondsSince1970: 1_795_254_123_456)
    private static let size = PictureSize(width: 1280, height: 720)
    private static let count: Int64 = 120

    /// Something that is done to pictures, as words for ffmpeg.
    struct Treatment: Sendable, CustomTestStringConvertible {
        let name: String
        let words: [String]
        /// Of a hundred pictures, how many may be unreadable.
        let unread: Int
        var isBlended = false

        var testDescription: String { name }

        static func filtered(
            _ name: String, _ filter: String, _ unread: Int, isBlended: Bool = false
        ) -> Treatment {
            Treatment(
                name: name,
                words: [
                    "-vf", filter, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
                    "-b:v", "1500k",
                ], unread: unread, isBlended: isBlended)
        }

        static let all: [Treatment] = [
            filtered("half the size", "scale=640:360", 2),
            Treatment(
                name: "180 lines at 150 kbit/s, x264",
                words: [
                    "-vf", "scale=320:180", "-c:v", "libx264", "-preset", "veryfast", "-b:v",
                    "150k", "-maxrate", "150k", "-bufsize", "150k", "-pix_fmt", "yuv420p",
                ], unread: 5),
            Treatment(
                name: "180 lines at 150 kbit/s, VP8",
                words: [
                    "-vf", "scale=320:180", "-c:v", "libvpx", "-deadline", "realtime",
                    "-cpu-used", "8", "-b:v", "150k", "-maxrate", "150k", "-bufsize", "150k",
                ], unread: 5),
            filtered("a letterbox", "scale=960:540,pad=1280:720:160:90:black", 2),
            filtered("a pillarbox", "scale=404:720,pad=1280:720:438:0:gray", 2),
            filtered("cropped sides", "crop=1236:684:24:20", 2),
            filtered("another shape", "scale=640:400", 2),
            filtered("a corner of a large picture", "scale=480:270,pad=1280:720:760:60:gray", 2),
            filtered(
                "a corner upon something else",
                "scale=426:240[a];testsrc2=size=1280x720:rate=30[b];[b][a]overlay=820:440:"
                    + "shortest=1", 4),
            filtered(
                "blended to 25 per second", "framerate=fps=25:interp_start=0:interp_end=255",
                75, isBlended: true),
            filtered(
                "blended to 24 per second", "minterpolate=fps=24:mi_mode=blend", 75,
                isBlended: true),
            filtered("every second one blended", "tmix=frames=2", 100, isBlended: true),
            filtered("thinned to 15 per second", "fps=15", 2),
            filtered("the full range", "scale=in_range=tv:out_range=pc", 2),
            filtered("little contrast", "eq=contrast=0.5:brightness=0.15", 2),
            filtered("noise", "noise=alls=25:allf=t", 3),
        ]
    }

    private struct Counts {
        var read = 0
        var unread = 0
        var wrong = 0
    }

    /// What is treated, made once for all of them.
    private struct Clips: Sendable {
        let folder = ScratchFolder()
        var pattern: String { folder.path("pattern.mkv") }
        var stamped: String { folder.path("stamped.mkv") }

        init() throws {
            try StampTests.makePattern(pattern)
            let plain = try TestFiles.make(
                "plain.mkv", in: folder,
                [
                    "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=4", "-c:v",
                    "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p",
                ])
            try StampTests.burn(plain, stamped)
        }
    }

    private static let clips = Result { try Clips() }

    @Test(arguments: Treatment.all)
    func `the pattern's clock is read after a treatment, or not at all`(
        treatment: Treatment
    ) throws {
        try check(treatment, try Self.clips.get().pattern, isPattern: true)
    }

    @Test(arguments: Treatment.all)
    func `a burned clock is read after a treatment, or not at all`(treatment: Treatment) throws {
        try check(treatment, try Self.clips.get().stamped, isPattern: false)
    }

    private func check(_ treatment: Treatment, _ clip: String, isPattern: Bool) throws {
        let folder = ScratchFolder()
        let treated = try TestFiles.make(
            "out.mkv", in: folder, ["-i", clip] + treatment.words)
        let counts = try Self.read(treated, treatment.isBlended, isPattern)
        if Machine.variable("STAMP_FIGURES") != nil {
            print("\(treatment.name), \(isPattern ? "pattern" : "stamp"): \(counts)")
        }
        #expect(counts.wrong == 0)
        let all = counts.read + counts.unread
        #expect(all >= 50)
        #expect(counts.unread * 100 <= treatment.unread * all, "\(counts.unread) of \(all)")
    }

    private static func writer(_ path: String) throws -> (VideoEncoder, ContainerWriter) {
        let encoder = try VideoEncoder(
            VideoEncoding(
                codec: .h264, size: size, rate: .thirty, bitRate: 12_000_000, keyframeInterval: 60,
                profile: .baseline, threads: 2, parameterSets: .header))
        let track = TrackDescription(
            index: 0, codec: .webRTC(.h264), timeBase: .video,
            content: .picture(
                PictureTrack(size: size, rate: .thirty, hasReorderedFrames: false, rotation: 0)),
            profile: nil, configuration: encoder.configuration, duration: nil, bitRate: nil)
        let writer = try ContainerWriter(
            .file(path: path), tracks: [track], timeout: .seconds(5), stop: StopFlag())
        return (encoder, writer)
    }

    private static func time(_ number: Int64) -> WallClock {
        start + FrameRate.thirty.time(of: number)
    }

    private static func makePattern(_ path: String) throws {
        let pattern = try TestPattern(PatternSettings())
        let (encoder, writer) = try writer(path)
        let (picture, coded) = (Picture(), CodedFrame())
        for number in 0..<count {
            try pattern.draw(number, at: time(number), into: picture)
            try encoder.send(picture)
            while try encoder.receive(into: coded) { try writer.write(coded, track: 0) }
        }
        try writer.finish()
    }

    private static func burn(_ plain: String, _ path: String) throws {
        let stamp = try #require(PictureStamp(in: size))
        let (encoder, writer) = try writer(path)
        let (picture, coded) = (Picture(), CodedFrame())
        var number: Int64 = 0
        try decode(plain) { decoded, _ in
            try picture.share(decoded)
            try stamp.burn(
                PatternCode(time(number), number: number, isPattern: false), into: picture)
            picture.presentation = TimeBase.video.ticks(FrameRate.thirty.time(of: number))
            try encoder.send(picture)
            while try encoder.receive(into: coded) { try writer.write(coded, track: 0) }
            number += 1
        }
        try writer.finish()
    }

    private static func decode(
        _ path: String, _ body: (Picture, Duration) throws -> Void
    ) throws {
        let reader = try InputReader(.file(path: path), options: .plain, stop: StopFlag())
        let decoder = try VideoDecoder(track: 0, of: reader, threads: 1)
        let base = reader.tracks[0].timeBase
        let (coded, picture) = (CodedFrame(), Picture())
        func drain() throws {
            while try decoder.receive(into: picture) {
                try body(picture, base.duration(try #require(picture.presentation)))
            }
        }
        while try reader.read(into: coded) {
            try decoder.send(coded)
            try drain()
        }
        try decoder.send(nil)
        try drain()
    }

    /// A code is right that is one of ours, of a picture which is shown at about that time.
    private static func read(
        _ path: String, _ isBlended: Bool, _ isPattern: Bool
    ) throws -> Counts {
        var reader = StampReader()
        var counts = Counts()
        try decode(path) { picture, moment in
            let reading = reader.read(
                luma: picture.plane(0), stride: picture.stride(of: 0), size: picture.size,
                now: Instant(nanoseconds: moment.wholeNanoseconds))
            guard let code = reading.code else {
                counts.unread += 1
                return
            }
            let number = Int64(code.number)
            let ours = PatternCode(time(number), number: number, isPattern: isPattern)
            let late = moment - FrameRate.thirty.time(of: number)
            let isRight = code == ours && late > .milliseconds(-70) && late < .milliseconds(120)
            if isRight { counts.read += 1 } else { counts.wrong += 1 }
        }
        return counts
    }
}
