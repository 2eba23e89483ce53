@testable import Playlists
import Primitives
import Testing

@testable import Probing

@Suite struct HLSPlaylistTests {
    static func parse(_ lines: [String]) throws(PlaylistProblem) -> Playlist {
        try Playlist(parsing: Array(lines.joined(separator: "\n").utf8))
    }

    static func media(_ lines: [String]) throws -> MediaPlaylist {
        guard case .media(let media) = try parse(lines) else {
            throw HLSTrouble(words: "not of pieces")
        }
        return media
    }

    @Test func `numbers of pieces that nobody can count on are refused`() throws {
        let head = ["#EXTM3U", "#EXT-X-TARGETDURATION:6"]
        let most = Int64(1) << 62 - 1
        let playlist = try Self.media(
            head + [
                "#EXT-X-MEDIA-SEQUENCE:\(most)", "#EXT-X-SKIP:SKIPPED-SEGMENTS=1000", "#EXTINF:6",
                "a.ts",
            ])
        #expect(playlist.nextSequence == most + 1001)
        for line in ["MEDIA-SEQUENCE:\(most + 1)", "SKIP:SKIPPED-SEGMENTS=\(most)"] {
            #expect(throws: PlaylistProblem.self) {
                try Self.parse(head + ["#EXT-X-\(line)", "#EXTINF:6", "a.ts"])
            }
        }
    }

    @Test func `pieces have their numbers, lengths, ranges and dates`() throws {
        let playlist = try Self.media([
            "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:6", "#EXT-X-MEDIA-SEQUENCE:41",
            "#EXT-X-DISCONTINUITY-SEQUENCE:3", "#EXT-X-INDEPENDENT-SEGMENTS",
            "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"720@0\"",
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00.500+0100", "#EXTINF:5.005,a title",
            "#EXT-X-BYTERANGE:1000@720", "all.mp4", "#EXT-X-DISCONTINUITY", "#EXTINF:6,",
            "#EXT-X-BYTERANGE:500", "all.mp4", "#EXT-X-GAP", "#EXTINF:2.5", "c.mp4", "",
            "#EXT-X-ENDLIST",
        ])
        #expect(playlist.targetDuration == .seconds(6) && playlist.version == 7)
        #expect(playlist.pieces.map(\.sequence) == [41, 42, 43])
        #expect(
            playlist.pieces.map(\.duration) == [
                .milliseconds(5005), .seconds(6), .milliseconds(2500),
            ])
        #expect(
            playlist.pieces.map(\.address.range) == [
                ByteRange(start: 720, length: 1000), ByteRange(start: 1720, length: 500), nil,
            ])
        #expect(playlist.pieces[0].date?.rfc3339 == "2026-11-21T09:00:00.500Z")
        #expect(playlist.pieces.map(\.isDiscontinuous) == [false, true, false])
        #expect(playlist.pieces.map(\.isGap) == [false, false, true])
        #expect(playlist.pieces[2].map?.range == ByteRange(start: 0, length: 720))
        #expect(playlist.isIndependent && playlist.isEnded && playlist.neededVersion == 8)
    }

    @Test func `parts belong to their piece, and the last ones to a piece that is not whole`()
        throws
    {
        let playlist = try Self.media([
            "#EXTM3U", "#EXT-X-TARGETDURATION:4", "#EXT-X-PART-INF:PART-TARGET=1.0",
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.0,CAN-SKIP-UNTIL=24",
            "#EXT-X-MEDIA-SEQUENCE:7",
            "#EXT-X-PART:DURATION=1.0,URI=\"a,0.ts\",INDEPENDENT=YES",
            "#EXT-X-PART:DURATION=0.9,URI=\"a.1.ts\"", "#EXTINF:1.9,", "a.ts",
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00Z",
            "#EXT-X-PART:DURATION=1.0,URI=\"b.ts\",BYTERANGE=\"100@0\",INDEPENDENT=YES",
            "#EXT-X-PART:DURATION=1.0,URI=\"b.ts\",BYTERANGE=\"50\"",
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"b.ts\",BYTERANGE-START=150",
            "#EXT-X-RENDITION-REPORT:URI=\"x.m3u8\",LAST-MSN=7",
        ])
        #expect(playlist.pieces[0].parts.map(\.address.uri) == ["a,0.ts", "a.1.ts"])
        #expect(playlist.openParts.map(\.address.range?.end) == [100, 150])
        #expect(playlist.openParts[0].date != nil && playlist.openParts[1].date == nil)
        #expect(playlist.control.canBlockReload && playlist.control.partHoldBack == .seconds(3))
        #expect(playlist.hints.map(\.start) == [150] && playlist.nextSequence == 8)
    }

    @Test func `the variant with the most bits is chosen`() throws {
        guard
            case .multivariant(let playlist) = try Self.parse([
                "#EXTM3U", "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"a.m3u8\"",
                "#EXT-X-STREAM-INF:BANDWIDTH=100,RESOLUTION=320x180", "low.m3u8",
                "#EXT-X-STREAM-INF:BANDWIDTH=300,CODECS=\"avc1.4d401f,mp4a.40.2\",AUDIO=\"a\"",
                "high.m3u8", "#EXT-X-STREAM-INF:BANDWIDTH=300", "same.m3u8",
            ])
        else { throw HLSTrouble(words: "not of variants") }
        #expect(playlist.variants.map(\.uri) == ["low.m3u8", "high.m3u8", "same.m3u8"])
        #expect(playlist.best == 1)
        #expect(playlist.hasSoundApart(playlist.variants[1]))
        #expect(!playlist.hasSoundApart(playlist.variants[0]))
    }

    private static let head = ["#EXTM3U", "#EXT-X-TARGETDURATION:2"]

    @Test(
        arguments: [
            ([], 1, .noHead), (["<html>"], 1, .noHead),
            (["#EXTM3U", "#EXT-X-VERSION:3"], 2, .missingTargetDuration),
            (head + ["a.ts"], 3, .strayURI),
            (head + ["#EXTINF:two,", "a.ts"], 3, .badTag("EXTINF")),
            (head + ["#EXTINF:-1,", "a.ts"], 3, .badTag("EXTINF")),
            (head + ["#EXTINF:99999999999,", "a.ts"], 3, .badTag("EXTINF")),
            (
                head + ["#EXT-X-MAP:BYTERANGE=\"1@2\""], 3,
                .missingAttribute(tag: "EXT-X-MAP", name: "URI")
            ),
            (head + ["#EXT-X-MAP:URI=\"a"], 3, .badTag("EXT-X-MAP")),
            (head + ["#EXT-X-PART:URI=\"a\",URI=\"b\",DURATION=1"], 3, .badTag("EXT-X-PART")),
            (
                head + ["#EXT-X-MEDIA-SEQUENCE:99999999999999999999"], 3,
                .badTag("EXT-X-MEDIA-SEQUENCE")
            ),
            (
                head + ["#EXTINF:1,", "#EXT-X-BYTERANGE:10", "a.ts"], 5,
                .badTag("EXT-X-BYTERANGE")
            ),
            (
                head + ["#EXTINF:1,", "#EXT-X-BYTERANGE:9223372036854775807@2", "a.ts"], 5,
                .badTag("EXT-X-BYTERANGE")
            ),
            (head + ["#EXT-X-STREAM-INF:BANDWIDTH=1"], 3, .mixed),
            (["#EXTM3U", "#EXT-X-TARGETDURATION:0"], 2, .badTag("EXT-X-TARGETDURATION")),
            (
                head + ["#EXT-X-PROGRAM-DATE-TIME:tomorrow"], 3,
                .badTag("EXT-X-PROGRAM-DATE-TIME")
            ),
            (
                head + [String(repeating: "a", count: 20_000)], 3,
                .lineTooLong(limit: Playlist.Limits.lineBytes)
            ),
        ] as [([String], Int, PlaylistProblem.Fault)])
    func `what is no playlist is refused by its line`(
        lines: [String], line: Int, fault: PlaylistProblem.Fault
    ) {
        #expect(throws: PlaylistProblem(line: line, fault: fault)) { try Self.parse(lines) }
    }

    @Test func `encryption is told by its method`() throws {
        let playlist = try Self.media(
            Self.head + ["#EXT-X-KEY:METHOD=AES-128,URI=\"k\"", "#EXTINF:1,", "a.ts"])
        #expect(playlist.encryption == "AES-128")
        #expect(try Self.media(Self.head + ["#EXT-X-KEY:METHOD=NONE"]).encryption == nil)
    }

    @Test(
        arguments: [
            ("6", Duration.seconds(6)), ("6.006", .milliseconds(6006)),
            ("0.3333333339", .nanoseconds(333_333_333)), ("", nil), (".5", nil), ("5.", nil),
            ("1e3", nil), ("-1", nil), ("10000001", nil),
        ] as [(String, Duration?)])
    func `seconds are read exactly`(text: String, expected: Duration?) {
        #expect(Duration(playlistSeconds: text[...]) == expected)
    }
}
