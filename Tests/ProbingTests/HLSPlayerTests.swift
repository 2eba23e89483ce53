import HTTP
import Measures
import Media
@testable import Playlists
import Primitives
import Testing
import WebRTC

@testable import Probing

@Suite struct HLSPlayerTests {
    private static func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    private static let anchor = WallClockAnchor(
        instant: at(0), nanosecondsSince1970: 1_800_000_000_000_000_000)

    private static func wish(
        _ number: Int64, date: Int64? = nil, isBroken: Bool = false, isConsecutive: Bool = true,
        startsAt: Duration? = nil
    ) throws -> PieceWish {
        PieceWish(
            name: PieceName(sequence: number, part: nil),
            source: PieceWish.Source(url: try URL(parsing: "http://a/b"), range: nil), map: nil,
            duration: .seconds(1),
            date: date.map { WallClock(millisecondsSince1970: 1_800_000_000_000 + $0) },
            isIndependent: true, isBroken: isBroken, isConsecutive: isConsecutive,
            startsAt: startsAt)
    }

    /// A piece of 25 pictures from a time of its own on, each of which was taken `age` before.
    private static func contents(
        _ start: Int64, taken: Int64? = nil, number: Int64 = 0
    ) -> PieceContents {
        var contents = PieceContents()
        contents.shape = .whole(.transport)
        for index in 0..<Int64(25) {
            let time = Duration.milliseconds(start + index * 40)
            contents.frames.append(
                PieceContents.Frame(presentation: time, bytes: 100, isKeyframe: index == 0))
            let code = taken.map {
                PatternCode(
                    WallClock(millisecondsSince1970: 1_800_000_000_000 + $0 + index * 40),
                    number: number + index, isPattern: true)
            }
            contents.readings.append(
                PieceContents.Reading(presentation: time, code: code, isBeforeBreak: false))
        }
        contents.start = .milliseconds(start)
        contents.end = .milliseconds(start + 1000)
        return contents
    }

    @Test func `it begins where it is told to, and its latency is by dates and by the clock`()
        throws
    {
        var player = HLSPlayer(begun: Self.at(0), wallClock: Self.anchor)
        var measures = MeasureSet()
        // Its pictures were taken from 10 s before the beginning on, which the date makes 9.5 s.
        _ = player.add(
            Self.contents(90_000, taken: -10_000),
            for: try Self.wish(1, date: -9500, isBroken: true, startsAt: .milliseconds(400)),
            now: Self.at(300), into: &measures)
        #expect(measures[.startup].sum == 300_000)
        player.advance(to: Self.at(2000), into: &measures)
        // Fifteen pictures are left; the first is that of 9.6 s before, at 0.3 s.
        #expect(measures[.latencyBurned].count == 15)
        #expect(measures[.latencyBurned].least == 9_900_000)
        #expect(measures[.latencyBurned].greatest == 9_900_000)
        #expect(measures[.latencyCapture].least == 9_400_000)
        #expect(measures[.frameGap].greatest == 40_000)
        #expect(player.ahead(now: Self.at(2000)) == .zero)
    }

    @Test func `it stops where it has run dry, and is later from there on`() throws {
        var player = HLSPlayer(begun: Self.at(0), wallClock: Self.anchor)
        var measures = MeasureSet()
        _ = player.add(
            Self.contents(0, taken: 0), for: try Self.wish(1, isBroken: true), now: Self.at(0),
            into: &measures)
        _ = player.add(
            Self.contents(1000, taken: 1000, number: 25), for: try Self.wish(2),
            now: Self.at(1700), into: &measures)
        player.advance(to: Self.at(5000), into: &measures)
        // The last picture was shown at 0.96 s, the next at 1.7 s.
        #expect(measures[.rebuffer].count == 1 && measures[.rebuffer].sum == 740_000)
        #expect(measures[.freeze].sum == 740_000)
        #expect(measures[.latencyBurned].greatest == 700_000)
        #expect(measures[.framesSkipped] == 0 && measures[.framesRepeated] == 0)
        // It is still dry, and says so at the end: since 2.66 s.
        player.finish(now: Self.at(5000), into: &measures)
        #expect(measures[.rebuffer].count == 2 && measures[.rebuffer].greatest == 2_340_000)
        #expect(measures[.watchedMicroseconds] == 5_000_000)
    }

    @Test func `what the decoder held back is of the piece before, whatever clock comes next`()
        throws
    {
        for start in [0, 200_000] as [Int64] {
            var player = HLSPlayer(begun: Self.at(0), wallClock: Self.anchor)
            var measures = MeasureSet()
            var (first, second) = (
                Self.contents(90_000, taken: 0), Self.contents(start, taken: 1000, number: 25)
            )
            let held = first.readings.suffix(3)
            first.readings.removeLast(3)
            second.readings.insert(contentsOf: held, at: 0)
            _ = player.add(
                first, for: try Self.wish(1, isBroken: true), now: Self.at(0), into: &measures)
            _ = player.add(second, for: try Self.wish(2), now: Self.at(0), into: &measures)
            player.advance(to: Self.at(3000), into: &measures)
            #expect(measures[.stampsRead] == 50)
            #expect(measures[.latencyBurned].least == 0)
            #expect(measures[.latencyBurned].greatest == 0)
        }
    }

