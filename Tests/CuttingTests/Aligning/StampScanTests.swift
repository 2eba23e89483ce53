import Commerce
import Media
import Primitives
import TestSupport
import Testing
import WebRTC

@testable import Cutting

@Suite(.enabled(if: ShowFilms.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct StampScanTests {
    private static let size = PictureSize(width: 320, height: 180)
    private static let began = WallClock(millisecondsSince1970: 1_795_000_000_123)

    /// A recording of six seconds whose pictures say when they were made; or that say nothing.
    private static func recording(in folder: ScratchFolder, isStamped: Bool) throws -> String {
        let stamp = try #require(PictureStamp(in: size))
        var bytes: [UInt8] = []
        for index in 0..<150 {
            let picture = try Picture(size: size)
            for plane in 0..<3 {
                picture.draw(plane) { span in
                    for place in span.indices { span[place] = plane == 0 ? 90 : 128 }
                }
            }
            if isStamped {
                let code = PatternCode(
                    began + .milliseconds(index * 40), number: Int64(index), isPattern: false)
                try stamp.burn(code, into: picture)
            }
            for plane in 0..<3 { append(picture, plane, to: &bytes) }
        }
        folder.write(bytes, to: "raw.yuv")
        let run = try ProcessRun.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-f", "rawvideo", "-s", "320x180", "-r", "25", "-i", "raw.yuv",
                "-c:v", "libx264", "-g", "30", "-bf", "2", "-pix_fmt", "yuv420p", "show.mp4",
            ], environment: ["PATH": "/usr/bin:/bin"], folder: folder.path)
        try #require(run.status == 0, "\(run.talk)")
        return folder.path("show.mp4")
    }

    private static func append(_ picture: Picture, _ plane: Int, to bytes: inout [UInt8]) {
        let (width, height) = plane == 0 ? (320, 180) : (160, 90)
        let stride = picture.stride(of: plane)
        let span = picture.plane(plane)
        for row in 0..<height {
            for column in 0..<width { bytes.append(span[row * stride + column]) }
        }
    }

    @Test func `the burned clock says when the recording began, exactly`() throws {
        let folder = ScratchFolder()
        let path = try Self.recording(in: folder, isStamped: true)
        let readings = try StampScan(path, stop: StopFlag()).readings(
            duration: MediaTime(ticks: 6, timescale: 1), origin: MediaTime(ticks: 0, timescale: 1),
            near: Self.began + .seconds(3600))
        #expect(readings.start == Self.began)
        #expect(readings.spreadMilliseconds == 0)
        #expect(readings.readings.count == 5)
    }

    @Test func `a recording without a clock says how many pictures were looked at`() throws {
        let folder = ScratchFolder()
        let path = try Self.recording(in: folder, isStamped: false)
        #expect {
            try StampScan(path, stop: StopFlag()).readings(
                duration: MediaTime(ticks: 6, timescale: 1),
                origin: MediaTime(ticks: 0, timescale: 1), near: Self.began)
        } throws: { error in
            if case AlignProblem.noClock(let looked) = error { looked == 5 } else { false }
        }
    }

    @Test func `the median is not moved by a clock that was read wrong`() throws {
        var readings: [StampReadings.Reading] = []
        for index in 0..<9 {
            let wrong = index == 3 ? 500_000 : index % 2
            readings.append(
                StampReadings.Reading(
                    mediaMilliseconds: Int64(index * 1000),
                    wall: Self.began + .milliseconds(index * 1000 + wrong)))
        }
        let found = try #require(StampReadings(readings))
        #expect(found.start == Self.began)
        #expect(found.spreadMilliseconds == 500_000)
        #expect(StampReadings([]) == nil)
    }
}
