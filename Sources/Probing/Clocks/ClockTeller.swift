import HTTP
import Measures
import Network
import Primitives
import WebRTC

/// Somebody who can be asked what time it is, one question at a time. For its loop's thread only.
protocol ClockTeller: AnyObject {
    /// Calls back once, unless it is let go, and never before it returns.
    func ask(
        _ completion: @escaping (Result<ClockEstimate.Exchange, ClockProblem>) -> Void
    ) throws(ClockProblem)
}

/// Why somebody has not told the time.
enum ClockProblem: Error, Sendable, Equatable {
    case http(HTTPClientProblem)
    /// It answers, but not as a clock does.
    case status(Int)
    case malformed
    case timeout
    case unsynchronised
    case tooOften
    case denied
}

enum ClockTellerLimits {
    /// Answers that take longer are of no use.
    static let patience: Duration = .seconds(2)
    /// For the first one, which takes a connection.
    static let connecting: Duration = .seconds(5)
}

/// A relay's `/clock`, over one connection that is kept.
final class HTTPClockTeller: ClockTeller {
    private let client: HTTPClient
    private let url: URL

    init(_ url: URL, on loop: EventLoop, _ network: ProbeNetwork) throws(HTTPClientProblem) {
        self.url = url
        client = try HTTPClient(
            on: loop,
            options: HTTPClientOptions(
                authorityPath: network.authorityPath, verifiesPeer: network.verifiesPeer,
                usesEnvironmentProxy: true, userAgent: network.userAgent, transfers: 1))
    }

    func ask(
        _ completion: @escaping (Result<ClockEstimate.Exchange, ClockProblem>) -> Void
    ) throws(ClockProblem) {
        let asked = HostClock.read().instant
        let limits = HTTPTransferLimits(
            connectTimeout: ClockTellerLimits.connecting,
            totalTimeout: ClockTellerLimits.connecting, headerBytes: 16_384,
            bodyBytes: ClockReply.Limits.bytes)
        do throws(HTTPClientProblem) {
            try client.send(
                HTTPRequest(method: "GET", target: url.text), limits: limits
            ) { result in
                // A turn of the loop may have begun before the answer was there.
                let answered = HostClock.read().instant
                completion(Self.exchange(result, asked, answered))
            }
        } catch {
            throw .http(error)
        }
    }

    private static func exchange(
        _ result: Result<HTTPReply, HTTPClientProblem>, _ asked: Instant, _ answered: Instant
    ) -> Result<ClockEstimate.Exchange, ClockProblem> {
        switch result {
        case .failure(let problem): return .failure(.http(problem))
        case .success(let answer):
            let response = answer.response
            guard response.status == 200 else { return .failure(.status(response.status)) }
            guard let reply = ClockReply(parsing: response.body.span) else {
                return .failure(.malformed)
            }
            // What a connection took is not the question's way: its end bounds when that left.
            let timings = answer.timings
            let set = timings.isReused ? .zero : timings.secured ?? timings.connected
            return .success(
                ClockEstimate.Exchange(
                    asked: asked + set, theirReceiptNanoseconds: reply.receipt,
                    theirReplyNanoseconds: reply.reply, answered: max(answered, asked + set),
                    theirError: .zero))
        }
    }
}
