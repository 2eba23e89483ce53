import Commerce
import Playlists
import Primitives
import Testing
import WebRTC

@testable import Cutting

@Suite struct ShowDocumentTests {
    private static let timeline =
        """
        {"schema":"lc.timeline/1","title":"Sale","currency":"EUR","skus":[\
        {"sku":"TEE","title":"A \\"tee\\",\\n=1","price_minor":1999},\
        {"sku":"CAP","title":"Cap","price_minor":999}]}
        {"type":"pin","data":{"sku":"TEE"},"media_time_ms":2000,"time":"2026-11-21T10:00:02Z","id":"a"}
        {"type":"price-flash","data":{"sku":"TEE","price_minor":1499},"media_time_ms":3000}
        {"type":"price-flash-closed","data":{"sku":"TEE"},"media_time_ms":6000}
        {"type":"pin","data":{"sku":"CAP"},"media_time_ms":8000}
        {"type":"sold-out","data":{"sku":"CAP"},"media_time_ms":9000}
        {"type":"pin","data":{"sku":"TEE"},"media_time_ms":99000}

        """

    private func timeline() throws -> Timeline {
        try Timeline(lines: Array(Self.timeline.utf8))
    }

    @Test func `each pin, flash, sold-out product and chapter is a date range`() throws {
        let timeline = try timeline()
        let start = try #require(ShowRanges.start(timeline, created: nil))
        #expect(start.rfc3339 == "2026-11-21T10:00:00.000Z")
        let ranges = ShowRanges.ranges(of: timeline, start: start, end: 20_000)
        #expect(
            ranges.map(\.id) == [
                "pin-1", "chapter-1", "price-flash-1", "pin-2", "chapter-2", "sold-out-1",
            ])
        #expect(
            ranges.map { $0.duration?.wholeMilliseconds } == [
                6000, 6000, 3000, 12_000, 12_000, 11_000,
            ])
        let prices = ranges.map { range in
            range.attributes.first { $0.name == "X-COM-LIVECOMMERCE-PRICE-MINOR" }?.value
        }
        #expect(prices == [.number(1999), nil, .number(1499), .number(999), nil, nil])
        // What a product is called can break no line and no quote.
        for range in ranges {
            #expect(!range.line.contains("\n"))
            #expect(range.line.filter { $0 == "\"" }.count % 2 == 0)
        }
        #expect(ranges[0].line.contains(#"X-COM-LIVECOMMERCE-TITLE="A 'tee', =1""#))
    }

    @Test func `a start is always known where there is a timeline`() throws {
        let created = WallClock(millisecondsSince1970: 5000)
        #expect(ShowRanges.start(nil, created: created) == created)
        #expect(ShowRanges.start(nil, created: nil) == nil)
        let bare = try Timeline(
            lines: Array(#"{"schema":"lc.timeline/1"}"#.utf8) + [10]
                + Array(#"{"type":"pin","data":{"sku":"A"},"media_time_ms":1}"#.utf8))
        #expect(ShowRanges.start(bare, created: nil)?.millisecondsSince1970 == 0)
    }

    @Test func `chapters and the timeline are told as documents`() throws {
        let timeline = try timeline()
        let chapters = ShowDocuments.appleChapters(timeline.chapters(until: 20_000))
        #expect(chapters.arrayValue?.count == 2)
        #expect(chapters.arrayValue?[0]["start-time"] == .decimal("2.000"))
        #expect(chapters.arrayValue?[1]["duration"] == .decimal("12.000"))
        let document = ShowDocuments.timeline(timeline, end: 20_000)
        #expect(document["events"]?.arrayValue?.count == 6)
        #expect(document["pins"]?.arrayValue?.count == 2)
        #expect(document["flashes"]?.arrayValue?.first?["price_minor"] == 1499)
        #expect(document["sold_out"]?.arrayValue?.count == 1)
        #expect(document["chapters"]?.arrayValue?.count == 2)
    }

    @Test func `captions become WebVTT that HLS takes, or are refused`() throws {
        let head = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"
        let cases: [(String, String)] = [
            (
                "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello\r\n\r\n2\r\n"
                    + "01:00:03,000 --> 01:00:04,000\r\nTwo\r\nlines\r\n",
                "\n00:00:01.000 --> 00:00:02.500\nHello\n\n"
                    + "\n01:00:03.000 --> 01:00:04.000\nTwo\nlines\n\n"
            ),
            (
                "\u{FEFF}WEBVTT title\nX-TIMESTAMP-MAP=MPEGTS:9\n\n00:01.000 --> 00:02.000\nA\n",
                "\n00:01.000 --> 00:02.000\nA\n\n"
            ),
        ]
        for (text, wanted) in cases {
            #expect(try CaptionText.webVTT(Array(text.utf8)) == head + wanted)
        }
        let bad: [([UInt8], CaptionText.Problem)] = [
            ([0xFF, 0xFE], .notUTF8), ([], .unknownForm), (Array("WEBVTT\n".utf8), .empty),
            (Array("hello".utf8), .unknownForm),
            (Array("1\nx --> y\n".utf8), .unknownForm),
            (
                Array("00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:00:3 --> 00:00:04,000\n".utf8),
                .badTime(line: 5)
            ),
        ]
        for (bytes, problem) in bad {
            #expect(throws: problem) { try CaptionText.webVTT(bytes) }
        }
    }

    @Test func `small pictures have their places, and long shows fewer of them a minute`() {
        let lying = SpritePlan(shown: PictureSize(width: 1280, height: 720), duration: 600_000)
        #expect(lying.tile == PictureSize(width: 160, height: 90))
        #expect(lying.tiles.count == 120 && lying.sheets == 2)
        let cues = lying.webVTT.cues
        #expect(cues[0].payload == "sheet-1.jpg#xywh=0,0,160,90")
        #expect(cues[11].payload == "sheet-1.jpg#xywh=160,90,160,90")
        #expect(cues[100].payload == "sheet-2.jpg#xywh=0,0,160,90")
        #expect(cues.last?.end == 600_000)
        let day = SpritePlan(shown: PictureSize(width: 720, height: 1280), duration: 86_400_000)
        #expect(day.tiles.count <= 1000 && day.tile.height == 284)
        #expect(
            SpritePlan(shown: PictureSize(width: 2, height: 2000), duration: 0).tiles.count == 1)
    }

    @Test func `a part of what is seen is found in what is coded`() {
        let coded = PictureSize(width: 1280, height: 720)
        let left = PictureArea(left: 0, top: 0, size: PictureSize(width: 180, height: 1280))
        let cases: [(rotation: Int, place: (Int, Int, Int, Int))] = [
            (90, (0, 540, 1280, 180)), (270, (0, 0, 1280, 180)),
        ]
        for (rotation, wanted) in cases {
            let turn = PictureTurn(coded: coded, aspect: nil, rotation: rotation)
            #expect(turn.shown == PictureSize(width: 720, height: 1280))
            let place = turn.place(of: left, in: coded)
            #expect((place.left, place.top, place.size.width, place.size.height) == wanted)
        }
        let wide = PictureTurn(coded: coded, aspect: (4, 3), rotation: 0)
        #expect(wide.shown.width == 1707)
    }
}
