import HTTP
import Network
import Primitives

/// Posts offers and deletes sessions; what WHIP and WHEP ask for beyond that a load does not need.
final class LoadHTTP {
    struct Accepted {
        let sdp: String
        let session: String
    }

    private let client: HTTPClient
    private let bearer: String?

    static let transfers = 64

    init(on loop: EventLoop, bearer: String?) throws {
        client = try HTTPClient(
            on: loop,
            options: HTTPClientOptions(
                authorityPath: nil, verifiesPeer: false, usesEnvironmentProxy: false,
                userAgent: "relay-load", transfers: Self.transfers))
        self.bearer = bearer
    }

    func post(
        _ offer: String, to url: String,
        _ completion: @escaping (Result<Accepted, LoadProblem>) -> Void
    ) {
        let request = HTTPRequest(
            method: "POST", target: url,
            fields: fields([("Content-Type", "application/sdp")]), body: Array(offer.utf8))
        send(request) { result in
            completion(
                result.flatMap { response in
                    guard response.status == 200 || response.status == 201 else {
                        let words = String(decoding: response.body.prefix(200), as: UTF8.self)
                        return .failure(LoadProblem("status \(response.status): \(words)"))
                    }
                    let sdp = String(decoding: response.body, as: UTF8.self)
                    let session = Self.resolve(response.fields["Location"] ?? "", at: url)
                    return .success(Accepted(sdp: sdp, session: session))
                })
        }
    }

    func delete(_ session: String, _ completion: @escaping () -> Void) {
        let request = HTTPRequest(method: "DELETE", target: session, fields: fields([]))
        send(request) { _ in completion() }
    }

    private func send(
        _ request: HTTPRequest,
        _ completion: @escaping (Result<HTTPResponse, LoadProblem>) -> Void
    ) {
        do {
            try client.send(request, limits: .signaling) { result in
                completion(
                    result.map(\.response).mapError { LoadProblem("no answer: \($0)") })
            }
        } catch {
            completion(.failure(LoadProblem("no request: \(error)")))
        }
    }

    private func fields(_ own: [(name: String, value: String)]) -> HTTPFields {
        var fields = HTTPFields(own)
        if let bearer { fields.append("Authorization", "Bearer \(bearer)") }
        return fields
    }

    private static func resolve(_ location: String, at url: String) -> String {
        guard location.hasPrefix("/") else { return location }
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.prefix(3).joined(separator: "/") + location
    }
}
