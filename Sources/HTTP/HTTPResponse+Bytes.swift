import Primitives

extension HTTPResponse {
    /// Writes the answer to a request of `method`, always with a length that is known beforehand.
    ///
    /// Framing, connection and date are set here; what `fields` says about them is left out.
    package func write(
        to bytes: inout [UInt8], method: String, version: HTTPVersion, keepsAlive: Bool,
        date: String
    ) {
        let code = validStatus
        writeHead(to: &bytes, date: date)
        let isBodiless = code < 200 || code == 204 || code == 304
        if !isBodiless { bytes.append(contentsOf: "Content-Length: \(body.count)\r\n".utf8) }
        if !keepsAlive {
            bytes.append(contentsOf: "Connection: close\r\n".utf8)
        } else if version == .http10 {
            bytes.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        if !isBodiless, method != "HEAD" { bytes.append(contentsOf: body) }
    }

    /// Writes the head of an answer whose length nobody knows yet: in chunks where the client knows
    /// them, else to the end of the connection. The connection ends with it.
    package func writeOpenHead(to bytes: inout [UInt8], version: HTTPVersion, date: String) {
        writeHead(to: &bytes, date: date)
        if version == .http11 {
            bytes.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        }
        bytes.append(contentsOf: "Connection: close\r\n\r\n".utf8)
    }

    private var validStatus: Int { (100...999).contains(status) ? status : 500 }

    /// The status line and the fields but those that say where the answer ends.
    private func writeHead(to bytes: inout [UInt8], date: String) {
        let code = validStatus
        bytes.append(contentsOf: "HTTP/1.1 \(code) \(Self.reason(code))\r\n".utf8)
        bytes.append(contentsOf: "Date: \(date)\r\n".utf8)
        for field in fields.all where field.name.isToken && !Self.isOurs(field.name) {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            // A line end in a value would be a second field of somebody else's making.
            for byte in field.value.utf8 { bytes.append(byte.isFieldByte ? byte : 0x20) }
            bytes.append(contentsOf: "\r\n".utf8)
        }
    }

    /// What a client waits for that expects it.
    package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static func isOurs(_ name: String) -> Bool {
        ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Trailer"]
            .contains { $0.equalsIgnoringCase(name) }
    }

    /// The words after a status code, for people who read along.
    package static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
