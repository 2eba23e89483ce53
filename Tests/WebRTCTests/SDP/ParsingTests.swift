import Testing
import WebRTC

/// Session descriptions as values: read, written, and held to limits.
@Suite struct SessionDescriptionTests {
    @Test(arguments: CapturedOffers.all)
    func `what a real peer writes survives print and parse`(name: String, text: String) throws {
        let offer = try SessionDescription(parsing: text)
        #expect(try SessionDescription(parsing: offer.text) == offer, "\(name)")
        #expect(offer.text.hasSuffix("\r\n"))
        let crlf = text.split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\r\n")
        #expect(try SessionDescription(parsing: crlf) == offer)
        #expect(try SessionDescription(parsing: Array(crlf.utf8).span) == offer)
        #expect(offer.media.count == 2)
        for media in offer.media {
            #expect(media.credentials != nil && !media.fingerprints.isEmpty)
            #expect(media.hasRTCPMux && media.mid != nil && !media.isRejected)
            #expect(media.payloads.allSatisfy { $0.format != nil })
        }
    }

    @Test func `ffmpeg's offer`() throws {
        let offer = try SessionDescription(parsing: CapturedOffers.ffmpeg)
        let video = offer.media[1]
        #expect(offer.origin.username == "FFmpeg" && offer.origin.version == 2)
        #expect(offer.groups == [MediaGroup(semantics: .bundle, mids: ["0", "1"])])
        #expect(video.setup == .passive && video.direction == .sendonly)
        #expect(video.payloads.map(\.payloadType) == [106, 105])
        #expect(video.payloads[0].feedback == .nack)
        #expect(video.payloads[1].format?.appliesTo == 106)
        #expect(video.allowsMixedExtensions && video.extensions.isEmpty)
        #expect(
            video.ssrcGroups
                == [SSRCGroup(semantics: .flow, ssrcs: [3_387_962_818, 3_387_962_819])])
        #expect(video.msid == MSID(stream: "FFmpeg", track: "video"))
    }

    @Test func `aiortc's offer has a transport for each m-line`() throws {
        let offer = try SessionDescription(parsing: CapturedOffers.aiortc)
        #expect(offer.media.map(\.port) == [48_131, 60_207])
        #expect(offer.media.map { $0.credentials?.ufrag } == ["u0Qj", "7pXW"])
        #expect(offer.media[0].fingerprints.map(\.bytes.count) == [32, 48, 64])
        #expect(offer.media[0].candidates.count == 1 && offer.media[0].hasEndOfCandidates)
        #expect(offer.media[1].payloads[1].feedback == [.nack, .pli, .remb])
        #expect(offer.media[1].direction == .sendrecv)
    }

    @Test func `GStreamer's offer`() throws {
        let offer = try SessionDescription(parsing: CapturedOffers.gstreamer)
        let video = offer.media[1]
        #expect(video.port == 0 && video.isBundleOnly && !video.isRejected)
        #expect(offer.media[0].payloads[0].format?.codec == .opus)
        #expect(offer.media[0].payloads[0].format?.name == "OPUS")
        #expect(video.framesPerSecond == 30 && video.iceOptions == ["trickle"])
        #expect(video.credentials?.password == "Ji+QxV9/2hbUuQWbTz0cR8sPdg3nEeLk")
        let format = try #require(video.payloads[0].format)
        #expect(format.parameter("sprop-parameter-sets")?.hasSuffix(",aM48gA==") == true)
        #expect(format.h264ProfileLevel.text == "42c01f")
        #expect(video.ssrcs[0].msid?.track == "webrtctransceiver1" && video.msid == nil)
    }

    @Test func `Pion's offer`() throws {
        let offer = try SessionDescription(parsing: CapturedOffers.pion)
        #expect(offer.media[1].fingerprints == offer.media[0].fingerprints)
        #expect(offer.media[0].payloads[0].feedback == [.remb, .fir, .nack, .pli])
        #expect(offer.media[0].candidates.count == 2 && offer.media[1].candidates.isEmpty)
        #expect(!offer.text.contains("nack \r"))
    }

    @Test func `Chromium's offers`() throws {
        var ignored = 0
        let offer = try SessionDescription(
            parsing: CapturedOffers.chromiumPlayer, ignoredLineCount: &ignored)
        // Twice a=rtcp, once rtcp-xr.
        #expect(ignored == 3)
        #expect(offer.media[1].payloads.count == 23)
        #expect(
            offer.media[0].payloads[1].format?.parameters == [CodecParameter("111/111", nil)])
        let layers = try SessionDescription(parsing: CapturedOffers.chromiumSimulcast).media[1]
        #expect(layers.rids.map(\.rid) == ["h", "m", "l"])
        #expect(layers.simulcast?.send.map { $0.map(\.rid) } == [["h"], ["m"], ["l"]])
    }

    private static let transport = """
        a=ice-ufrag:abcd
        a=ice-pwd:abcdefghijklmnopqrstuv
        a=fingerprint:SHA-256 0a:FF
        a=setup:active

        """

    @Test func `what holds for the session holds for each m-line that says nothing else`() throws {
        let description = try SessionDescription(
            parsing: "v=0\no=- 1 2 IN IP4 ::\ns=a name\na=ice-lite\na=inactive\na=ice-options:x\n"
                + "a=extmap:3 urn:a\na=end-of-candidates\n" + Self.transport
                + "m=audio 9 RTP/SAVPF 0\n"
                + "m=video 9/2 TCP/TLS/RTP/SAVPF 96\na=sendonly\na=setup:passive\n"
                + "a=ice-ufrag:wxyz\na=fingerprint:sha-1 01\na=extmap:3 urn:b\n")
        let (audio, video) = (description.media[0], description.media[1])
        #expect(description.isICELite && description.name == "a name")
        #expect(audio.direction == .inactive && video.direction == .sendonly)
        #expect(audio.setup == .active && video.setup == .passive)
        #expect(audio.credentials?.ufrag == "abcd" && video.credentials?.ufrag == "wxyz")
        #expect(video.credentials?.password == "abcdefghijklmnopqrstuv")
        #expect(audio.fingerprints.map(\.text) == ["sha-256 0A:FF"])
        #expect(video.fingerprints.map(\.algorithm) == ["sha-1"])
        #expect(audio.extensions.map(\.uri) == ["urn:a"])
        #expect(video.extensions.map(\.uri) == ["urn:b"])
        #expect(audio.hasEndOfCandidates && video.transport == .secureTCP)
        #expect(audio.payloads[0].format == .pcmu)
    }

    @Test func `feedback for all, blanks, and attributes before their rtpmap`() throws {
        let description = try SessionDescription(
            parsing: """
                v=0\u{20}
                m=video 9 UDP/TLS/RTP/SAVPF 96 97 96 x 200\u{20}\u{9}
                a=rtcp-fb:* nack\u{20}
                a=rtcp-fb:96 nack pli
                a=rtcp-fb:97 trr-int 100
                a=fmtp:96 a = 1 ;; B ;c=
                a=rtpmap:96 h264/90000
                a=maxptime:60
                a=ptime:20
                a=framerate:29.97

                """)
        let media = description.media[0]
        #expect(media.payloads.map(\.payloadType) == [96, 97])
        #expect(media.otherFormats == ["x", "200"])
        #expect(media.payloads[0].feedback == [.nack, .pli] && media.payloads[1].feedback == .nack)
        #expect(
            media.payloads[0].format?.parameters
                == [CodecParameter("a", "1"), CodecParameter("B", nil), CodecParameter("c", "")])
        #expect(media.payloads[0].format?.parameter("b") == nil)
        #expect(media.packetMilliseconds == 20 && media.maximumPacketMilliseconds == 60)
        #expect(media.framesPerSecond == 29.97 && media.mid == nil)
        #expect(try SessionDescription(parsing: description.text) == description)
    }

    @Test(arguments: [
        ("", SDPProblem.noVersion), ("o=- 1 2 IN IP4 ::\n", .noVersion), ("v=1\n", .noVersion),
        ("v=0\no=- 1 2 IN\n", .malformed(line: 2)), ("v=0\n\n?\n", .malformed(line: 3)),
        ("v=0\no=- x 2 IN IP4 ::\n", .malformed(line: 2)),
        ("v=0\nm=audio 9\n", .malformed(line: 2)),
        ("v=0\nm=audio 65536 a 0\n", .malformed(line: 2)),
        ("v=0\nm=audio -1 a 0\n", .malformed(line: 2)), ("v=0\ns=a\rb\n", .malformed(line: 2)),
        ("v=0\ns=\u{0}\n", .malformed(line: 2)), ("v=0\na=setup:holdconn\n", .malformed(line: 2)),
        ("v=0\na=ice-ufrag:abc\n", .malformed(line: 2)),
        ("v=0\na=ice-pwd:short\n", .malformed(line: 2)),
        ("v=0\na=ice-ufrag:ab cd\n", .malformed(line: 2)),
        ("v=0\na=fingerprint:sha-256\n", .malformed(line: 2)),
        ("v=0\na=fingerprint:sha-256 AG\n", .malformed(line: 2)),
        ("v=0\na=fingerprint:sha-256 AA:\n", .malformed(line: 2)),
        (
            "v=0\na=fingerprint:sha-512 00" + String(repeating: ":00", count: 64) + "\n",
            .malformed(line: 2)
        ),
    ])
    func `a text that is none is refused`(text: String, error: SDPProblem) {
        #expect(throws: error) { try SessionDescription(parsing: text) }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: SDPProblem.notUTF8) {
            try SessionDescription(parsing: ([UInt8]("v=0\ns=".utf8) + [0xFF, 0x0A]).span)
        }
    }

    private static func repeated(_ count: Int, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    private static let head = "v=0\nm=video 9 UDP/TLS/RTP/SAVPF 96\n"

    private static let fillings: [(SDPLimit, String, @Sendable (Int) -> String)] = [
        (.mediaLines, "v=0\n", { _ in "m=audio 9 RTP/SAVPF 0" }),
        (.groups, "v=0\n", { "a=group:LS \($0)" }), (.lines, "", { _ in "v=0" }),
        (.candidates, head, { "a=candidate:\($0)" }),
        (.fingerprints, head, { "a=fingerprint:sha-1 0\($0)" }),
        (.iceOptions, head, { "a=ice-options:\($0)" }),
        (.extensions, head, { "a=extmap:\($0 + 1) urn:x" }),
        (.ssrcs, head, { "a=ssrc:\($0) cname:x" }),
        (.ssrcGroups, head, { "a=ssrc-group:SIM \($0)" }), (.rids, head, { "a=rid:\($0) send" }),
    ]

    @Test(arguments: Self.fillings.map(\.0))
    func `a limit is met, and not passed`(limit: SDPLimit) throws {
        let (_, head, line) = try #require(Self.fillings.first { $0.0 == limit })
        let full = head + Self.repeated(limit.maximum, line)
        #expect(throws: Never.self) { try SessionDescription(parsing: full) }
        let over = head + Self.repeated(limit.maximum + 1, line)
        #expect(throws: SDPProblem.exceeds(limit)) { try SessionDescription(parsing: over) }
    }

    @Test func `limits of size`() throws {
        func description(_ count: Int, _ text: (String) -> String) throws -> SessionDescription {
            try SessionDescription(parsing: text(String(repeating: "x", count: count)))
        }
        let line: (String) -> String = { "v=0\ns=\($0)\n" }
        #expect(try description(SDPLimit.lineBytes.maximum - 2, line).name.count == 8_190)
        #expect(throws: SDPProblem.exceeds(.lineBytes)) {
            try description(SDPLimit.lineBytes.maximum - 1, line)
        }
        #expect(throws: SDPProblem.exceeds(.bytes)) {
            try description(SDPLimit.bytes.maximum, line)
        }
        #expect(throws: SDPProblem.exceeds(.bytes)) {
            let bytes = [UInt8](repeating: 0x20, count: SDPLimit.bytes.maximum + 1)
            return try SessionDescription(parsing: bytes.span)
        }
        let numbers = (0..<129).map { String($0) }
        for (count, isFine) in [(128, true), (129, false)] {
            let text = "v=0\nm=audio 9 RTP/SAVPF " + numbers.prefix(count).joined(separator: " ")
            #expect(((try? SessionDescription(parsing: text)) != nil) == isFine)
        }
        for (count, isFine) in [(64, true), (65, false)] {
            let list = (0..<count).map { "k\($0)=1" }.joined(separator: ";")
            let text = "v=0\nm=audio 9 RTP/SAVPF 0\na=fmtp:0 \(list)"
            #expect(((try? SessionDescription(parsing: text)) != nil) == isFine)
        }
    }

    @Test(arguments: [
        "a=extmap:0 urn:x", "a=extmap:256 urn:x", "a=extmap:4096 urn:x", "a=extmap:1",
        "a=extmap:1/up urn:x", "a=rtpmap:96 x", "a=rtpmap:96 x/0", "a=rtpmap:97 x/1",
        "a=rtpmap:96 x/1/0", "a=rtpmap:96 /1", "a=fmtp:97 a", "a=rtcp-fb:97 nack", "a=ssrc:x",
        "a=ssrc-group:FID", "a=ssrc-group:FID 1 x", "a=rid:a/b send", "a=rid:a both",
        "a=simulcast:send", "a=simulcast:send a recv b send c", "a=simulcast:send a b",
        "a=framerate:1e9", "a=framerate:0", "a=framerate:nan", "a=ptime:0", "a=ptime:+1",
        "a=mid:", "a=mid:a b", "a=msid:", "b=AS:100", "x=1", "a=group:BUNDLE 0", "a=ice-lite",
        "a=candidate:", "a=ssrc:9 cname:", "a=unheard-of", "k=prompt",
    ])
    func `a line that says nothing usable is ignored and counted`(line: String) throws {
        var ignored = 0
        let description = try SessionDescription(
            parsing: "v=0\nm=video 9 UDP/TLS/RTP/SAVPF 96\n\(line)\n", ignoredLineCount: &ignored)
        #expect(ignored == 1)
        #expect(try SessionDescription(parsing: description.text) == description)
    }

    @Test func `a value can't begin a line of its own`() throws {
        var description = SessionDescription(origin: SessionOrigin(sessionID: 1, version: 1))
        description.name = "a\r\na=ice-lite\nx"
        #expect(description.text.contains("s=aa=ice-litex\r\n"))
        #expect(try !SessionDescription(parsing: description.text).isICELite)
    }

    @Test func `a blank under a combining mark is still a blank`() throws {
        let description = try SessionDescription(
            parsing: "v=0\ns= \u{301}\nm=audio 9 RTP/SAVPF 0\na=msid:a \u{301}b\n")
        #expect(description.media[0].msid == MSID(stream: "a", track: "\u{301}b"))
        #expect(try SessionDescription(parsing: description.text) == description)
    }
}
