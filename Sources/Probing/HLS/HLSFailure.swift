package import Network

/// Why a playlist could not be watched.
package enum HLSFailure: Error, Sendable, Equatable {
    case http(HTTPClientProblem)
    case status(Int)
    /// Not a playlist; the line that says so, from 1.
    case malformed(line: Int)
    case noPieces
}
