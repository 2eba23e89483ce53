/// Where a store is: `sqlite:PATH`, a plain path, or servers of Redis.
package enum StoreAddress: Sendable, Equatable {
    case sqlite(path: String)
    case redis(RedisAddress, text: String)

    package init(_ text: String) throws(StoreError) {
        if RedisAddress.isMeant(by: text) {
            do throws(RedisAddressProblem) {
                self = .redis(try RedisAddress(text), text: text)
            } catch {
                throw .badRedisAddress(error)
            }
            return
        }
        let path: Substring
        if text.hasPrefix("sqlite:") {
            path = text.dropFirst("sqlite:".count)
        } else if text.contains("://") || text.contains(":") && !text.contains("/") {
            // A scheme that is no store's, rather than a path that looks like one.
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
        case .redis(_, let text): text
        }
    }
}
