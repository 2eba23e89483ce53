/// Where a store is: `sqlite:PATH`, a plain path, or servers of Redis.
package enum StoreAddress: Sendable, Equatable {
    case sqlite(path: String)
    case redis(RedisAddress, text: String)

    package init(_ text: String) throws(StoreAddressProblem) {
        if RedisAddress.isMeant(by: text) {
            do throws(RedisAddressProblem) {
                self = .redis(try RedisAddress(text), text: text)
            } catch {
                throw .redis(error)
            }
            return
        }
        let path: Substring
        if text.hasPrefix("sqlite:") {
            path = text.dropFirst("sqlite:".count)
        } else if text.contains(":") && !text.contains("/") {
            throw .noSuchKind
        } else {
            path = text[...]
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .noPath }
        self = .sqlite(path: String(path))
    }

    /// It never has a password in it: addresses of Redis that had one are refused.
    package var text: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .redis(_, let text): text
        }
    }
}

/// What is wrong with the address of a store.
package enum StoreAddressProblem: Error, Sendable, Equatable {
    case noSuchKind
    case noPath
    case redis(RedisAddressProblem)
}
