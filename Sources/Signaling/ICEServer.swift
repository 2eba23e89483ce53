package import HTTP

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
