import Testing
import WebRTC

/// Answers to offers: what is taken, what is refused, and what both ends then know.
@Suite struct AnswerTests {
    private func offer(_ text: String) throws -> SessionDescription {
        try SessionDescription(parsing: text)
    }

    /// The relay as WHIP endpoint, for each of the peers that publish.
    @Test(arguments: [
        ("ffmpeg", CapturedOffers.ffmpeg, 106 as UInt8, 105 as UInt8?, DTLSRole.client),
        ("aiortc", CapturedOffers.aiortc, 101, nil, .server),
        ("GStreamer", CapturedOffers.gstreamer, 96, nil, .server),
        ("Chromium", CapturedOffers.chromiumPublisher, 109, 114, .server),
    ])
    func `whip endpoint 2: a publisher's offer is answered`(
        name: String, text: String, video: UInt8, rtx: UInt8?, role: DTLSRole
    ) throws {
        let offer = try offer(text)
        let (answer, session) = try Plans.answer(.recvonly).answer(to: offer)
        #expect(try SessionDescription(parsing: answer.text) == answer)
        #expect(answer.media.map(\.mid) == offer.media.map(\.mid))
        #expect(answer.media.allSatisfy { $0.direction == .recvonly && $0.hasRTCPMux })
        #expect(answer.media.allSatisfy { !$0.isRejected && $0.port != 0 && $0.ssrcs.isEmpty })
        #expect(answer.groups == offer.groups)
        #expect(answer.media[0].setup == (role == .server ? .passive : .active))
        #expect(answer.media.map(\.candidates.count) == [1, 0])
        #expect(session.role == role && session.deviations.isEmpty)
        #expect(session.media.map(\.kind) == [.audio, .video])
        #expect(session.media[0].codecs.map(\.format.codec) == [.opus])
        #expect(session.media[1].codecs.map(\.payloadType) == [video])
        #expect(session.media[1].codecs[0].rtxPayloadType == rtx)
        #expect(session.remoteCredentials == offer.media[0].credentials)
        #expect(session.remoteFingerprints == offer.media[0].fingerprints)
        #expect(session.media.allSatisfy { $0.remoteSources.count == 1 && $0.localSource == nil })
        #expect(session.media.allSatisfy { $0.remoteSources[0].msid != nil })
        // Whoever offered must come to the same.
        let mirror = try NegotiatedSession(accepting: answer, for: offer)
        #expect(mirror.role == (role == .server ? .client : .server))
        #expect(mirror.media.map(\.codecs.count) == session.media.map(\.codecs.count))
    }

    @Test func `sources, with the one that repairs`() throws {
        let (_, session) = try Plans.answer(.recvonly).answer(to: offer(CapturedOffers.ffmpeg))
        let source = session.media[1].remoteSources[0]
        #expect(source.ssrc == 3_387_962_818 && source.rtxSSRC == 3_387_962_819)
        #expect(source.cname == "FFmpeg" && source.msid?.track == "video")
        let (_, chromium) = try Plans.answer(.recvonly).answer(
            to: offer(CapturedOffers.chromiumPublisher))
        #expect(chromium.media[1].remoteSources.map(\.rtxSSRC) == [2_986_521_404])
    }

