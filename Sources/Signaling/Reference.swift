import Primitives

/// A URL or a relative reference taken apart as RFC 3986 appendix B does it.
package struct Reference: Sendable, Equatable {
    package private(set) var scheme: String?
    package private(set) var authority: String?
    package private(set) var path: String
    package private(set) var query: String?
    package private(set) var fragment: String?

    /// Longer than any URL that a server of this kind makes, in bytes.
    package static let maximumLength = 4096

    /// Nil for what no URL may hold: blanks, control characters, bytes beyond ASCII, too much.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard bytes.count <= Self.maximumLength, bytes.allSatisfy(Self.isAllowed) else {
            return nil
        }
        var rest = text[...]
        if let mark = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            authority = String(rest[..<end])
            rest = rest[end...]
        }
        path = String(rest)
    }

    package var text: String {
        var text = ""
        if let scheme { text += scheme + ":" }
        if let authority { text += "//" + authority }
        text += path
        if let query { text += "?" + query }
        if let fragment { text += "#" + fragment }
        return text
    }

    /// What it means when it is found in a document at `base` (RFC 3986 5.2.2).
    package func resolved(against base: Reference) -> Reference {
        var target = self
        if scheme == nil {
            target.scheme = base.scheme
            if authority == nil {
                target.authority = base.authority
                if path.isEmpty {
                    target.path = base.path
                    target.query = query ?? base.query
                    return target
                }
                if !path.hasPrefix("/") { target.path = merged(with: base) }
            }
        }
        target.path = Self.removingDots(target.path)
        return target
    }

    /// Without the part that is never sent.
    package var withoutFragment: Reference {
        var copy = self
        copy.fragment = nil
        return copy
    }

    private func merged(with base: Reference) -> String {
        if base.authority != nil, base.path.isEmpty { return "/" + path }
        guard let slash = base.path.lastIndex(of: "/") else { return path }
        return base.path[...slash] + path
    }

    /// RFC 3986 5.2.4, on the parts between slashes.
    private static func removingDots(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        var kept: [Substring] = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".":
                if isLast { kept.append("") }
            case "..":
                if kept.count > (isAbsolute ? 1 : 0) { kept.removeLast() }
                if isLast { kept.append("") }
            default:
                kept.append(part)
            }
        }
        let joined = kept.joined(separator: "/")
        return isAbsolute && !joined.hasPrefix("/") ? "/" + joined : joined
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, first.isASCIILetter else { return false }
        return text.utf8.allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "+")
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
            && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}

extension Reference {
    /// Scheme, host and port: what a browser and a bearer token call the same place (RFC 6454).
    package struct Origin: Sendable, Equatable {
        package let scheme: String
        package let host: String
        package let port: Int
    }

    /// Nil for what isn't an absolute HTTP or HTTPS URL with a host.
    package var origin: Origin? {
        guard let scheme, scheme == "http" || scheme == "https", let authority else { return nil }
        var host = authority[...]
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        var port = scheme == "https" ? 443 : 80
        let afterBracket = host.lastIndex(of: "]") ?? host.startIndex
        if let colon = host[afterBracket...].lastIndex(of: ":") {
            let digits = host[host.index(after: colon)...]
            if !digits.isEmpty {
                guard digits.utf8.count <= 5, digits.utf8.allSatisfy(\.isASCIIDigit),
                    let number = Int(digits), (1...65_535).contains(number)
                else { return nil }
                port = number
            }
            host = host[..<colon]
        }
        guard !host.isEmpty else { return nil }
        return Origin(scheme: scheme, host: host.lowercased(), port: port)
    }

    package func isSameOrigin(as other: Reference) -> Bool {
        guard let origin else { return false }
        return origin == other.origin
    }
}
