package import Network

/// Why a playlist could not be watched.
package enum HLSFailure: Error, Sendable, Equatable {
    case http(HTTPClientProblem)
    case status(Int)
    /// Not a playlist; the line that says so, from 1.
    case malformed(line: Int)
    case noPieces
    /// Pieces are encrypted, which is not supported; by the playlist's word for how.
    case encrypted(method: String)
    /// A server sent us from place to place.
    case tooManyRedirects(limit: Int)
    /// A playlist names a playlist, or the server a place, that is no URL.
    case badURL
    /// It has not changed for so long that nothing more is expected of it.
    case stale
}

extension HLSFailure {
    /// As a report has it.
    package var code: String {
        switch self {
        case .http: "http"
        case .status(let status): "status_\(status)"
        case .malformed: "malformed"
        case .noPieces: "no_pieces"
        case .encrypted: "encrypted"
        case .tooManyRedirects: "redirects"
        case .badURL: "bad_url"
        case .stale: "stale"
        }
    }
}