    @Test func `a transport for each m-line becomes the first one`() throws {
        let (_, session) = try Plans.answer(.recvonly).answer(to: offer(CapturedOffers.aiortc))
        #expect(session.remoteCredentials.ufrag == "u0Qj")
        #expect(
            session.remoteCandidates == ["d4c6a3f1 1 udp 2130706431 192.0.2.17 48131 typ host"])
        #expect(session.remoteHasEndOfCandidates && session.remoteFingerprints.count == 3)
    }

    /// The relay as WHEP endpoint.
    @Test(arguments: [CapturedOffers.chromiumPlayer, CapturedOffers.pion])
    func `whep 1: a player's offer is answered with what we send`(text: String) throws {
        let offer = try offer(text)
        let (answer, session) = try Plans.answer(.sendonly).answer(to: offer)
        #expect(try SessionDescription(parsing: answer.text) == answer)
        let video = try #require(answer.media.first { $0.kind == .media(.video) })
        #expect(video.direction == .sendonly && video.msid?.stream == "show")
        #expect(video.ssrcGroups.map(\.ssrcs) == [[2_000, 2_001]])
        #expect(video.ssrcs.map(\.cname) == ["toolkit", "toolkit"])
        let media = try #require(session.media.first { $0.kind == .video })
        #expect(media.localSource == Plans.source(.video))
        #expect(media.remoteSources.isEmpty && media.usesReducedSizeRTCP)
        #expect(media.codecs[0].format.h264ProfileLevel.text == "42e01f")
        #expect(media.codecs[0].feedback == [.nack, .pli, .fir, .transportCC])
        #expect(media.codecs[0].rtxPayloadType != nil)
        #expect(!session.media.isEmpty && answer.media[0].candidates.count == 1)
    }

    @Test func `whep 5: the answer holds every candidate, since none can follow`() throws {
        var transport = Plans.transport
        transport.candidates = (1...3).map { "1 1 udp 213070643\($0) 192.0.2.\($0) 5000 typ host" }
        let plan = AnswerPlan(
            origin: Plans.origin, transport: transport, preferredRole: .server,
            media: [Plans.media(.audio, .sendonly), Plans.media(.video, .sendonly)],
            acceptsPart: false)
        let (answer, _) = try plan.answer(to: offer(CapturedOffers.chromiumPlayer))
        #expect(answer.media[0].candidates == transport.candidates)
        #expect(answer.media[0].hasEndOfCandidates)
    }

    @Test func `extensions are what both have, under the offer's numbers`() throws {
        let (answer, session) = try Plans.answer(.sendonly).answer(
            to: offer(CapturedOffers.chromiumPlayer))
        let ids = session.media[1].extensions
        #expect(ids[.mid] == 4 && ids[.rid] == 10 && ids[.repairedRID] == 11)
        #expect(ids[.transportSequence] == 3 && ids[.absoluteCaptureTime] == nil)
        #expect(ids[.playoutDelay] == nil && session.media[0].extensions[.audioLevel] == 1)
        #expect(answer.media[1].extensions.map(\.id) == [3, 4, 10, 11])
    }

    @Test func `layers are taken up to a limit, and only where they are wanted`() throws {
        let offer = try offer(CapturedOffers.chromiumSimulcast)
        for (limit, rids) in [(0, []), (2, ["h", "m"]), (9, ["h", "m", "l"])] {
            let plan = Plans.answer(
                .recvonly,
                [
                    Plans.media(.audio, .recvonly),
                    Plans.media(.video, .recvonly, layers: .receive(upTo: limit)),
                ])
            let (answer, session) = try plan.answer(to: offer)
            #expect(session.media[1].rids == rids)
            #expect(answer.media[1].rids.map(\.rid) == rids)
            #expect(answer.media[1].rids.allSatisfy { $0.direction == .recv })
            #expect(answer.media[1].simulcast?.receive.map { $0[0].rid } ?? [] == rids)
        }
        #expect(try Plans.answer(.recvonly).answer(to: offer).session.media[1].rids == [])
    }

    /// The m-line, and what it lacks or says.
    private func text(
        _ lines: [String] = [], setup: String = "actpass", direction: String = "sendrecv",
        audio: String = "a=rtcp-mux\na=mid:a\n", rest: String = "", group: String = "BUNDLE a v",
        transport: String = "a=ice-ufrag:abcd\na=ice-pwd:abcdefghijklmnopqrstuv\n"
            + "a=fingerprint:sha-256 01\n"
    ) -> String {
        "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\na=group:\(group)\n\(transport)"
            + (setup.isEmpty ? "" : "a=setup:\(setup)\n") + "a=\(direction)\n"
            + "m=audio 9 UDP/TLS/RTP/SAVPF 0\n\(audio)" + rest
            + lines.joined(separator: "\n")
    }

    private let vp8 = "m=video 9 UDP/TLS/RTP/SAVPF 96\na=rtpmap:96 VP8/90000\na=rtcp-mux\n"

    @Test(arguments: [
        ("actpass", DTLSRole.server, DTLSRole.server), ("actpass", .client, .client),
        ("active", .client, .server), ("passive", .server, .client), ("", .server, .server),
    ])
    func `the role`(setup: String, preferred: DTLSRole, role: DTLSRole) throws {
        let (answer, session) = try Plans.answer(.recvonly, role: preferred).answer(
            to: offer(text(setup: setup)))
        #expect(session.role == role)
        #expect(answer.media[0].setup == (role == .server ? .passive : .active))
        #expect(session.deviations == (setup.isEmpty ? [.noSetup] : []))
    }

    @Test(arguments: [
        ("sendrecv", MediaDirection.recvonly, MediaDirection.recvonly),
        ("sendonly", .recvonly, .recvonly), ("sendonly", .sendrecv, .recvonly),
        ("recvonly", .sendonly, .sendonly), ("sendrecv", .sendrecv, .sendrecv),
    ])
    func `the direction`(offered: String, wanted: MediaDirection, ours: MediaDirection) throws {
        let (answer, session) = try Plans.answer(wanted).answer(
            to: offer(text(direction: offered)))
        #expect(answer.media[0].direction == ours && session.media[0].direction == ours)
    }

    @Test func `whip endpoint 1: what can't be answered is refused with its reason`() throws {
        let cases: [(String, NegotiationProblem)] = [
            ("v=0\n", .noMedia), (text(rest: vp8 + "a=mid:a\n"), .duplicateMID("a")),
            (text(rest: vp8, group: "LS a v"), .noBundle), (text(rest: vp8), .noBundle),
            (text(audio: "a=mid:a\n"), .noRTCPMux(line: 0)),
            (
                text(transport: "a=ice-ufrag:abcd\na=ice-pwd:abcdefghijklmnopqrstuv\n"),
                .noFingerprint
            ),
            (text(transport: "a=fingerprint:sha-256 01\n"), .noCredentials),
            (text(direction: "recvonly"), .noCommonDirection(line: 0)),
            (text(direction: "inactive"), .nothingAcceptable),
            (
                text(rest: vp8.replacing("VP8", with: "theora") + "a=mid:v\n"),
                .noCommonCodec(line: 1)
            ),
            (
                text(rest: "m=audio 9 UDP/TLS/RTP/SAVPF 0\na=rtcp-mux\na=mid:v\n"),
                .unwantedMedia(line: 1)
            ),
            (
                text(rest: vp8.replacing("UDP/TLS/RTP/SAVPF", with: "RTP/AVP") + "a=mid:v\n"),
                .notSecure(line: 1)
            ),
            ("v=0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\n", .nothingAcceptable),
            ("v=0\nm=audio 0 UDP/TLS/RTP/SAVPF 0\na=rtcp-mux\n", .nothingAcceptable),
        ]
        for (text, error) in cases {
            let offer = try offer(text)
            #expect(throws: error) { _ = try Plans.answer(.recvonly).answer(to: offer) }
        }
    }

    @Test func `an m-line may be refused alone, and an unknown kind always is`() throws {
        let offer = try offer(
            text(
                rest: "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:d\n"
                    + vp8.replacing("VP8", with: "theora") + "a=mid:v\n",
                group: "BUNDLE v d a"))
        let (answer, session) = try Plans.answer(.recvonly, acceptsPart: true).answer(to: offer)
        #expect(answer.media.map(\.isRejected) == [false, true, true])
        #expect(answer.media.map(\.mid) == ["a", "d", "v"])
        #expect(answer.groups.map(\.mids) == [["a"]] && session.media.map(\.line) == [0])
        #expect(answer.text.contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"))
        #expect(answer.text.contains("m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"))
        #expect(try SessionDescription(parsing: answer.text) == answer)
    }

    @Test func `a lone m-line needs neither mid nor bundle`() throws {
        let (answer, session) = try Plans.answer(.recvonly).answer(
            to: offer(text(audio: "a=rtcp-mux\n", group: "LS")))
        #expect(answer.groups.isEmpty && answer.media[0].mid == nil)
        #expect(session.deviations == [.noMID])
    }

    @Test func `the bundle is led by the group's first, wherever it stands`() throws {
        let offer = try offer(
            text(
                rest: vp8 + "a=mid:v\na=ice-ufrag:vvvv\na=candidate:of the video\n",
                group: "BUNDLE v a"))
        let (answer, session) = try Plans.answer(.recvonly).answer(to: offer)
        #expect(answer.groups.map(\.mids) == [["v", "a"]])
        #expect(answer.media.map(\.candidates.count) == [0, 1])
        #expect(session.remoteCredentials.ufrag == "vvvv")
        #expect(session.remoteCandidates == ["of the video"])
    }

    @Test func `several codecs come in our order, each once`() throws {
        let plan = Plans.answer(
            .sendonly,
            [
                Plans.media(.audio, .sendonly, codecs: [.pcma, .opus, .pcma], codecLimit: 5),
                Plans.media(.video, .sendonly, codecs: [.vp9(profile: 2), .vp8], codecLimit: 2),
            ])
        let (answer, session) = try plan.answer(to: offer(CapturedOffers.chromiumPlayer))
        #expect(session.media[0].codecs.map(\.payloadType) == [8, 111])
        #expect(session.media[1].codecs.map(\.payloadType) == [100, 96])
        #expect(answer.media[1].payloads.map(\.payloadType) == [100, 101, 96, 97])
        #expect(answer.media[0].payloads[1].format?.parameter("stereo") == "1")
    }

    @Test func `a level is lowered where ends don't allow two of them`() throws {
        let video = """
            m=video 9 UDP/TLS/RTP/SAVPF 96
            a=rtpmap:96 H264/90000
            a=fmtp:96 profile-level-id=42e034;packetization-mode=1
            a=rtcp-mux
            a=mid:v

            """
        let offer = try offer(text(rest: video))
        let (answer, session) = try Plans.answer(.recvonly).answer(to: offer)
        let parameters = try #require(answer.media[1].payloads[0].format)
        #expect(parameters.h264ProfileLevel.text == "42e01f")
        #expect(parameters.parameter("level-asymmetry-allowed") == nil)
        #expect(session.media[1].codecs[0].format.h264ProfileLevel.text == "42e034")
    }

    @Test func `an extension number has one meaning in a bundle`() throws {
        let mid = RTPExtensionKind.mid.uri
        let offer = try offer(
            text(
                audio: "a=rtcp-mux\na=mid:a\na=extmap:1 \(mid)\na=extmap:15 \(mid)\n",
                rest: vp8 + "a=mid:v\na=extmap:1 \(RTPExtensionKind.rid.uri)\na=extmap:20 \(mid)\n")
        )
        let (answer, session) = try Plans.answer(.recvonly).answer(to: offer)
        #expect(session.media.map(\.extensions[.mid]) == [1, nil])
        #expect(session.media[1].extensions[.rid] == nil && answer.media[1].extensions.isEmpty)
        var mixed = offer
        mixed.media[1].allowsMixedExtensions = true
        let (_, other) = try Plans.answer(.recvonly).answer(to: mixed)
        #expect(other.media[1].extensions[.mid] == 20)
    }

    @Test func `whip endpoint 2: ICE lite and the end of candidates are said`() throws {
        var transport = Plans.transport
        transport.isICELite = true
        let plan = AnswerPlan(
            origin: Plans.origin, transport: transport, preferredRole: .server,
            media: [Plans.media(.audio, .recvonly)], acceptsPart: false)
        let (answer, _) = try plan.answer(to: offer(text()))
        #expect(answer.text.contains("\r\na=ice-lite\r\n"))
        #expect(answer.text.contains("\r\na=end-of-candidates\r\n"))
        #expect(answer.text.contains("\r\na=fingerprint:sha-256 AB:01\r\n"))
    }
}
