/// What the URL of a STUN or TURN server says (RFC 7064, RFC 7065).
package struct ICEServerAddress: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case stun
        case turn(Transport)
    }

    package enum Transport: Sendable, Equatable {
        case udp, tcp, tls
    }

    package let kind: Kind
    package let host: String
    package let port: UInt16

    /// Nil for what is none, and for STUN by TLS, which tells nothing of UDP.
    package init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":") else { return nil }
        let scheme = url[..<colon].lowercased()
        let rest = url[url.index(after: colon)...]
        let mark = rest.firstIndex(of: "?") ?? rest.endIndex
        guard let (host, port) = Self.place(rest[..<mark]) else { return nil }
        var transport: Transport = scheme == "turns" ? .tls : .udp
        if mark != rest.endIndex {
            switch rest[rest.index(after: mark)...].lowercased() {
            // TURN by DTLS is spoken by hardly anybody.
            case "transport=udp" where scheme == "turns": return nil
            case "transport=udp", "": break
            case "transport=tcp": transport = scheme == "turns" ? .tls : .tcp
            default: return nil
            }
        }
        switch scheme {
        case "stun": kind = .stun
        case "turn", "turns": kind = .turn(transport)
        default: return nil
        }
        self.host = host
        self.port = port ?? (scheme == "turns" ? 5349 : 3478)
    }

    private static func place(_ text: Substring) -> (host: String, port: UInt16?)? {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { return nil }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
            guard !host.contains(":") else { return nil }
        }
        // Credentials have no place in these URLs (RFC 7065 3.2).
        let isName = host.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "@") }
        guard !host.isEmpty, isName else { return nil }
        guard let port else { return (String(host), nil) }
        guard let number = UInt16(port), number > 0 else { return nil }
        return (String(host), number)
    }
}
