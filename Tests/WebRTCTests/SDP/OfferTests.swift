import Testing
import WebRTC

/// Our own offers, and the answers that come back.
@Suite struct OfferTests {
    @Test func `whip client 2: an offer for WHIP has all it must`() throws {
        let offer = Plans.offer(.sendonly)
        #expect(try SessionDescription(parsing: offer.text) == offer)
        #expect(offer.groups == [MediaGroup(semantics: .bundle, mids: ["0", "1"])])
        #expect(offer.text.contains("\r\na=extmap-allow-mixed\r\n"))
        for media in offer.media {
            #expect(media.direction == .sendonly && media.setup == .actpass && media.port == 9)
            #expect(media.hasRTCPMux && media.hasRTCPMuxOnly && media.hasReducedSizeRTCP)
            #expect(media.msid?.stream == "show" && media.iceOptions == ["trickle"])
            #expect(media.credentials == Plans.transport.credentials)
        }
        #expect(offer.media[0].payloads.map(\.payloadType) == [96, 0, 8])
        #expect(
            offer.media[1].payloads.map(\.payloadType)
                == [97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108])
        #expect(offer.media[1].payloads[1].format?.appliesTo == 97)
        #expect(offer.media[1].ssrcGroups.map(\.ssrcs) == [[2_000, 2_001]])
        #expect(offer.media[0].ssrcGroups.isEmpty)
        #expect(offer.media.map(\.candidates.count) == [1, 0])
        #expect(offer.media[0].extensions.map(\.id) == [1, 4, 7])
        #expect(offer.media[1].extensions.map(\.id) == [1, 2, 3, 6, 7])
    }

    @Test func `whep 1: an offer for WHEP says nothing of what is sent`() throws {
        let offer = Plans.offer(.recvonly, setup: .active)
        #expect(try SessionDescription(parsing: offer.text) == offer)
        #expect(offer.media.allSatisfy { $0.ssrcs.isEmpty && $0.msid == nil })
        #expect(offer.media.allSatisfy { $0.direction == .recvonly && $0.setup == .active })
    }

    @Test func `whip client 11: an offer with layers, and its answer`() throws {
        let layers = MediaPlan.Layers.send(["h", "m", "l"])
        let offer = Plans.offer(.sendonly, [Plans.media(.video, .sendonly, layers: layers)])
        #expect(try SessionDescription(parsing: offer.text) == offer)
        #expect(offer.text.contains("a=simulcast:send h;m;l\r\n"))
        #expect(offer.media[0].ssrcs.isEmpty && offer.media[0].msid != nil)
        let plan = Plans.answer(
            .recvonly, [Plans.media(.video, .recvonly, layers: .receive(upTo: 2))])
        let (answer, session) = try plan.answer(to: offer)
        let ours = try NegotiatedSession(accepting: answer, for: offer)
        #expect(ours.media[0].rids == ["h", "m"] && session.media[0].rids == ["h", "m"])
    }

    @Test func `more codecs than numbers`() throws {
        let many = (0..<70).map { CodecFormat(name: "c\($0)", clockRate: 90_000) }
        let offer = Plans.offer(.recvonly, [Plans.media(.video, .recvonly, codecs: many)])
        let numbers = offer.media[0].payloads.map(\.payloadType)
        #expect(numbers.count == 61 && Set(numbers).count == 61)
        #expect(numbers.allSatisfy { 96 <= $0 && $0 <= 127 || 35 <= $0 && $0 <= 63 })
        #expect(try SessionDescription(parsing: offer.text) == offer)
    }

    @Test(arguments: [MediaDirection.sendonly, .recvonly, .sendrecv])
    func `offer and answer come to the same`(direction: MediaDirection) throws {
        let offer = Plans.offer(direction)
        let (answer, theirs) = try Plans.answer(direction.reversed).answer(to: offer)
        let parsed = try SessionDescription(parsing: answer.text)
        let ours = try NegotiatedSession(accepting: parsed, for: offer)
        #expect(ours.role == .client && theirs.role == .server)
        #expect(ours.deviations.isEmpty && theirs.deviations.isEmpty)
        #expect(ours.media.map(\.direction) == [direction, direction])
        #expect(theirs.media.map(\.direction) == [direction.reversed, direction.reversed])
        for (our, their) in zip(ours.media, theirs.media) {
            #expect(our.mid == their.mid && our.extensions == their.extensions)
            #expect(our.codecs.map(\.payloadType) == their.codecs.map(\.payloadType))
            #expect(our.codecs.map(\.rtxPayloadType) == their.codecs.map(\.rtxPayloadType))
            #expect(our.codecs.map(\.feedback) == their.codecs.map(\.feedback))
            #expect(our.localSource.map { [$0] } ?? [] == their.remoteSources)
            #expect(their.localSource.map { [$0] } ?? [] == our.remoteSources)
            #expect(our.usesReducedSizeRTCP && their.usesReducedSizeRTCP)
        }
        #expect(ours.remoteCandidates == Plans.transport.candidates)
        #expect(ours.remoteHasEndOfCandidates && !ours.isRemoteICELite)
    }

    /// What is changed in a good answer to a sending offer, and what comes of it.
    private func accept(
        setup: DTLSSetup = .actpass, _ change: (inout SessionDescription) -> Void
    ) throws -> NegotiatedSession {
        let offer = Plans.offer(.sendonly, setup: setup)
        var (answer, _) = try Plans.answer(.recvonly).answer(to: offer)
        change(&answer)
        return try NegotiatedSession(
            accepting: SessionDescription(parsing: answer.text), for: offer)
    }

    @Test func `an answer that is none is refused with its reason`() {
        let changes: [(NegotiationProblem, (inout SessionDescription) -> Void)] = [
            (.mediaCountDiffers(offered: 2, answered: 1), { $0.media.removeLast() }),
            (.mediaCountDiffers(offered: 2, answered: 3), { $0.media.append($0.media[0]) }),
            (.kindDiffers(line: 0), { $0.media.swapAt(0, 1) }),
            (.midDiffers(line: 1), { $0.media[1].mid = "x" }),
            (
                .codecNotOffered(line: 1, payloadType: 55),
                { $0.media[1].payloads = [PayloadFormat(payloadType: 55, format: .vp8)] }
            ),
            (
                .codecNotOffered(line: 1, payloadType: 97),
                { $0.media[1].payloads = [PayloadFormat(payloadType: 97, format: .vp8)] }
            ),
            (.noCommonCodec(line: 0), { $0.media[0].payloads = [] }),
            (
                .noCommonCodec(line: 1),
                { $0.media[1].payloads.removeAll { $0.format?.isRetransmission != true } }
            ),
            (
                .extensionNotOffered(line: 0, id: 9),
                { $0.media[0].extensions.append(HeaderExtension(id: 9, uri: "urn:x")) }
            ),
            (
                .extensionNotOffered(line: 0, id: 1),
                { $0.media[0].extensions = [HeaderExtension(id: 1, uri: "urn:x")] }
            ),
            (.illegalSetup, { for line in 0..<2 { $0.media[line].setup = .actpass } }),
            (.noCredentials, { for line in 0..<2 { $0.media[line].credentials = nil } }),
            (.noFingerprint, { for line in 0..<2 { $0.media[line].fingerprints = [] } }),
            (.nothingAcceptable, { for line in 0..<2 { $0.media[line].port = 0 } }),
            (.nothingAcceptable, { for line in 0..<2 { $0.media[line].direction = .sendonly } }),
            (
                .noBundle,
                {
                    $0.groups = []
                    $0.media[1].credentials = ICECredentials(
                        ufrag: "else", password: "elseelseelseelseelseelse")
                }
            ),
        ]
        for (error, change) in changes {
            #expect(throws: error) { try accept(change) }
        }
    }

    @Test(arguments: [
        (DTLSSetup.actpass, DTLSSetup?.some(.active), DTLSRole?.some(.server)),
        (.actpass, .passive, .client), (.actpass, nil, .server), (.active, .passive, .client),
        (.active, nil, .client), (.active, .active, nil), (.passive, .active, .server),
        (.passive, nil, .server), (.passive, .passive, nil), (.passive, .actpass, nil),
    ])
    func `the role`(offered: DTLSSetup, answered: DTLSSetup?, role: DTLSRole?) throws {
        let session = try? accept(setup: offered) {
            for line in 0..<2 { $0.media[line].setup = answered }
        }
        #expect(session?.role == role)
        if role != nil { #expect(session?.deviations == (answered == nil ? [.noSetup] : [])) }
    }

    @Test func `what an answer should have said otherwise is taken and noted`() throws {
        let session = try accept {
            $0.groups = []
            for line in 0..<2 {
                $0.media[line].hasRTCPMux = false
                $0.media[line].mid = nil
                $0.media[line].direction = .sendrecv
            }
        }
        #expect(
            session.deviations == [
                .noMID, .noRTCPMuxInAnswer, .directionTooWide, .noBundleInAnswer,
            ])
        #expect(session.media.map(\.mid) == ["0", "1"])
        #expect(session.media.allSatisfy { $0.direction == .sendonly && $0.remoteSources == [] })
    }

    @Test func `an answer without parameters, and one that refuses the audio`() throws {
        let session = try accept {
            $0.media[0].port = 0
            $0.groups[0].mids = ["1"]
            $0.media[1].payloads[0].format?.parameters = []
        }
        #expect(session.media.map(\.line) == [1] && session.media[0].mid == "1")
        #expect(session.media[0].codecs[0].format.packetizationMode == 1)
        #expect(session.remoteCandidates == Plans.transport.candidates)
    }

    @Test func `a server like Pion's answers for the session, and in ICE lite`() throws {
        let text = """
            v=0
            o=- 1 2 IN IP4 0.0.0.0
            s=-
            t=0 0
            a=ice-lite
            a=fingerprint:\(CapturedOffers.sha256)
            a=group:BUNDLE 0 1
            m=audio 9 UDP/TLS/RTP/SAVPF 96
            c=IN IP4 0.0.0.0
            a=setup:active
            a=mid:0
            a=ice-ufrag:rEmo
            a=ice-pwd:tetetetetetetetetetetete
            a=rtcp-mux
            a=rtpmap:96 opus/48000/2
            a=recvonly
            a=candidate:1 1 udp 2130706431 203.0.113.1 7000 typ host
            a=candidate:1 2 udp 2130706431 203.0.113.1 7000 typ host
            a=end-of-candidates
            m=video 9 UDP/TLS/RTP/SAVPF 97 98
            c=IN IP4 0.0.0.0
            a=setup:active
            a=mid:1
            a=ice-ufrag:rEmo
            a=ice-pwd:tetetetetetetetetetetete
            a=rtcp-mux
            a=rtpmap:97 H264/90000
            a=fmtp:97 profile-level-id=42001f;packetization-mode=1
            a=rtcp-fb:97 nack\u{20}
            a=rtcp-fb:97 ccm fir
            a=rtpmap:98 rtx/90000
            a=fmtp:98 apt=97
            a=recvonly

            """
        let session = try NegotiatedSession(
            accepting: SessionDescription(parsing: text), for: Plans.offer(.sendonly))
        #expect(session.isRemoteICELite && session.role == .server)
        #expect(session.remoteCandidates.count == 2 && session.remoteFingerprints.count == 1)
        let codec = session.media[1].codecs[0]
        #expect(codec.payloadType == 97 && codec.rtxPayloadType == 98)
        #expect(codec.feedback == [.nack, .fir])
        #expect(!session.media[1].usesReducedSizeRTCP)
    }

    @Test func `an m-line that carries neither audio nor video can't be ours`() {
        #expect(throws: NegotiationProblem.noMedia) {
            try NegotiatedSession(
                accepting: SessionDescription(origin: Plans.origin),
                for: SessionDescription(origin: Plans.origin))
        }
    }
}
