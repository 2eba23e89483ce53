import CommandLineKit
package import Network
import SecureTransport
package import Sessions
package import Signaling
import WebRTC

extension SessionFailure {
    /// By the phase that it ended in, so that it is known how far it came.
    package func words(_ role: SignalingRole) -> FailureWords {
        switch self {
        case .noSocket(let error):
            FailureWords(.tryAgain, "no-socket", "no UDP socket: \(error.words)")
        case .noAddress:
            FailureWords(
                .unavailable, "no-address",
                role == .whip
                    ? "this host has no address to send from"
                    : "this host has no address to receive at",
                "is it connected to a network?")
        case .cryptography(let problem):
            FailureWords(
                .internalError, "cryptography", "the encryption failed: \(problem.call)")
        case .http(let step, let problem): problem.words(step)
        case .signaling(let failure): failure.words(role)
        case .unreadableAnswer(let problem):
            FailureWords(
                .protocolError, "answer.unreadable",
                "its answer is no session description: \(problem.words)")
        case .badAnswer(let problem):
            FailureWords(
                .protocolError, "answer.bad", "its answer does not fit the offer: \(problem.words)")
        case .deviations(let deviations):
            FailureWords(
                .protocolError, "answer.deviates",
                "its answer deviates from the standard: "
                    + Words.list(deviations.map(\.words)), "leave out --strict to cope with it")
        case .ice(let failure, let relays): failure.words(relays)
        case .dtls(let failure): failure.words
        case .srtp(let problem):
            FailureWords(.protocolError, "srtp", "the encryption of media failed: \(problem)")
        case .tookTooLong(let phase):
            FailureWords(
                .unavailable, "timeout", "\(phase.words) took too long",
                phase == .connecting ? ICEFailure.hint : nil)
        case .left: FailureWords(.ioError, "left", "it has ended the session")
        }
    }
}

extension SessionPhase {
    package var words: String {
        switch self {
        case .idle: "the beginning"
        case .gathering: "asking STUN and TURN servers"
        case .signalling: "the answer to the offer"
        case .connecting: "connecting (ICE and DTLS, after the answer)"
        case .connected: "the session"
        case .ended: "the end"
        }
    }
}

extension ICEFailure {
    static let hint =
        "UDP may be blocked on the way: try a TURN server, named in the file of --ice-server-file"

    fileprivate func words(_ relays: [RelayFailure]) -> FailureWords {
        var words: String
        switch reason {
        case .noLocalCandidates: words = "no address of ours could be used"
        case .noRemoteCandidates: words = "the answer names no address to send to"
        case .allPairsFailed, .tookTooLong:
            let places = attempts.prefix(4).map { "\($0.remote)" }
            let tried = places.isEmpty ? "" : " (tried \(Words.list(places)))"
            words = "no way to its media was found over UDP\(tried)"
        case .consentExpired:
            return FailureWords(
                .ioError, "consent-expired", "the other side has stopped answering")
        }
        if let relay = relays.first {
            words += "; '\(relay.url)' was of no use: \(relay.reason.words)"
        }
        return FailureWords(.unavailable, "ice", words, Self.hint)
    }
}

extension RelayFailure.Reason {
    package var words: String {
        switch self {
        case .badURL: "it is no URL of a STUN or TURN server"
        case .unresolved: "its name is not known"
        case .connection(let end): end.words
        case .socket(let error): error.words
        case .badAuthority: "the file of certificates cannot be read"
        case .turn(.timedOut): "it does not answer"
        case .turn(.unauthorized): "it does not know the user or the secret"
        case .turn(.refused(let code, let reason)): "it says \(code) \(reason)"
        case .turn(.malformedAnswer): "its answer makes no sense"
        case .turn(.lost): "its connection broke"
        case .tooMany: "there are too many of them"
        }
    }
}

extension StreamConnectionEnd {
    var words: String {
        switch self {
        case .connect: "nobody listens there"
        case .connectTimedOut, .secureTimedOut: "it does not answer"
        case .untrusted: "its certificate is not trusted"
        case .secure: "TLS with it failed"
        case .ended: "it hung up"
        case .broken: "its connection broke"
        case .damaged: "what it says is no TLS"
        }
    }
}

extension DTLSFailure {
    fileprivate var words: FailureWords {
        switch self {
        case .wrongFingerprint:
            FailureWords(
                .protocolError, "dtls.wrong-fingerprint",
                "its certificate is not the one that its answer named: "
                    + "somebody may be in the middle")
        case .noCommonProfile:
            FailureWords(
                .protocolError, "dtls.no-profile", "DTLS: no common way to encrypt media")
        case .timedOut:
            FailureWords(
                .unavailable, "dtls.timeout", "a way was found, but DTLS got no answer on it")
        case .refused(let reasons):
            FailureWords(
                .protocolError, "dtls.refused", "DTLS failed: \(reasons.joined(separator: ", "))")
        }
    }
}

extension HTTPClientProblem {
    fileprivate func words(_ step: SignalingFailure.Step) -> FailureWords {
        words(request: step.words)
    }

    /// `request` says what was asked for.
    package func words(request: String) -> FailureWords {
        func unavailable(_ code: String, _ words: String, _ hint: String? = nil) -> FailureWords {
            FailureWords(.unavailable, "http.\(code)", "\(request): \(words)", hint)
        }
        switch self {
        case .badURL, .badRequest:
            return FailureWords(.usage, "http.bad-url", "its URL cannot be used")
        case .resolve:
            return unavailable("resolve", "the name is not known (DNS)", "is it spelled right?")
        case .connect(let code):
            let reason = code == 111 ? "nobody listens there (TCP)" : "no connection (TCP)"
            return unavailable("connect", reason, "is the server running, and the port right?")
        case .untrusted(let code):
            return FailureWords(
                .unavailable, "http.untrusted",
                "\(request): the certificate is not trusted (OpenSSL \(code))",
                "name your authority's certificate with --cacert")
        case .badAuthorityFile:
            return FailureWords(
                .noInput, "http.bad-authority", "the file of --cacert holds no certificate")
        case .secure(let code):
            return unavailable("tls", "TLS failed (libcurl \(code))", "is it https at that port?")
        case .timeout(let phase):
            return unavailable("timeout", "no answer in time (\(phase.words))")
        case .headerTooLarge(let limit), .bodyTooLarge(let limit):
            return FailureWords(
                .protocolError, "http.too-large",
                "\(request): the answer is longer than \(limit) bytes")
        case .transfer(let code):
            return unavailable("transfer", "the answer broke off (libcurl \(code))")
        case .cancelled: return unavailable("cancelled", "it was ended")
        case .busy(let limit):
            return FailureWords(
                .tryAgain, "http.busy", "more than \(limit) requests are under way")
        case .outOfMemory:
            return FailureWords(.tryAgain, "http.memory", "there is no memory left")
        }
    }
}

extension HTTPClientProblem.Phase {
    fileprivate var words: String {
        switch self {
        case .resolve: "asking DNS"
        case .connect: "connecting"
        case .secure: "TLS"
        case .answer: "waiting for the answer"
        case .body: "reading the answer"
        }
    }
}

extension NetworkError {
    package var words: String {
        switch self {
        case .system(let call, let code): "\(call) failed: \(SystemWords.text(code))"
        case .full(let limit): "more than \(limit) of a kind"
        case .unresolved: "the name is not known"
        case .stopped: "it was ended"
        }
    }
}