    @Test func `it plays over a hole, and on behind a clock that begins anew`() throws {
        var player = HLSPlayer(begun: Self.at(0), wallClock: Self.anchor)
        var measures = MeasureSet()
        let pieces: [(Int64, PieceWish)] = [
            (0, try Self.wish(1, isBroken: true)), (2000, try Self.wish(3, isConsecutive: false)),
            (50, try Self.wish(4, isBroken: true)),
        ]
        for (start, wish) in pieces {
            let gap = player.add(
                Self.contents(start), for: wish, now: Self.at(0), into: &measures)
            #expect(gap == nil)
        }
        #expect(player.ahead(now: Self.at(0)) == .seconds(4))
        player.finishLoading()
        player.advance(to: Self.at(3000), into: &measures)
        #expect(player.isPlayedOut)
        #expect(measures[.frameGap].count == 74 && measures[.frameGap].greatest == 40_000)
        #expect(measures[.rebuffer].isEmpty && measures[.stampsUnread] == 0)
    }

    @Test(arguments: [(1000, 0), (1150, 150), (900, -100), (9000, 8000)] as [(Int64, Int64)])
    func `what is missing between two pieces is told`(start: Int64, gap: Int64) throws {
        var player = HLSPlayer(begun: Self.at(0), wallClock: Self.anchor)
        var measures = MeasureSet()
        _ = player.add(
            Self.contents(0), for: try Self.wish(1, isBroken: true), now: Self.at(0),
            into: &measures)
        let found = player.add(
            Self.contents(start), for: try Self.wish(2), now: Self.at(0), into: &measures)
        #expect(found == .milliseconds(gap))
    }
}

@Suite struct HLSCourseTests {
    private static func playlist(_ lines: [String]) throws -> MediaPlaylist {
        try HLSPlaylistTests.media(["#EXTM3U", "#EXT-X-TARGETDURATION:2"] + lines)
    }

    /// What is asked for, piece by piece, of playlists that come one after the other.
    private static func names(_ playlists: [MediaPlaylist]) throws -> [String] {
        var course = HLSCourse(url: try URL(parsing: "http://a/live/x.m3u8"))
        var remarks = HLSRemarks()
        var names: [String] = []
        let now = Instant(nanoseconds: 0)
        for playlist in playlists {
            course.take(playlist, from: course.url, isNew: true, asked: now, now: now)
            while case .piece(let wish) = course.next(&remarks) { names.append(wish.name.text) }
        }
        return names + remarks.all.map { "\($0.code) \($0.count)" }
    }

    private static func pieces(_ first: Int, _ count: Int) -> [String] {
        ["#EXT-X-MEDIA-SEQUENCE:\(first)"]
            + (first..<first + count).flatMap { ["#EXTINF:2,", "\($0).ts"] }
    }

    @Test func `it begins three targets behind the edge and goes on from piece to piece`() throws {
        let playlists = try [(0, 6), (1, 6), (4, 6)].map {
            try Self.playlist(Self.pieces($0.0, $0.1))
        }
        #expect(try Self.names(playlists) == (3...9).map(String.init))
    }

    @Test func `a show whose numbers jump or begin anew is joined anew`()
        throws
    {
        let gone = try [(0, 4), (2, 2), (6, 1)].map { try Self.playlist(Self.pieces($0.0, $0.1)) }
        #expect(try Self.names(gone) == ["1", "2", "3", "6"])
        let back = try [(50, 4), (0, 4)].map { try Self.playlist(Self.pieces($0.0, $0.1)) }
        #expect(try Self.names(back) == ["51", "52", "53", "1", "2", "3"])
    }

    @Test func `parts are asked for one by one, and a whole piece where there are none`() throws {
        let head = [
            "#EXT-X-PART-INF:PART-TARGET=1",
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=2",
        ]
        func part(_ name: String) -> String { "#EXT-X-PART:DURATION=1,URI=\"\(name)\"" }
        let playlists = try [
            head + [
                "#EXTINF:2,", "0.ts", part("1.0"), part("1.1"), "#EXTINF:2,", "1.ts", part("2.0"),
            ],
            head + [
                "#EXTINF:2,", "0.ts", part("1.0"), part("1.1"), "#EXTINF:2,", "1.ts", part("2.0"),
                part("2.1"), "#EXTINF:2,", "2.ts",
            ],
            head + [
                "#EXTINF:2,", "0.ts", "#EXTINF:2,", "1.ts", "#EXTINF:2,", "2.ts", "#EXTINF:2,",
                "3.ts",
            ],
        ].map(Self.playlist)
        #expect(try Self.names(playlists) == ["1.0", "1.1", "2.0", "2.1", "3"])
        var course = HLSCourse(url: try URL(parsing: "http://a/x.m3u8?k=1"))
        let now = Instant(nanoseconds: 0)
        course.take(playlists[0], from: course.url, isNew: true, asked: now, now: now)
        #expect(course.reloadURL.text == "http://a/x.m3u8?k=1&_HLS_msn=2&_HLS_part=1")
        #expect(course.due == now)
    }

    @Test func `what has ended is played from its beginning, but for its gaps`() throws {
        let playlist = try Self.playlist([
            "#EXTINF:2,", "0.ts", "#EXT-X-GAP", "#EXTINF:2,", "1.ts", "#EXTINF:2,", "2.ts",
            "#EXTINF:2,", "http://a b/", "#EXT-X-ENDLIST",
        ])
        var course = HLSCourse(url: try URL(parsing: "http://a/live/x.m3u8"))
        var remarks = HLSRemarks()
        let now = Instant(nanoseconds: 0)
        course.take(playlist, from: course.url, isNew: true, asked: now, now: now)
        guard case .piece(let first) = course.next(&remarks),
            case .piece(let second) = course.next(&remarks)
        else { throw HLSTrouble(words: "no pieces") }
        #expect(first.source.url.text == "http://a/live/0.ts" && first.isBroken)
        #expect(second.name.sequence == 2 && !second.isConsecutive && !second.isBroken)
        #expect(course.next(&remarks) == .unnameable(PieceName(sequence: 3, part: nil)))
        #expect(course.next(&remarks) == .ended && course.due == nil)
    }
}
