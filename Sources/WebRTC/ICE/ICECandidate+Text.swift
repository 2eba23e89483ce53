import Primitives

/// What is wrong with a candidate line.
package enum ICECandidateProblem: Error, Equatable {
    case tooLong
    case missingField
    case badField(String)
}

extension ICECandidate {
    static let maximumTextLength = 512

    /// Reads a candidate attribute (RFC 8839 5.1), with or without `candidate:` before its value.
    package init(_ text: some StringProtocol) throws(ICECandidateProblem) {
        guard text.utf8.count <= Self.maximumTextLength else { throw .tooLong }
        var words = text.split(separator: " ")[...]
        guard words.count >= 8 else { throw .missingField }
        if words[0].hasPrefix("a=") { words[0] = words[0].dropFirst(2) }
        if words[0].hasPrefix("candidate:") { words[0] = words[0].dropFirst(10) }
        foundation = String(words[0])
        guard (1...32).contains(foundation.utf8.count) else { throw .badField("foundation") }
        guard let component = UInt8(words[1]), component > 0 else { throw .badField("component") }
        self.component = component
        guard let priority = UInt32(words[3]) else { throw .badField("priority") }
        self.priority = priority
        guard let port = UInt16(words[5]) else { throw .badField("port") }
        if let address = SocketAddress(host: words[4], port: port) {
            place = .address(address)
        } else if words[4].contains("."), words[4].utf8.count <= 253 {
            place = .name(String(words[4]), port: port)
        } else {
            throw .badField("address")
        }
        guard words[6] == "typ", let kind = Kind(rawValue: String(words[7])) else {
            throw .badField("typ")
        }
        self.kind = kind

        let transport = words[2].lowercased()
        let extensions = Self.extensions(words.dropFirst(8))
        switch transport {
        case "udp": self.transport = .udp
        case "tcp":
            guard let kind = extensions["tcptype"].flatMap({ TCPKind(rawValue: String($0)) }) else {
                throw .badField("tcptype")
            }
            self.transport = .tcp(kind)
        default: throw .badField("transport")
        }
        if let host = extensions["raddr"], let port = extensions["rport"].flatMap({ UInt16($0) }) {
            related = SocketAddress(host: host, port: port)
        }
    }

    private static func extensions(
        _ words: ArraySlice<some StringProtocol>
    ) -> [String: Substring] {
        var found: [String: Substring] = [:]
        var rest = words
        while rest.count >= 2 {
            let name = String(rest.removeFirst())
            let value = rest.removeFirst()
            if found[name] == nil { found[name] = Substring(value) }
        }
        return found
    }

    /// The value of the attribute, `candidate:` included.
    package var text: String {
        let (host, port) =
            switch place {
            case .address(let address): (address.host, address.port)
            case .name(let name, let port): (name, port)
            }
        let name = transport == .udp ? "udp" : "tcp"
        var text =
            "candidate:\(foundation) \(component) \(name) \(priority) \(host) \(port) typ \(kind.rawValue)"
        if let related { text += " raddr \(related.host) rport \(related.port)" }
        if case .tcp(let kind) = transport { text += " tcptype \(kind.rawValue)" }
        return text
    }
}
