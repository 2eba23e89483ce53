import Primitives

/// A request's line and fields while they come in, and the rules they have to meet together.
struct HTTPHead {
    enum Framing {
        case length(Int)
        case chunked
    }

    let method: String
    private(set) var target: String
    let version: HTTPVersion
    var fields = HTTPFields()
    /// Of the field lines so far, with their line ends.
    var bytes = 0
    /// The authority of a target in absolute form, which overrides Host (RFC 9112 3.2.2).
    private let authority: String?

    /// That of no request.
    init() {
        method = ""
        target = ""
        version = .http11
        authority = nil
    }

    init(requestLine line: ArraySlice<UInt8>) throws(HTTPProblem) {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(\.isTokenByte),
            !words[1].isEmpty
        else { throw .badRequestLine }
        guard words[0].count <= HTTPLimits.methodBytes else { throw .unknownMethod }
        version = try Self.version(words[2])
        method = String(decoding: words[0], as: UTF8.self)
        guard words[1].allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw .badTarget
        }
        // A tunnel is nothing that this server could be asked for.
        guard method != "CONNECT" else { throw .unknownMethod }
        let text = String(decoding: words[1], as: UTF8.self)
        if text.hasPrefix("/") || text == "*" && method == "OPTIONS" {
            target = text
            authority = nil
            return
        }
        guard let url = try? URL(parsing: text), url.isHTTP, url.userinfo == nil else {
            throw .badTarget
        }
        target = url.requestTarget
        authority = url.authority
    }

    private static func version(_ word: ArraySlice<UInt8>) throws(HTTPProblem) -> HTTPVersion {
        guard word.count == 8, word.starts(with: "HTTP/".utf8) else { throw .badVersion }
        let (major, dot, minor) = (
            word[word.startIndex + 5], word[word.startIndex + 6], word[word.startIndex + 7]
        )
        guard major.isASCIIDigit, dot == UInt8(ascii: "."), minor.isASCIIDigit else {
            throw .badVersion
        }
        guard major == UInt8(ascii: "1") else { throw .unknownVersion }
        return minor == UInt8(ascii: "0") ? .http10 : .http11
    }

    mutating func add(_ line: ArraySlice<UInt8>, limits: HTTPLimits) throws(HTTPProblem) {
        bytes += line.count + 2
        guard bytes <= limits.headerBytes else { throw .headerTooLarge }
        guard let first = line.first, !first.isBlank else { throw .foldedField }
        guard fields.all.count < limits.headerCount else { throw .tooManyFields }
        fields.append(try HTTPFields.Field(parsing: line))
    }

    /// The rules over all fields, and how the body's end is found (RFC 9112 6.3).
    mutating func finish() throws(HTTPProblem) -> Framing {
        try checkHost()
        let length = try contentLength()
        let codings = fields.values("Transfer-Encoding")
        guard !codings.isEmpty else { return .length(length ?? 0) }
        guard version == .http11 else { throw .chunkedBeforeHTTP11 }
        guard length == nil else { throw .lengthAndChunked }
        let names = fields.listMembers("Transfer-Encoding")
        guard codings.count == 1, !names.isEmpty,
            names.dropLast().allSatisfy({ !$0.equalsIgnoringCase("chunked") })
        else { throw .badTransferCoding }
        guard names.count == 1, names[0].equalsIgnoringCase("chunked") else {
            throw .unknownTransferCoding
        }
        return .chunked
    }

    private mutating func checkHost() throws(HTTPProblem) {
        let hosts = fields.values("Host")
        guard hosts.count <= 1 else { throw .badHost }
        guard let host = hosts.first else {
            guard version == .http10 else { throw .missingHost }
            if let authority { fields.append("Host", authority) }
            return
        }
        guard host.isEmpty || URL.isAuthority(host) else { throw .badHost }
        if let authority { fields.set("Host", authority) }
    }

    /// Repeated lengths that agree count as one (RFC 9110 8.6).
    private func contentLength() throws(HTTPProblem) -> Int? {
        var length: Int?
        for value in fields.values("Content-Length") {
            for member in value.split(separator: ",", omittingEmptySubsequences: false) {
                let digits = Array(member.utf8.drop(while: \.isBlank))
                guard !digits.isEmpty, digits.count <= HTTPLimits.lengthDigits,
                    digits.allSatisfy(\.isASCIIDigit)
                else { throw .badContentLength }
                let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
                guard length == nil || length == number else { throw .badContentLength }
                length = number
            }
        }
        return length
    }

    func expectsContinue() throws(HTTPProblem) -> Bool {
        let expectations = fields.listMembers("Expect")
        guard expectations.allSatisfy({ $0.equalsIgnoringCase("100-continue") }) else {
            throw .unmetExpectation
        }
        return version == .http11 && !expectations.isEmpty
    }

    var keepsAlive: Bool {
        let options = fields.listMembers("Connection")
        if options.contains(where: { $0.equalsIgnoringCase("close") }) { return false }
        return version == .http11
            || options.contains { $0.equalsIgnoringCase("keep-alive") }
    }
}
