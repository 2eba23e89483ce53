import HTTP
import Primitives

/// What a request's target names.
struct EndpointRoute: Sendable, Equatable {
    enum Place: Sendable, Equatable {
        case endpoint
        case session(SessionID)
        case `extension`(SessionID, relation: String)
    }

    let name: String
    let place: Place

    /// Nil where there is nothing. Paths are compared as they are written: nothing is decoded and
    /// no dots are resolved, so there is one way to write each.
    init?(_ target: String, _ options: EndpointOptions) {
        guard let path = Self.path(target), path.hasPrefix(options.root + "/") else { return nil }
        let rest = path.utf8.dropFirst(options.root.utf8.count + 1)
        let parts = Substring(rest).split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, SignalingEndpoint.isName(first) else { return nil }
        name = String(first)
        switch parts.count {
        case 1:
            place = .endpoint
        case 2:
            guard let id = SessionID(parts[1]) else { return nil }
            place = .session(id)
        case 3:
            guard let id = SessionID(parts[1]),
                let known = options.extensions.first(where: { $0.path == parts[2] })
            else { return nil }
            place = .extension(id, relation: known.relation)
        default:
            return nil
        }
    }

    /// The path of a target, which begins with it or is a whole URL (RFC 9112 3.2).
    private static func path(_ target: String) -> String? {
        guard !target.contains("#") else { return nil }
        guard target.hasPrefix("/") else {
            return (try? URL(parsing: target)).flatMap { $0.isHTTP ? $0.path : nil }
        }
        return String(target.prefix { $0 != "?" })
    }

}

extension SignalingEndpoint {
    /// Unreserved characters only (RFC 3986 2.3), and not the two names of RFC 3986 3.3.
    package static func isName(_ text: Substring) -> Bool {
        (1...maximumNameLength).contains(text.utf8.count) && text != "."
            && text != ".."
            && text.utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: "~")
            }
    }
}
