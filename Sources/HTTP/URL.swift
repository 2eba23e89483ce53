/// A URI with its parts apart (RFC 3986): absolute, and normalised where case does not matter.
package struct URL: Sendable, Hashable {
    /// In lower case.
    package let scheme: String
    /// A name and perhaps a password: never printed but by `text`.
    package let userinfo: String?
    /// In lower case; an IPv6 address without its brackets. Nil where there is no authority.
    package let host: String?
    package let port: UInt16?
    package let path: String
    package let query: String?
    package private(set) var fragment: String?

    /// Longer ones are refused.
    package static let maximumBytes = 8192

    package init(parsing text: String) throws(URLProblem) {
        let parts = try URLParts(text)
        guard let scheme = parts.scheme else { throw .missingScheme }
        self.init(scheme: scheme, authority: parts.authority, parts.path, parts.query, parts)
    }

    private init(
        scheme: String, authority: URLAuthority?, _ path: String, _ query: String?,
        _ parts: URLParts
    ) {
        self.scheme = scheme
        userinfo = authority?.userinfo
        host = authority?.host
        port = authority?.port
        self.path = path
        self.query = query
        fragment = parts.fragment
    }

    /// What a reference means that was found at this URL (RFC 3986 5.2).
    package func resolving(_ reference: String) throws(URLProblem) -> URL {
        let parts = try URLParts(reference)
        let flattened = URLParts.removingDotSegments(parts.path)
        if let scheme = parts.scheme {
            return URL(
                scheme: scheme, authority: parts.authority, flattened, parts.query, parts)
        }
        if let authority = parts.authority {
            return URL(scheme: scheme, authority: authority, flattened, parts.query, parts)
        }
        let own = host.map { URLAuthority(userinfo: userinfo, host: $0, port: port) }
        if parts.path.isEmpty {
            return URL(
                scheme: scheme, authority: own, path, parts.query ?? query, parts)
        }
        if parts.path.hasPrefix("/") {
            return URL(scheme: scheme, authority: own, flattened, parts.query, parts)
        }
        let folder =
            host != nil && path.isEmpty
            ? "/"
            : String(path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)])
        let merged = URLParts.removingDotSegments(folder + parts.path)
        return URL(scheme: scheme, authority: own, merged, parts.query, parts)
    }
}

/// Why a text is no URL.
package enum URLProblem: Error, Sendable, Equatable {
    case tooLong(limit: Int)
    /// The place counts bytes from 0.
    case badCharacter(at: Int)
    case badPercent(at: Int)
    case missingScheme
    case badScheme
    case badHost
    case badPort
}

extension URL {
    package var isHTTP: Bool {
        (scheme == "http" || scheme == "https") && host?.isEmpty == false
    }

    /// The port given, or the scheme's own.
    package var effectivePort: UInt16? {
        if let port { return port }
        return switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        case "stun", "turn": 3478
        case "stuns", "turns": 5349
        default: nil
        }
    }

    /// Host and port as a Host field has them; nil without a host.
    package var authority: String? {
        guard let host else { return nil }
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    /// Path and query as a request line has them.
    package var requestTarget: String {
        let start = path.isEmpty ? "/" : path
        return query.map { "\(start)?\($0)" } ?? start
    }

    /// Whole, with its secrets: to be sent, not to be shown.
    package var text: String { text(userinfo: userinfo) }

    /// To be shown: whoever is named before the host is not, nor what signs or opens it behind `?`.
    package var redacted: String {
        text(userinfo: userinfo == nil ? nil : "***", query: query.map(Self.redacted))
    }

    /// What is in the names of secrets, such as `access_token` and `X-Amz-Signature`.
    private static let secretNames = [
        "token", "key", "secret", "sig", "auth", "pass", "pwd", "jwt", "credential", "policy",
        "hdnea", "hdnts",
    ]

    private static func redacted(_ query: String) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return String(pair) }
            let name = pair[..<equals].lowercased()
            let isSecret = secretNames.contains { name.contains($0) }
            return isSecret ? "\(pair[...equals])***" : String(pair)
        }.joined(separator: "&")
    }

    private func text(userinfo: String?) -> String { text(userinfo: userinfo, query: query) }

    private func text(userinfo: String?, query: String?) -> String {
        var text = scheme + ":"
        if let authority {
            text += "//"
            if let userinfo { text += userinfo + "@" }
            text += authority
        } else if path.hasPrefix("//") {
            // Otherwise the path would be taken for an authority (RFC 3986 5.3 and its erratum).
            text += "/."
        }
        text += path
        if let query { text += "?" + query }
        if let fragment { text += "#" + fragment }
        return text
    }

    /// What is asked for: a fragment stays with the one who asks.
    package var withoutFragment: URL {
        var copy = self
        copy.fragment = nil
        return copy
    }

    /// Whether both are one origin: scheme, host and port (RFC 6454 5).
    package func hasSameOrigin(as other: URL) -> Bool {
        host != nil && scheme == other.scheme && host == other.host
            && effectivePort == other.effectivePort
    }

    /// The pairs of a query, decoded; a pair that cannot be decoded is left out.
    package var queryPairs: [(name: String, value: String)] {
        guard let query else { return [] }
        return query.split(separator: "&").compactMap { pair in
            let parts = pair.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts[0].percentDecoded,
                let value = parts.count == 1 ? "" : parts[1].percentDecoded
            else { return nil }
            return (name, value)
        }
    }

    /// Whether a text is a host, perhaps with a port, as in a Host field.
    package static func isAuthority(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let authority = try? URLAuthority(Array(text.utf8)[...])
        else { return false }
        return authority.userinfo == nil && !authority.host.isEmpty
    }
}
