import Cutting
import Media
import TestSupport
import Testing

/// Outputs with one thing wrong each.
@Suite(.enabled(if: ShowFilms.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct VerifierTests {
    private func codes(_ path: String, source: CutSource? = nil) throws -> [String] {
        try MovieVerifier.verify(
            path, source: source, threads: 1, stop: StopFlag(), progress: { _ in }
        ).findings.map(\.code)
    }

    private func film(_ folder: ScratchFolder, _ more: [String] = []) throws -> String {
        try ShowFilms.make(
            "film.mp4", in: folder,
            [
                "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=6", "-f", "lavfi",
                "-i", "sine=frequency=440:sample_rate=48000:duration=6", "-c:v", "libx264",
                "-preset", "veryfast", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-bf",
                "2", "-pix_fmt", "yuv420p", "-c:a", "aac",
            ] + more)
    }

    @Test func `a whole movie is sound`() throws {
        let folder = ScratchFolder()
        let report = try MovieVerifier.verify(
            film(folder), source: nil, threads: 2, stop: StopFlag(), progress: { _ in })
        #expect(report.findings.isEmpty)
        #expect(report.pictures == 180)
        #expect(report.isWhole)
    }

    @Test func `what cannot be decoded is told with its time`() throws {
        let folder = ScratchFolder()
        var bytes = try #require(Files.bytes(film(folder)))
        // In the midst of the media, which stands before the index.
        let middle = bytes.count / 2
        for index in middle..<middle + 3000 { bytes[index] ^= 0x5A }
        let path = folder.write(bytes, to: "damaged.mp4")
        let report = try MovieVerifier.verify(
            path, source: nil, threads: 1, stop: StopFlag(), progress: { _ in })
        let finding = try #require(report.findings.first { $0.code == "undecodable" })
        let time = try #require(finding.time)
        #expect((1_500_000...5_000_000).contains(time), "\(time)")
        #expect(!report.isWhole)
    }

    @Test func `what is cut off, or nothing at all, is told as such`() throws {
        let folder = ScratchFolder()
        let bytes = try #require(Files.bytes(film(folder, ["-movflags", "+faststart"])))
        let cut = folder.write(Array(bytes[..<(bytes.count / 2)]), to: "cut.mp4")
        #expect(try codes(cut).contains("damage"))
        #expect(try codes(folder.path("missing.mp4")) == ["unreadable"])
        #expect(try codes(folder.write("words", to: "words.mp4")) == ["not_movie"])
    }

    @Test func `sound that begins late is told`() throws {
        let folder = ScratchFolder()
        let whole = try film(folder)
        let late = try ShowFilms.make(
            "late.mp4", in: folder,
            [
                "-i", whole, "-itsoffset", "0.3", "-i", whole, "-map", "0:v", "-map", "1:a", "-c",
                "copy",
            ])
        let found = try codes(late)
        #expect(found.contains("starts_apart"))
    }

    @Test func `a clip is held against its source picture by picture`() throws {
        let folder = ScratchFolder()
        let whole = try film(folder)
        let clip = try ShowFilms.make(
            "clip.mp4", in: folder,
            [
                "-ss", "1", "-i", whole, "-t", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p",
                "-c:a",
                "aac",
            ])
        let right = CutSource(path: whole, range: Stretch(1_000_000, 3_000_000))
        #expect(try codes(clip, source: right).isEmpty)
        let shifted = CutSource(path: whole, range: Stretch(1_100_000, 3_100_000))
        #expect(try codes(clip, source: shifted).contains("wrong_frame"))
        let longer = CutSource(path: whole, range: Stretch(1_000_000, 3_100_000))
        #expect(try codes(clip, source: longer).contains("wrong_frame_count"))
    }

    @Test func `a package is held against its playlists`() throws {
        let folder = ScratchFolder()
        let whole = try film(folder)
        let list = try ShowFilms.make(
            "v.m3u8", in: folder,
            [
                "-i", whole, "-an", "-c", "copy", "-f", "hls", "-hls_time", "2",
                "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
                "-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename",
                folder.path("p%d.m4s"),
            ])
        func found() throws -> [VerifyFinding] {
            try PackageVerifier(
                folder: folder.path, threads: 1, stop: StopFlag(), progress: { _ in }
            ).verify().findings
        }
        let good = folder.read("v.m3u8")
        #expect(try found().isEmpty)
        folder.write(good.replacing("#EXTINF:2.0", with: "#EXTINF:1.5"), to: "v.m3u8")
        #expect(try found().contains { $0.code == "piece_length" })
        folder.write(good.replacing("p1.m4s", with: "gone.m4s"), to: "v.m3u8")
        #expect(try found().contains { $0.code == "missing_file" && $0.file == "gone.m4s" })
        folder.write(good.replacing("#EXT-X-ENDLIST", with: ""), to: "v.m3u8")
        #expect(try found().contains { $0.code == "not_ended" })
        folder.write(good, to: "v.m3u8")
        folder.write(
            """
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-STREAM-INF:BANDWIDTH=99,AVERAGE-BANDWIDTH=99,CODECS="avc1.42E01E",\
            RESOLUTION=640x360,FRAME-RATE=30
            v.m3u8
            """, to: "main.m3u8")
        #expect(
            try found().map(\.code) == [
                "no_keyframe_playlist", "bandwidth", "codecs", "resolution",
            ])
        #expect(list.hasSuffix("v.m3u8"))
        // Captions are texts: nobody decodes them.
        folder.write("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n", to: "en.vtt")
        let captions = """
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-TARGETDURATION:6
            #EXT-X-MEDIA-SEQUENCE:1
            #EXT-X-PLAYLIST-TYPE:VOD
            #EXTINF:6.000000,
            en.vtt
            #EXT-X-ENDLIST

            """
        folder.write(captions, to: "en.vtt.m3u8")
        let media = #"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="c",NAME="en",URI="en.vtt.m3u8""#
        folder.write(folder.read("main.m3u8") + "\n" + media + "\n", to: "main.m3u8")
        #expect(
            try found().map(\.code) == [
                "no_keyframe_playlist", "bandwidth", "codecs", "resolution",
            ])
        folder.write(captions.replacing("en.vtt", with: "gone.vtt"), to: "en.vtt.m3u8")
        #expect(try found().contains { $0.code == "missing_file" && $0.file == "gone.vtt" })
    }
}
