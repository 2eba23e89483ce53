import Cutting
import Playlists
import Primitives
import TestSupport
import Testing

struct VTTLintTests {
    @Test(arguments: [
        "WEBVTT\n", "WEBVTT - title\n\n1\n00:01.000 --> 00:02.000 align:start\nwords\n",
        "\u{FEFF}WEBVTT\n\n00:00:01.000 --> 01:00:02.000\na\nb --> c\n\nNOTE x\n",
    ])
    func `what is WebVTT is taken`(text: String) {
        #expect(VTTLint.fault(in: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("", 1), ("WEBVT\n", 1), ("WEBVTT\n\n00:01.000 --> 00:01.000\n", 3),
        ("WEBVTT\n\n0:01.000 --> 00:02.000\n", 3), ("WEBVTT\n\n00:01,000 --> 00:02.000\n", 3),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\n", 6),
    ])
    func `the line that is not is named`(text: String, line: Int) {
        #expect(VTTLint.fault(in: Array(text.utf8)) == line)
    }
}

struct PlaylistLintTests {
    private func media(_ lines: [String]) throws -> [VerifyFinding.Kind] {
        let bytes = Array((["#EXTM3U"] + lines).joined(separator: "\n").utf8)
        guard case .media(let playlist) = try Playlist(parsing: bytes) else { return [] }
        return PlaylistLint.media(playlist, PlaylistTag.all(in: bytes))
    }

    private let good = [
        "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:4", "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MAP:URI=\"i.mp4\"", "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T10:00:00Z",
    ]

    @Test func `a playlist of a finished show is taken`() throws {
        #expect(
            try media(
                good + [
                    "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-01-01T10:00:03Z\"",
                    "#EXTINF:4.0,", "1.m4s", "#EXT-X-ENDLIST",
                ]
            ).isEmpty)
    }

    @Test func `what players stumble over is found`() throws {
        #expect(try media(good + ["#EXTINF:4.0,", "1.m4s"]) == [.notEnded])
        #expect(
            try media(good + ["#EXTINF:4.5,", "1.m4s", "#EXT-X-ENDLIST"]) == [
                .overTarget(piece: 0, milliseconds: 4500, targetMilliseconds: 4000)
            ])
        let ranges = [
            "#EXT-X-DATERANGE:ID=\"late\",START-DATE=\"2026-01-01T10:00:05Z\"",
            "#EXT-X-DATERANGE:ID=\"late\",START-DATE=\"2026-01-01T10:00:01Z\"",
            "#EXT-X-DATERANGE:START-DATE=\"2026-01-01T10:00:01Z\"",
        ]
        #expect(
            try media(good + ranges + ["#EXTINF:4.0,", "1.m4s", "#EXT-X-ENDLIST"]) == [
                .dateRange(id: "late", .outside), .dateRange(id: "late", .twice),
                .dateRange(id: "", .malformed),
            ])
    }

    @Test func `a multivariant playlist says all that players choose by`() {
        let text = """
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.64001F",RESOLUTION=640x360
            v.m3u8
            """
        #expect(
            PlaylistLint.multivariant(PlaylistTag.all(in: Array(text.utf8))) == [
                .missingTag("EXT-X-INDEPENDENT-SEGMENTS"),
                .missingAttribute(tag: "EXT-X-STREAM-INF", line: 3, name: "AVERAGE-BANDWIDTH"),
                .missingAttribute(tag: "EXT-X-STREAM-INF", line: 3, name: "FRAME-RATE"),
                .noKeyframePlaylist,
            ])
    }

    @Test(arguments: [
        (1000, 1100, true), (1000, 1101, false), (1100, 1000, true), (1101, 1000, false),
    ])
    func `a bandwidth may be off by ten in a hundred`(listed: Int64, measured: Int64, fits: Bool) {
        #expect((PlaylistLint.bandwidth(listed: listed, measured: measured) == nil) == fits)
    }
}
