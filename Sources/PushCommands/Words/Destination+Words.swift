import CommandLineKit
import Network
import Publishing
import SecureTransport
import SessionCommands
import Sessions
import Signaling

extension DestinationFailure {
    /// `wasLive` tells a show that broke off from one that never began.
    func words(wasLive: Bool) -> FailureWords {
        let words =
            switch self {
            case .session(let failure): failure.words(.whip)
            case .nothingToGive:
                FailureWords(
                    .dataError, "nothing-to-give",
                    "nothing that can be sent is anything that it could take",
                    "leave out --copy, --no-video or --no-audio")
            case .rtmp(let failure): failure.words
            }
        // What was there before and is gone is lost, whatever the last try said.
        guard wasLive, words.status == .unavailable else { return words }
        return FailureWords(
            .ioError, words.code, "lost, and not to be had again: \(words.message)", words.hint)
    }
}

extension RTMPFailure {
    fileprivate var words: FailureWords {
        switch self {
        case .refused(_, let words):
            FailureWords(
                .unavailable, "rtmp.refused",
                "the RTMP server does not take the stream\(Self.quote(words))",
                "are application and stream key right?")
        case .lost(_, let words):
            FailureWords(
                .ioError, "rtmp.lost", "the RTMP server has gone\(Self.quote(words))")
        case .timedOut:
            FailureWords(.unavailable, "rtmp.timeout", "the RTMP server does not answer")
        case .noThread:
            FailureWords(.tryAgain, "rtmp.no-thread", "no thread could be started for RTMP")
        }
    }

    private static func quote(_ words: [String]) -> String {
        words.last.map { ": \($0)" } ?? ""
    }
}

extension Failure {
    /// Nil where all destinations got the show to the end.
    init?(destinationsOf report: PushReport, _ plan: PushPlan) {
        var failed: [(label: String, words: FailureWords)] = []
        for (target, destination) in zip(plan.targets, report.destinations) {
            let failure: DestinationFailure
            switch destination.state {
            case .failed(let reason), .waiting(_, let reason, _): failure = reason
            case .idle, .connecting, .live, .ended: continue
            }
            failed.append(
                (target.address.label, failure.words(wasLive: destination.wasLive)))
        }
        guard let first = failed.first else { return nil }
        let others =
            failed.count > 1
            ? "; \(failed.count) of \(report.destinations.count) destinations failed" : ""
        self.init(
            first.words.status, "destination.\(first.words.code)",
            "'\(first.label)': \(first.words.message)\(others)", hint: first.words.hint)
    }

    init(_ problem: Push.Problem) {
        switch problem {
        case .network(let error):
            self.init(.tryAgain, "system.network", "the push could not begin: \(error.words)")
        case .cryptography(let problem):
            self.init(
                .internalError, "system.cryptography",
                "no keys could be made: \(problem.call): \(problem.reasons.joined(separator: ", "))"
            )
        }
    }
}
