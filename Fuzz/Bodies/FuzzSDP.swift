import Primitives
import WebRTC

/// What parses must print, and the print must parse to the same.
package func fuzzSDP(_ bytes: [UInt8]) {
    if let description = try? SessionDescription(parsing: bytes.span) {
        checkSurvives(description)
        checkAnswer(to: description)
    }
}

private func checkSurvives(_ description: SessionDescription) {
    do throws(SDPProblem) {
        let again = try SessionDescription(parsing: description.text)
        precondition(again == description, "a description that does not survive")
    } catch {
        precondition(isGrowth(error), "a description whose print does not parse")
    }
}

/// What held for the whole session is printed on each m-line, which may be too much.
private func isGrowth(_ error: SDPProblem) -> Bool {
    error == .exceeds(.bytes) || error == .exceeds(.lines)
}

/// Whatever is answered must be an answer by our own rules.
private func checkAnswer(to offer: SessionDescription) {
    let source = MediaSource(
        ssrc: 7, rtxSSRC: 8, cname: "c", msid: MSID(stream: "s", track: "t"))
    let transport = LocalTransport(
        credentials: ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuv"),
        iceOptions: [], isICELite: true, candidates: ["1 1 udp 1 192.0.2.1 9 typ host"],
        hasEndOfCandidates: true,
        fingerprints: [CertificateFingerprint(algorithm: "sha-256", bytes: [1, 2])])
    func plan(_ kind: MediaKind, _ codecs: [CodecFormat]) -> MediaPlan {
        MediaPlan(
            kind: kind, direction: .sendrecv, codecs: codecs, codecLimit: 4,
            feedback: [.nack, .pli, .fir, .transportCC, .remb], usesRTX: true,
            extensions: RTPExtensionKind.allCases, source: source, layers: .receive(upTo: 4))
    }
    let plan = AnswerPlan(
        origin: SessionOrigin(sessionID: 1, version: 1), transport: transport,
        preferredRole: .server,
        media: [
            plan(.audio, [.opus, .pcmu]),
            plan(.video, [.h264(.constrainedBaseline), .vp8, .vp9(profile: 0), .av1, .h265]),
        ], acceptsPart: true)
    guard let (answer, session) = try? plan.answer(to: offer) else { return }
    checkSurvives(answer)
    let other: NegotiatedSession
    do throws(NegotiationProblem) {
        other = try NegotiatedSession(accepting: answer, for: offer)
    } catch {
        // An offer may contradict itself from one m-line to the next; we never write one.
        precondition(error == .illegalSetup, "an answer that is none")
        return
    }
    precondition(other.media.map(\.line) == session.media.map(\.line), "other m-lines")
    precondition(
        other.media.map { $0.codecs.map(\.payloadType) }
            == session.media.map { $0.codecs.map(\.payloadType) }, "other codecs")
}
