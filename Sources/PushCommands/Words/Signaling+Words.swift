import CommandLineKit
import Signaling
import WebRTC
import SessionCommands

extension SignalingFailure.Step {
    var words: String {
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
    var words: DestinationWords {
        let said = status.map { " \($0)" } ?? ""
        func broken(_ code: String, _ words: String, _ hint: String? = nil) -> DestinationWords {
            DestinationWords(.protocolError, "whip.\(code)", "\(step.words): \(words)", hint)
        }
        switch reason {
        case .transport:
            return DestinationWords(.unavailable, "whip.no-answer", "\(step.words): no answer")
        case .refused: return refusal
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
                "the server must name the session (RFC 9725 4.2)")
        case .badLocation(let text): return broken("bad-location", "no URL in Location: '\(text)'")
        case .bodyTooLong: return broken("too-long", "the answer is too long")
        case .bodyNotText: return broken("not-text", "the answer is no text")
        case .notADescription:
            return broken("no-description", "the answer is no session description", isWHIP)
        case .unexpectedStatus(let wanted):
            return broken("status", "the answer is\(said) instead of \(wanted)", isWHIP)
        case .unexpectedContentType(let type):
            return broken("content-type", "the answer is \(type ?? "of no type")", isWHIP)
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

    private var isWHIP: String { "is this the URL of a WHIP endpoint?" }

    /// What it says itself comes first: nothing is read into a code but its class.
    private var refusal: DestinationWords {
        var words = "\(step.words): refused with \(status ?? 0)"
        if let title = problem?.title { words += ": \(title)" }
        if let detail = problem?.detail { words += " (\(detail))" }
        if problem == nil, let excerpt, !excerpt.hasPrefix("<") { words += ": \(excerpt)" }
        switch status ?? 0 {
        case 401, 403:
            return DestinationWords(
                .noPermission, "whip.unauthorized", words,
                "give the token with --token-file or in LC_TOKEN")
        case 404:
            return DestinationWords(.protocolError, "whip.not-found", words, isWHIP)
        case 409:
            return DestinationWords(
                .noPermission, "whip.conflict", words, "somebody may be sending there already")
        case 405, 415, 501:
            return DestinationWords(.protocolError, "whip.not-whip", words, isWHIP)
        case 400, 406, 422:
            return DestinationWords(
                .protocolError, "whip.not-acceptable", words,
                "another --video-codec may be acceptable")
        case 429, 503:
            return DestinationWords(.tryAgain, "whip.busy", words, "try again later")
        case 500...599:
            return DestinationWords(.unavailable, "whip.server-error", words)
        default: return DestinationWords(.noPermission, "whip.refused", words)
        }
    }
}

extension SDPProblem {
    var words: String {
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
    var words: String {
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
    var words: String {
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
