import CommandLineKit
import Network
import Probing
import SecureTransport
import SessionCommands
import Sessions
import Signaling

extension ProbeFailure {
    /// Why a viewer saw nothing: what, and what to try next.
    var words: FailureWords {
        switch self {
        case .session(let failure): failure.words(.whep)
        case .noMedia:
            FailureWords(
                .unavailable, "media.none", "connected, and not one packet of media came",
                "is anybody publishing? --wait waits for a show")
        case .noKeyframe:
            FailureWords(
                .protocolError, "media.no-keyframe", "packets came, and no keyframe among them",
                "the sender does not answer requests for one (PLI)")
        case .undecodable(let codec):
            FailureWords(
                .dataError, "media.undecodable", "nothing here decodes the \(codec) that came",
                "this FFmpeg may be built without it")
        case .hls(let failure): failure.words
        }
    }
}

extension HLSFailure {
    var words: FailureWords {
        switch self {
        case .http(let problem): problem.words(request: "the playlist")
        case .status(let status):
            switch status {
            case 401, 403:
                FailureWords(
                    .noPermission, "hls.unauthorized", "the playlist is refused with \(status)",
                    "give the token with --token-file or in LC_TOKEN")
            case 404:
                FailureWords(
                    .unavailable, "hls.not-found", "there is no playlist (404)",
                    "is the show on the air, and the URL right? --wait waits for a show")
            case 429, 503:
                FailureWords(
                    .tryAgain, "hls.busy", "the playlist is refused with \(status)",
                    "try again later")
            default:
                FailureWords(
                    .unavailable, "hls.status", "no playlist came, but \(status)",
                    "is this the URL of an HLS playlist (.m3u8)?")
            }
        case .malformed(let line):
            FailureWords(
                .dataError, "hls.malformed", "line \(line) of what came is of no playlist",
                "is this the URL of an HLS playlist (.m3u8)?")
        case .noPieces:
            FailureWords(
                .unavailable, "hls.no-pieces", "the playlist names no piece that could be played")
        case .encrypted(let method):
            FailureWords(
                .dataError, "hls.encrypted",
                "the pieces are encrypted (\(method)), which cannot be read here")
        case .tooManyRedirects(let limit):
            FailureWords(
                .protocolError, "hls.redirects", "more than \(limit) redirects, one to another")
        case .badURL:
            FailureWords(
                .protocolError, "hls.bad-url", "the playlist names something that is no URL")
        case .stale:
            FailureWords(
                .ioError, "hls.stale", "the playlist does not change any more",
                "the show may have ended without saying so")
        }
    }
}

extension Failure {
    /// Why a run came to nothing.
    init(_ failure: ProbeFailure, target: String, wasWatching: Bool) {
        let words = failure.words
        let isGone = wasWatching && words.status == .unavailable
        self.init(
            isGone ? .ioError : words.status, "probe.\(words.code)",
            "'\(target)': \(isGone ? "lost: " : "")\(words.message)", hint: words.hint)
    }

    init(_ problem: Probe.Problem) {
        switch problem {
        case .network(let error):
            self.init(.tryAgain, "system.network", "the probe could not begin: \(error.words)")
        case .cryptography(let problem):
            self.init(
                .internalError, "system.cryptography",
                "no keys could be made: \(problem.call): \(problem.reasons.joined(separator: ", "))"
            )
        case .http(let problem):
            let words = problem.words(request: "the endpoint")
            self.init(words.status, "system.\(words.code)", words.message, hint: words.hint)
        }
    }

    init(_ problem: HLSProbe.Problem) {
        switch problem {
        case .network(let error): self.init(Probe.Problem.network(error))
        case .http(let problem): self.init(Probe.Problem.http(problem))
        }
    }
}
