/// What the operating system refused, as facts.
package enum NetworkError: Error, Sendable, Equatable {
    package enum Call: Sendable, Equatable {
        case epoll
        case thread
        case socket
        case bind
        case listen
        case localAddress
        case interfaces
        case bufferSizes
    }

    /// `code` is the number that errno had.
    case system(Call, code: Int32)
    /// A table with a named limit has no place left.
    case full(limit: Int)
    /// `code` is one of EAI_*, without its sign.
    case unresolved(code: Int32)
    case stopped
}

/// Throws where a C function gave -errno.
@discardableResult
func check(_ result: Int32, _ call: NetworkError.Call) throws(NetworkError) -> Int32 {
    guard result >= 0 else { throw .system(call, code: -result) }
    return result
}
