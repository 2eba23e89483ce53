package import HTTP
import Primitives

/// A STUN or TURN server that an endpoint tells its clients of.
package struct ICEServer: Sendable, Equatable {
    /// `stun:`, `stuns:`, `turn:` or `turns:` (RFC 7064, RFC 7065).
    package let url: String
    package let username: String?
    package let credential: String?
    /// `password` where nothing is said.
    package let credentialType: String

    package static let relation = "ice-server"
    /// How many of one answer are taken.
    package static let maximumCount = 16

    package init(
        url: String, username: String?, credential: String?, credentialType: String
    ) {
        self.url = url
        self.username = username
        self.credential = credential
        self.credentialType = credentialType
    }

    /// Nil for a link that isn't one to a STUN or TURN server.
    package init?(_ link: LinkField) {
        guard link.has(relation: Self.relation), let url = try? URL(parsing: link.target),
            ["stun", "stuns", "turn", "turns"].contains(url.scheme), !url.path.isEmpty
        else { return nil }
        self.init(
            url: link.target, username: link["username"], credential: link["credential"],
            credentialType: link["credential-type"] ?? "password")
    }

    /// A line of a file of servers: `URL`, or `URL USER PASSWORD`; nil for anything else.
    package init?(line: Substring) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let url = words.first, words.count == 1 || words.count == 3,
            ["stun:", "stuns:", "turn:", "turns:"].contains(where: { url.hasPrefix($0) }),
            !url.hasSuffix(":"), !url.contains("@")
        else { return nil }
        self.init(
            url: url, username: words.count == 3 ? words[1] : nil,
            credential: words.count == 3 ? words[2] : nil, credentialType: "password")
    }

    /// Where a file of servers is wrong, in lines from 1.
    package struct FileProblem: Error, Equatable {
        package let line: Int
    }

    /// The servers of a file: one a line, without empty lines and those that begin with `#`.
    package static func all(inFile bytes: [UInt8]) throws(FileProblem) -> [ICEServer] {
        guard let text = String(validating: bytes.span) else { throw FileProblem(line: 1) }
        var servers: [ICEServer] = []
        for (index, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        )
        .enumerated() {
            let first = line.first { !$0.isWhitespace }
            guard let first, first != "#" else { continue }
            guard let server = ICEServer(line: line), servers.count < maximumCount else {
                throw FileProblem(line: index + 1)
            }
            servers.append(server)
        }
        return servers
    }

    package var link: LinkField {
        var parameters = [FieldParameter(name: "rel", value: Self.relation)]
        if let username, let credential {
            parameters.append(FieldParameter(name: "username", value: username))
            parameters.append(FieldParameter(name: "credential", value: credential))
            parameters.append(FieldParameter(name: "credential-type", value: credentialType))
        }
        return LinkField(target: url, parameters: parameters)
    }

    package static func all(in fields: HTTPFields) -> [ICEServer] {
        Array(LinkField.all(in: fields).compactMap { ICEServer($0) }.prefix(maximumCount))
    }
}
