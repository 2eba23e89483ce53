import Primitives

/// The parts of a URI reference, of which all may be missing.
struct URLParts {
    let scheme: String?
    let authority: URLAuthority?
    let path: String
    let query: String?
    let fragment: String?

    init(_ text: String) throws(URLProblem) {
        let bytes = Array(text.utf8)
        guard bytes.count <= URL.maximumBytes else { throw .tooLong(limit: URL.maximumBytes) }
        try Self.check(bytes)
        var rest = bytes[...]
        fragment = Self.cut(&rest, at: UInt8(ascii: "#"))
        query = Self.cut(&rest, at: UInt8(ascii: "?"))
        scheme = try Self.cutScheme(&rest)
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            authority = try URLAuthority(rest[..<end])
            rest = rest[end...]
        } else {
            authority = nil
        }
        guard !rest.contains(where: Self.isBracket) else { throw .badCharacter(at: 0) }
        path = String(decoding: rest, as: UTF8.self)
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }

    /// Only characters of RFC 3986, and every `%` with its two digits.
    private static func check(_ bytes: [UInt8]) throws(URLProblem) {
        for (place, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "%"):
                guard place + 2 < bytes.count, bytes[place + 1].hexDigitValue != nil,
                    bytes[place + 2].hexDigitValue != nil
                else { throw .badPercent(at: place) }
            case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "@"):
                break
            default:
                guard byte.isUnreserved || byte.isSubDelimiter else {
                    throw .badCharacter(at: place)
                }
            }
        }
    }

    /// What stands behind the first separator, which goes with it.
    private static func cut(_ rest: inout ArraySlice<UInt8>, at separator: UInt8) -> String? {
        guard let place = rest.firstIndex(of: separator) else { return nil }
        defer { rest = rest[..<place] }
        return String(decoding: rest[(place + 1)...], as: UTF8.self)
    }

    private static func cutScheme(
        _ rest: inout ArraySlice<UInt8>
    ) throws(URLProblem) -> String? {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = rest[..<colon]
        // A colon behind a slash belongs to the path.
        guard !name.contains(UInt8(ascii: "/")) else { return nil }
        guard name.first?.isASCIILetter == true,
            name.allSatisfy({
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "+")
                    || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".")
            })
        else { throw .badScheme }
        rest = rest[(colon + 1)...]
        return String(decoding: name, as: UTF8.self).lowercasedASCII
    }

    /// RFC 3986 5.2.4.
    static func removingDotSegments(_ path: String) -> String {
        guard path.hasPrefix("/") else {
            // A path without a root has nothing above it; only an opaque one comes here.
            return path
        }
        let names = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var kept: [Substring] = []
        for (place, name) in names.enumerated() {
            let isLast = place == names.count - 1
            switch name {
            case ".": if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default: kept.append(name)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}

/// Whom and where a URI names: userinfo, host and port.
struct URLAuthority {
    let userinfo: String?
    let host: String
    let port: UInt16?

    init(userinfo: String?, host: String, port: UInt16?) {
        self.userinfo = userinfo
        self.host = host
        self.port = port
    }

    init(_ bytes: ArraySlice<UInt8>) throws(URLProblem) {
        var rest = bytes
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
            guard !rest[..<at].contains(UInt8(ascii: "@")) else { throw .badHost }
            userinfo = String(decoding: rest[..<at], as: UTF8.self)
            rest = rest[(at + 1)...]
        } else {
            userinfo = nil
        }
        let name: ArraySlice<UInt8>
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
            name = rest[(rest.startIndex + 1)..<end]
            rest = rest[(end + 1)...]
            let text = String(decoding: name, as: UTF8.self)
            guard text.contains(":"), SocketAddress(host: text, port: 0) != nil else {
                throw .badHost
            }
        } else {
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            name = rest[..<end]
            rest = rest[end...]
            guard
                name.allSatisfy({
                    $0.isUnreserved || $0.isSubDelimiter || $0 == UInt8(ascii: "%")
                })
            else { throw .badHost }
        }
        host = String(decoding: name, as: UTF8.self).lowercasedASCII
        guard let colon = rest.first else {
            port = nil
            return
        }
        guard colon == UInt8(ascii: ":") else { throw .badHost }
        let digits = rest.dropFirst()
        guard digits.count <= 5, digits.allSatisfy(\.isASCIIDigit) else { throw .badPort }
        // "host:" means the scheme's own port (RFC 3986 3.2.3).
        guard !digits.isEmpty else {
            port = nil
            return
        }
        guard let number = UInt16(String(decoding: digits, as: UTF8.self)) else { throw .badPort }
        port = number
    }
}
