/// What a client asks: whole, with its body.
package struct HTTPRequest: Sendable, Equatable {
    package var method: String
    /// An absolute URL at the client, the request target (path and query) at the server.
    package var target: String
    package var fields: HTTPFields
    package var body: [UInt8]

    package init(
        method: String, target: String, fields: HTTPFields = HTTPFields(), body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
    }
}

/// What a server answers: whole, with its body.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var fields: HTTPFields
    package var body: [UInt8]

    package init(status: Int, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
