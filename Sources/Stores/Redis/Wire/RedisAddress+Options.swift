import Primitives

extension RedisAddress {
    /// What stands behind the question mark: `name=value&name=value`.
    mutating func setOptions(_ query: Substring?) throws(RedisAddressProblem) {
        guard let query, !query.isEmpty else { return }
        var seen: [String] = []
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let name = String(pair.prefix { $0 != "=" })
            guard !seen.contains(name) else { throw .repeatedOption(name) }
            seen.append(name)
            try set(name, to: decoded(pair.dropFirst(name.count + 1), name))
        }
        guard (tls?.certificateFile == nil) == (tls?.keyFile == nil) else { throw .halfIdentity }
    }

    private mutating func set(_ name: String, to value: String) throws(RedisAddressProblem) {
        guard !value.isEmpty else { throw .badOption(name, value: value) }
        switch name {
        case "password", "pass", "auth": throw .password
        case "password-file": passwordFile = value
        case "sentinel-password-file":
            guard case .sentinels = deployment else { throw .idleOption(name) }
            sentinelPasswordFile = value
        case "ca-file", "cert-file", "key-file", "tls-name": try setTLS(name, to: value)
        case "wait":
            if value == "auto" {
                wait = .auto
            } else {
                guard let number = Int(digits: value), number <= Self.highestWait else {
                    throw .badOption(name, value: value)
                }
                wait = .replicas(number)
            }
        case "wait-timeout":
            guard let number = Int(digits: value), number > 0,
                .milliseconds(number) <= Self.longestWaitTimeout
            else { throw .badOption(name, value: value) }
            waitTimeout = .milliseconds(number)
        default: throw .unknownOption(name)
        }
    }

    private mutating func setTLS(_ name: String, to value: String) throws(RedisAddressProblem) {
        guard tls != nil else { throw .idleOption(name) }
        switch name {
        case "ca-file": tls?.authorityFile = value
        case "cert-file": tls?.certificateFile = value
        case "key-file": tls?.keyFile = value
        default: tls?.name = value
        }
    }
}

/// The parts of an address behind its scheme, not yet decoded.
struct AddressParts {
    let login: Substring?
    let hosts: Substring
    let path: [Substring]
    let query: Substring?

    init(_ text: Substring) {
        let question = text.firstIndex(of: "?")
        query = question.map { text[text.index(after: $0)...] }
        let front = text[..<(question ?? text.endIndex)]
        let slash = front.firstIndex(of: "/")
        path =
            slash.map {
                front[front.index(after: $0)...].split(
                    separator: "/", omittingEmptySubsequences: false)
            } ?? []
        let authority = front[..<(slash ?? front.endIndex)]
        // The last one, because what stands before it is not ours to repeat.
        let sign = authority.lastIndex(of: "@")
        login = sign.map { authority[..<$0] }
        hosts = sign.map { authority[authority.index(after: $0)...] } ?? authority
    }

    /// Passwords stand before the last `@`, and may hold what ends a host or a path elsewhere.
    var mayHoldPassword: Bool {
        let names = query?.split(separator: "&").map { $0.prefix { $0 != "=" } } ?? []
        return login?.contains(":") == true || (path + names).contains { $0.contains("@") }
    }

    func endpoints(standardPort: UInt16) throws(RedisAddressProblem) -> [RedisEndpoint] {
        guard !hosts.isEmpty else { throw .noHost }
        let texts = hosts.split(separator: ",", omittingEmptySubsequences: false)
        guard texts.count <= RedisLimits.nodes else { throw .tooManyHosts }
        var endpoints: [RedisEndpoint] = []
        for text in texts {
            guard let endpoint = Self.endpoint(text, standardPort: standardPort) else {
                throw .badHost(String(text))
            }
            if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
        }
        return endpoints
    }

    /// `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
    private static func endpoint(
        _ text: Substring, standardPort: UInt16
    ) -> RedisEndpoint? {
        var host = text
        var port: UInt16? = standardPort
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            guard rest.isEmpty || rest.first == ":",
                SocketAddress(host: host, port: 0)?.isIPv4 == false
            else { return nil }
            if !rest.isEmpty { port = self.port(rest.dropFirst()) }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = self.port(text[text.index(after: colon)...])
            }
            guard isName(host) else { return nil }
        }
        return port.map { RedisEndpoint(host: String(host), port: $0) }
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard let number = Int(digits: text), number > 0 else { return nil }
        return UInt16(exactly: number)
    }

    /// What a resolver can be asked for; it decides the rest.
    private static func isName(_ host: Substring) -> Bool {
        !host.isEmpty && host.utf8.count <= 253 && host.first != "-"
            && host.utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }
}

/// A part with its percent escapes undone.
func decoded(
    _ text: Substring, _ part: String
) throws(RedisAddressProblem) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue
        else { throw .badEncoding(of: part) }
        bytes.append(UInt8(high << 4 | low))
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
        throw .badEncoding(of: part)
    }
    return text
}

extension Int {
    /// Digits and nothing else, so that one number has one way to be written, but for zeros.
    init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy(\.isASCIIDigit), let number = Int(text) else { return nil }
        self = number
    }
}
