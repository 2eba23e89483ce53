import CommandLineKit
package import Signaling
package import WebRTC

extension SignalingFailure.Step {
    package var words: String {
        switch self {
        case .discovery: "OPTIONS"
        case .offer: "the offer (POST)"
        case .counterAnswer: "the counter-answer (PATCH)"
        case .trickle: "candidates (PATCH)"
        case .restart: "ICE restart (PATCH)"
        case .close: "the goodbye (DELETE)"
        }
    }
}

extension SignalingFailure {
    package func words(_ role: SignalingRole) -> FailureWords {
        let protocolName = role == .whip ? "whip" : "whep"
        let isEndpoint =
            role == .whip
            ? "is this the URL of a WHIP endpoint?" : "is this the URL of a WHEP endpoint?"
        let said = status.map { " \($0)" } ?? ""
        func broken(_ code: String, _ words: String, _ hint: String? = nil) -> FailureWords {
            FailureWords(.protocolError, "\(protocolName).\(code)", "\(step.words): \(words)", hint)
        }
        switch reason {
        case .transport:
            return FailureWords(
                .unavailable, "\(protocolName).no-answer", "\(step.words): no answer")
        case .refused: return refusal(role)
        case .redirectRefused(let location):
            return broken(
                "redirect",
                "a redirect\(said) that must not be followed"
                    + (location.map { ", to '\($0)'" } ?? ""), "give that URL itself")
        case .tooManyRedirects: return broken("redirect", "too many redirects")
        case .badRedirect: return broken("redirect", "a redirect\(said) that leads nowhere")
        case .missingLocation:
            return broken(
                "missing-location", "the answer\(said) lacks its Location, the session's URL",
                role == .whip
                    ? "the server must name the session (RFC 9725 4.2)"
                    : "the server must name the session")
        case .badLocation(let text): return broken("bad-location", "no URL in Location: '\(text)'")
        case .bodyTooLong: return broken("too-long", "the answer is too long")
        case .bodyNotText: return broken("not-text", "the answer is no text")
        case .notADescription:
            return broken("no-description", "the answer is no session description", isEndpoint)
        case .unexpectedStatus(let wanted):
            return broken("status", "the answer is\(said) instead of \(wanted)", isEndpoint)
        case .unexpectedContentType(let type):
            return broken("content-type", "the answer is \(type ?? "of no type")", isEndpoint)
        case .missingEntityTag: return broken("no-etag", "the answer has no ETag")
        case .badEntityTag(let tag): return broken("bad-etag", "the ETag '\(tag)' is none")
        case .counterOfferExpired: return broken("expired", "the offer had expired")
        case .noPublisher(let waited):
            return broken("no-publisher", "nobody published for \(Words.seconds(waited))")
        case .badFragment: return broken("bad-fragment", "candidates that make no sense")
        case .restartWithoutCredentials:
            return broken("no-credentials", "no credentials in the answer to an ICE restart")
        case .noSession: return broken("no-session", "there is no session")
        }
    }

    /// What it says itself comes first: nothing is read into a code but its class.
    private func refusal(_ role: SignalingRole) -> FailureWords {
        let said = refusalWords
        switch role {
        case .whip: return whipRefusal(said)
        case .whep: return whepRefusal(said)
        }
    }

    private var refusalWords: String {
        var words = "\(step.words): refused with \(status ?? 0)"
        if let title = problem?.title { words += ": \(title)" }
        if let detail = problem?.detail { words += " (\(detail))" }
        if problem == nil, let excerpt, !excerpt.hasPrefix("<") { words += ": \(excerpt)" }
        return words
    }

    private func whipRefusal(_ words: String) -> FailureWords {
        let isWHIP = "is this the URL of a WHIP endpoint?"
        switch status ?? 0 {
        case 401, 403:
            return FailureWords(
                .noPermission, "whip.unauthorized", words,
                "give the token with --token-file or in LC_TOKEN")
        case 404:
            return FailureWords(.protocolError, "whip.not-found", words, isWHIP)
        case 409:
            return FailureWords(
                .noPermission, "whip.conflict", words, "somebody may be sending there already")
        case 405, 415, 501:
            return FailureWords(.protocolError, "whip.not-whip", words, isWHIP)
        case 400, 406, 422:
            return FailureWords(
                .protocolError, "whip.not-acceptable", words,
                "another --video-codec may be acceptable")
        case 429, 503:
            return FailureWords(.tryAgain, "whip.busy", words, "try again later")
        case 500...599:
            return FailureWords(.unavailable, "whip.server-error", words)
        default: return FailureWords(.noPermission, "whip.refused", words)
        }
    }

    private func whepRefusal(_ words: String) -> FailureWords {
        let isWHEP = "is this the URL of a WHEP endpoint?"
        switch status ?? 0 {
        case 401, 403:
            return FailureWords(
                .noPermission, "whep.unauthorized", words,
                "give the token with --token-file or in LC_TOKEN")
        case 404:
            return FailureWords(
                .unavailable, "whep.not-on-air", words,
                "is the show on the air, and the URL right? --wait waits for a show")
        case 409:
            return FailureWords(
                .unavailable, "whep.not-on-air", words,
                "nobody may be publishing: --wait waits for a show")
        case 405, 415, 501:
            return FailureWords(.protocolError, "whep.not-whep", words, isWHEP)
        case 400, 406, 422:
            return FailureWords(
                .protocolError, "whep.not-acceptable", words,
                "it may send a codec that this program does not offer")
        case 429, 503:
            return FailureWords(.tryAgain, "whep.busy", words, "try again later")
        case 500...599:
            return FailureWords(.unavailable, "whep.server-error", words)
        default: return FailureWords(.noPermission, "whep.refused", words)
        }
    }
}

extension SDPProblem {
    package var words: String {
        switch self {
        case .notUTF8: "it is not UTF-8"
        case .noVersion: "it does not begin with 'v=0'"
        case .malformed(let line): "line \(line) makes no sense"
        case .halfCredentials: "a user name without its password"
        case .exceeds(let limit): "more than \(limit.maximum) of \(limit)"
        }
    }
}

extension SDPDeviation {
    package var words: String {
        switch self {
        case .noSetup: "it has no a=setup"
        case .noMID: "it has no a=mid"
        case .noBundleInAnswer: "it does not bundle"
        case .noRTCPMuxInAnswer: "it has no a=rtcp-mux"
        case .directionTooWide: "its direction is wider than what was offered"
        }
    }
}

extension NegotiationProblem {
    package var words: String {
        switch self {
        case .noMedia: "it has no media"
        case .duplicateMID(let mid): "two m-lines are called '\(mid)'"
        case .noBundle: "it does not bundle"
        case .noRTCPMux: "it does not multiplex RTP and RTCP"
        case .noFingerprint: "it has no fingerprint"
        case .noCredentials: "it has no ICE credentials"
        case .notSecure: "it does not encrypt"
        case .noCommonCodec: "it takes none of the codecs"
        case .noCommonDirection: "it wants to send, too"
        case .unwantedMedia: "it has more media than were offered"
        case .nothingAcceptable: "it takes neither picture nor sound"
        case .illegalSetup: "its a=setup cannot be"
        case .mediaCountDiffers(let offered, let answered):
            "it has \(answered) m-lines, and \(offered) were offered"
        case .kindDiffers: "it answers with another medium"
        case .midDiffers: "it calls an m-line otherwise"
        case .codecNotOffered(_, let payloadType): "it wants \(payloadType), which was not offered"
        case .extensionNotOffered(_, let id): "it wants extension \(id), which was not offered"
        }
    }
}
