/// Where a store is: `sqlite:PATH`, or a plain path.
package enum StoreAddress: Sendable, Equatable {
    case sqlite(path: String)

    package init(_ text: String) throws(StoreError) {
        let path: Substring
        if text.hasPrefix("sqlite:") {
            path = text.dropFirst("sqlite:".count)
        } else if text.hasPrefix("redis:") || text.hasPrefix("rediss:") {
            throw .noSuchKind(String(text.prefix { $0 != ":" }))
        } else if text.contains(":") && !text.contains("/") {
            throw .badAddress(text)
        } else {
            path = text[...]
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badAddress(text) }
        self = .sqlite(path: String(path))
    }

    package var text: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        }
    }
}
