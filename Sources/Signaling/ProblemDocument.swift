package import HTTP
package import Primitives

/// What a server says about a refusal (RFC 9457).
package struct ProblemDocument: Sendable, Equatable {
    package var type: String?
    package var title: String?
    package var status: Int?
    package var detail: String?

    package static let mediaType = "application/problem+json"
    /// Bytes; a longer one is not read.
    package static let maximumLength = 65_536

    package init(title: String, detail: String? = nil) {
        self.title = title
        self.detail = detail
    }

    /// Nil where the answer brings none that can be read.
    package init?(_ response: HTTPResponse) {
        guard let type = MediaType(response.fields["Content-Type"]), type.name == Self.mediaType,
            response.body.count <= Self.maximumLength,
            let json = try? JSON(parsing: response.body.span), case .object = json
        else { return nil }
        self.type = json["type"]?.stringValue
        title = json["title"]?.stringValue
        detail = json["detail"]?.stringValue
        if let number = json["status"]?.integerValue { status = Int(exactly: number) }
    }

    package var json: JSON {
        var object = JSONObject()
        if let type { object["type"] = .string(type) }
        if let title { object["title"] = .string(title) }
        if let status { object["status"] = .integer(Int64(status)) }
        if let detail { object["detail"] = .string(detail) }
        return .object(object)
    }
}

/// A media type and its parameters, from a Content-Type field (RFC 9110 8.3.1).
package struct MediaType: Sendable, Equatable {
    /// In lower case, without parameters.
    package let name: String
    package let parameters: [LinkValue.Parameter]

    package static let sdp = "application/sdp"
    package static let trickle = "application/trickle-ice-sdpfrag"
    /// Bytes; a longer field is no media type.
    package static let maximumLength = 1024

    package init?(_ field: String?) {
        guard let field, field.utf8.count <= Self.maximumLength else { return nil }
        let end = field.firstIndex(of: ";") ?? field.endIndex
        name = field[..<end].filter { $0 != " " && $0 != "\t" }.lowercased()
        guard !name.isEmpty else { return nil }
        // The grammar of parameters is that of Link's, behind a target.
        var fields = HTTPFields()
        fields.append("Link", "<>" + field[end...])
        parameters = LinkValue.all(in: fields).first?.parameters ?? []
    }

    package subscript(name: String) -> String? {
        parameters.first { $0.name.equalsIgnoringCase(name) }?.value
    }
}
