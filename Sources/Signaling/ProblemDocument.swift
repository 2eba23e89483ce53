package import HTTP
package import Primitives

/// What a server says about a refusal (RFC 9457).
package struct ProblemDocument: Sendable, Equatable {
    package var type: String?
    package var title: String?
    package var status: Int?
    package var detail: String?

    /// Bytes; a longer one is not read.
    package static let maximumLength = 65_536

    package init(title: String, detail: String? = nil) {
        self.title = title
        self.detail = detail
    }

    /// Nil where the answer brings none that can be read.
    package init?(_ response: HTTPResponse) {
        guard response.fields.contentType?.name == MediaType.problem,
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
