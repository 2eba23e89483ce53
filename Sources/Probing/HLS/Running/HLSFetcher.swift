import HTTP
import Network
import Playlists
import Primitives

/// Loads playlists and pieces, wherever a server sends us for them. For the loop's thread only.
final class HLSFetcher {
    enum Limits {
        static let redirects = 5
        static let playlistBytes = Playlist.Limits.bytes
        static let pieceBytes = 64 << 20
        static let headerBytes = 64 << 10
        static let connecting: Duration = .seconds(10)
        /// Under way at once: a playlist, a piece, and what comes before its bytes.
        static let transfers = 4
    }

    /// What has come, and from where in the end.
    struct Answer {
        let url: URL
        let response: HTTPResponse
        let timings: HTTPTimings
    }

    enum Problem: Error, Equatable {
        case http(HTTPClientProblem)
        case status(Int)
        case tooManyRedirects
        case badURL
    }

    typealias Completion = (Result<Answer, Problem>) -> Void

    private let client: HTTPClient
    private let origin: URL
    private let bearer: String?

    init(_ plan: HLSPlan, on loop: EventLoop) throws(HTTPClientProblem) {
        client = try HTTPClient(
            on: loop,
            options: HTTPClientOptions(
                authorityPath: plan.network.authorityPath,
                verifiesPeer: plan.network.verifiesPeer, usesEnvironmentProxy: true,
                userAgent: plan.network.userAgent, transfers: Limits.transfers))
        origin = plan.endpoint
        bearer = plan.network.bearer
    }

    func load(
        playlist url: URL, within time: Duration, _ completion: @escaping Completion
    ) {
        let limits = HTTPTransferLimits(
            connectTimeout: min(time, Limits.connecting), totalTimeout: time,
            headerBytes: Limits.headerBytes, bodyBytes: Limits.playlistBytes)
        load(url, range: nil, limits, redirects: 0, completion)
    }

    func load(
        piece source: PieceWish.Source, within time: Duration, _ completion: @escaping Completion
    ) {
        let limits = HTTPTransferLimits(
            connectTimeout: min(time, Limits.connecting), totalTimeout: time,
            headerBytes: Limits.headerBytes, bodyBytes: Limits.pieceBytes)
        load(source.url, range: source.range, limits, redirects: 0) { result in
            completion(result.flatMap { Self.cut($0, source.range) })
        }
    }

    private func load(
        _ url: URL, range: ByteRange?, _ limits: HTTPTransferLimits, redirects: Int,
        _ completion: @escaping Completion
    ) {
        var fields = HTTPFields([("Accept", "*/*")])
        if let range { fields.append("Range", "bytes=\(range.start)-\(range.end - 1)") }
        // Nobody else is told.
        if let bearer, url.hasSameOrigin(as: origin) {
            fields.append("Authorization", "Bearer \(bearer)")
        }
        let request = HTTPRequest(
            method: "GET", target: url.withoutFragment.text, fields: fields, body: [])
        do throws(HTTPClientProblem) {
            try client.send(request, limits: limits) { [weak self] result in
                switch result {
                case .failure(let problem): completion(.failure(.http(problem)))
                case .success(let reply):
                    self?.take(reply, url, range, limits, redirects, completion)
                }
            }
        } catch {
            completion(.failure(.http(error)))
        }
    }

    private func take(
        _ reply: HTTPReply, _ url: URL, _ range: ByteRange?, _ limits: HTTPTransferLimits,
        _ redirects: Int, _ completion: @escaping Completion
    ) {
        switch reply.response.status {
        case 200, 206:
            completion(
                .success(Answer(url: url, response: reply.response, timings: reply.timings)))
        case 301, 302, 303, 307, 308:
            guard redirects < Limits.redirects else {
                return completion(.failure(.tooManyRedirects))
            }
            guard let place = reply.response.fields["Location"],
                let next = try? url.resolving(place), next.isHTTP
            else { return completion(.failure(.badURL)) }
            load(next, range: range, limits, redirects: redirects + 1, completion)
        case let status: completion(.failure(.status(status)))
        }
    }

    /// A server that knows no ranges sends all of it.
    private static func cut(_ answer: Answer, _ range: ByteRange?) -> Result<Answer, Problem> {
        guard let range, answer.response.status == 200 else { return .success(answer) }
        let body = answer.response.body
        guard range.end <= body.count else { return .failure(.status(416)) }
        var response = answer.response
        response.body = Array(body[Int(range.start)..<Int(range.end)])
        return .success(Answer(url: answer.url, response: response, timings: answer.timings))
    }
}
