import Media
import TestSupport
import Testing
import WebRTC

@Suite(.enabled(if: TestFiles.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct InputReaderTests {
    let folder = ScratchFolder()

    @Test(arguments: [InputOptions.Probing.quick, .full])
    func `an MP4 tells its tracks and gives its frames`(probing: InputOptions.Probing) throws {
        let path = try TestFiles.make(
            "a.mp4", in: folder,
            TestFiles.picture + TestFiles.sound + TestFiles.x264
                + ["-bf", "0", "-c:a", "aac", "-ac", "2"])
        let reader = try InputReader(
            .file(path: path),
            options: InputOptions(start: .zero, probing: probing, timeout: .seconds(10)),
            stop: StopFlag())
        #expect(reader.tracks.map(\.codec) == [.webRTC(.h264), .aac])
        #expect(reader.tracks.map(\.profile) == ["High", "LC"])
        #expect(
            reader.tracks[0].content
                == .picture(
                    PictureTrack(
                        size: PictureSize(width: 320, height: 240), rate: .thirty,
                        hasReorderedFrames: false, rotation: 0)))
        #expect(reader.tracks[1].content == .sound(SoundTrack(sampleRate: 44_100, channels: 2)))
        #expect(reader.tracks[0].timeBase == TimeBase(numerator: 1, denominator: 15_360))
        #expect(!reader.tracks[0].configuration.isEmpty && !reader.isLive)
        #expect(reader.tracks[0].duration == .seconds(2))
        let frames = try reader.rest()
        let pictures = frames.filter { $0.track == 0 }
        #expect(pictures.count == 60)
        #expect(pictures.compactMap(\.presentation) == (0..<60).map { $0 * 512 })
        #expect(pictures.filter(\.isKeyframe).count == 2)
        #expect(frames.filter { $0.track == 1 }.count > 80)
        #expect(!reader.hasReorderedFrames)
    }
}
