/// A media type with its parameters, as in Content-Type (RFC 9110 8.3.1).
package struct MediaType: Sendable, Equatable {
    /// In lower case, such as `application/sdp`.
    package let name: String
    package let parameters: [FieldParameter]

    package static let maximumParameters = 16
    package static let sdp = "application/sdp"
    package static let trickle = "application/trickle-ice-sdpfrag"
    package static let problem = "application/problem+json"

    package init(name: String, parameters: [FieldParameter] = []) {
        self.name = name
        self.parameters = parameters
    }

    package init?(parsing text: String) {
        var scanner = FieldScanner(text)
        scanner.skipBlanks()
        guard let type = scanner.token(), scanner.skip("/"), let subtype = scanner.token(),
            let parameters = scanner.parameters(limit: Self.maximumParameters), scanner.isAtEnd
        else { return nil }
        self.init(name: "\(type)/\(subtype)".lowercasedASCII, parameters: parameters)
    }

    package subscript(name: String) -> String? {
        parameters.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    package var text: String { parameters.reduce(name) { "\($0); \($1.text)" } }
}

extension HTTPFields {
    /// The Content-Type, if there is one that can be read.
    package var contentType: MediaType? { self["Content-Type"].flatMap(MediaType.init(parsing:)) }
}
