/// One link of a Link field: where to, and what it is (RFC 8288).
package struct LinkField: Sendable, Equatable {
    package let target: String
    package let parameters: [FieldParameter]

    /// Links that one field may hold; what is more is left out.
    package static let maximumLinks = 32
    package static let maximumParameters = 16

    package init(target: String, parameters: [FieldParameter]) {
        self.target = target
        self.parameters = parameters
    }

    /// The links of one field value. One that is malformed is left out, up to the next comma.
    package static func parse(_ value: String) -> [LinkField] {
        var scanner = FieldScanner(value)
        var links: [LinkField] = []
        while links.count < maximumLinks {
            scanner.skipBlanks()
            if scanner.skip(",") { continue }
            guard scanner.skip("<"), let target = scanner.text(until: ">"),
                let parameters = scanner.parameters(limit: maximumParameters)
            else {
                guard scanner.skip(past: ",") else { return links }
                continue
            }
            links.append(LinkField(target: target, parameters: parameters))
            guard scanner.skip(past: ",") else { return links }
        }
        return links
    }

    /// The links of all Link fields, in order.
    package static func all(in fields: HTTPFields) -> [LinkField] {
        Array(fields.values("Link").flatMap(parse).prefix(maximumLinks))
    }

    /// The first value of a parameter; later ones of the name do not count (RFC 8288 3.3).
    package subscript(name: String) -> String? {
        parameters.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    package func has(relation: String) -> Bool {
        relations.contains { $0.equalsIgnoringCase(relation) }
    }

    /// The kinds of relation, in lower case.
    package var relations: [String] {
        (self["rel"] ?? "").split(separator: " ").map { String($0).lowercasedASCII }
    }

    /// As it stands in a field; values are quoted, which every reader takes.
    package var text: String {
        parameters.reduce("<\(target)>") {
            $0 + "; \($1.name)=\(FieldParameter.quoted($1.value))"
        }
    }
}
