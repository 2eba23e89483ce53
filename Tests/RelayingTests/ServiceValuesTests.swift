import HTTP
import Primitives
@testable import Relaying
import Signaling
import Testing
import WebRTC

@Suite struct ServiceValuesTests {
    @Test(arguments: [
        ("/", ServicePlace.index), ("/?x", .index), ("/healthz", .health), ("/clock", .clock),
        ("/clock?x", .clock), ("/metrics", .metrics),
        ("/shows?x=1", .shows), ("/whip/a", .signaling(.whip)), ("/whep/a/b", .signaling(.whep)),
        ("/drop", .player(show: "drop")), ("/drop?x", .player(show: "drop")),
        ("/drop/publish", .publisher(show: "drop")), ("/whip", .player(show: "whip")),
        ("/a/b", .nothing), ("/a/publish/", .nothing), ("/..", .nothing), ("/<x>", .nothing),
        ("/a%20b", .nothing), ("", .nothing), ("*", .nothing), ("//publish", .nothing),
        ("/a%22onload=/publish", .nothing),
    ])
    func `a target names`(target: String, place: ServicePlace) {
        #expect(ServicePlace(target) == place)
    }

    @Test func `token files are read line by line`() throws {
        let text = "# ours\n one \n\n\ttwo # no comment\r\n"
        #expect(throws: TokenTable.Problem(path: "f", kind: .badToken(line: 4))) {
            try TokenTable.general(Array(text.utf8), path: "f")
        }
        let access = try TokenTable.general(Array("# ours\n one \n\ntwo\r\n".utf8), path: "f")
        #expect(access.map(\.bearer) == ["one", "two"])
        #expect(access.allSatisfy { $0.name == nil })
        let shows = try TokenTable.byShow(
            Array("a publish x\na play y\nb\tplay\tz\n".utf8), path: "f")
        #expect(shows.publish == [EndpointOptions.Access(name: "a", bearer: "x")])
        #expect(
            shows.play == [
                EndpointOptions.Access(name: "a", bearer: "y"),
                EndpointOptions.Access(name: "b", bearer: "z"),
            ])
    }

    @Test(arguments: [
        ("", TokenTable.Problem.Kind.empty), ("# x\n", .empty), ("a play\n", .badLine(line: 1)),
        ("\na/b play x", .badShow(line: 2)), ("a both x", .badRole(line: 1)),
        ("a play é", .badToken(line: 1)),
        ("a play \(String(repeating: "x", count: 513))", .badToken(line: 1)),
        (String(repeating: "a play x\n", count: 4097), .tooManyTokens(limit: 4096)),
    ])
    func `a wrong token file is refused`(text: String, kind: TokenTable.Problem.Kind) {
        #expect(throws: TokenTable.Problem(path: "f", kind: kind)) {
            _ = try TokenTable.byShow(Array(text.utf8), path: "f")
        }
    }

    @Test func `a file of tokens that is no text is refused`() {
        #expect(throws: TokenTable.Problem(path: "f", kind: .notText)) {
            try TokenTable.general([0x61, 0xFF, 0x0A], path: "f")
        }
    }

    private static func layer(_ rid: String, _ height: Int, isActive: Bool = true) -> LayerReport {
        LayerReport(
            rid: rid, isActive: isActive, bitsPerSecond: 1000,
            size: PictureSize(width: height * 2, height: height), viewerCount: 1)
    }

    @Test func `events tell what is new, and only that`() {
        var show = ShowReport(name: "a")
        let all = Set(ShowEventKind.allCases)
        let nothing = ShowStanding(nil)
        #expect(
            nothing.events(after: nil, kinds: all, pictureMID: "1")
                == "event: inactive\ndata: {}\n\nevent: viewercount\ndata: {\"viewercount\":0}\n\n")
        show.activeSince = Instant(nanoseconds: 1)
        show.viewerCount = 2
        show.tracks = [
            TrackReport(media: 0, codec: .opus, layers: [Self.layer("", 0)]),
            TrackReport(
                media: 1, codec: .h264,
                layers: [Self.layer("l", 360), Self.layer("h", 720, isActive: false)]),
        ]
        let active = ShowStanding(show)
        let layers =
            #"{"1":{"active":[{"bitrate":1000,"height":360,"id":"l","width":720}],"#
            + #""inactive":[{"bitrate":1000,"height":720,"id":"h","width":1440}],"#
            + #""layers":[{"bitrate":1000,"encodingId":"l","height":360,"width":720}]}}"#
        #expect(
            active.events(after: nothing, kinds: all, pictureMID: "1")
                == "event: active\ndata: {}\n\nevent: layers\ndata: \(layers)\n\n"
                + "event: viewercount\ndata: {\"viewercount\":2}\n\n")
        #expect(active.events(after: active, kinds: all, pictureMID: "1") == "")
        show.tracks[1].layers[0].bitsPerSecond = 5
        #expect(ShowStanding(show).events(after: active, kinds: all, pictureMID: "1") == "")
        show.viewerCount = 3
        #expect(
            ShowStanding(show).events(after: active, kinds: [.active], pictureMID: "1") == "")
    }

    @Test func `figures are text that Prometheus reads`() {
        var text = MetricsText()
        text.add("a_total", "Help.", counter: 3)
        text.add("b", "Help.", isCounter: false, rows: [([("x", "q\"\\\n")], 1)])
        text.add("c", "Nobody.", isCounter: false, rows: [])
        #expect(
            text.text
                == "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\n"
                + "# HELP b Help.\n# TYPE b gauge\nb{x=\"q\\\"\\\\\\n\"} 1\n")
    }

    @Test func `a log that nobody takes is bounded, and says what it dropped`() {
        let log = ServiceLog { WallClock(millisecondsSince1970: 0) }
        for _ in 0..<ServiceLog.maximumWaiting + 5 { log.add(.showActive("a")) }
        let events = log.take()
        #expect(events.count == ServiceLog.maximumWaiting + 1)
        #expect(events.last?.event == .dropped(5))
        #expect(log.take().isEmpty)
    }

    @Test func `pages let nothing run but their own script`() throws {
        let responses = [Page.index, Page.player("a"), Page.publisher("a"), Page.player("a")]
        var nonces: Set<Substring> = []
        for response in responses {
            let policy = try #require(response.fields["Content-Security-Policy"])
            let nonce = try #require(
                policy.split(separator: "script-src 'nonce-").last?
                    .prefix { $0 != "'" })
            nonces.insert(nonce)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.contains("<script nonce=\"\(nonce)\">"))
            #expect(!text.contains(" onclick=") && !text.contains(" style="))
        }
        #expect(nonces.count == 4)
    }
}
