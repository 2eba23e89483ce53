package import Primitives

/// Reads the members of an object by name and kind, and says by path what does not fit.
package struct JSONFields {
    private let object: JSONObject
    private let path: String
    private var known: [String] = []

    /// `path` is put before each field's name in what is thrown: `skus[3].`.
    package init(_ json: JSON, path: String = "") throws {
        guard let object = json.objectValue else {
            throw FieldProblem(
                field: path.isEmpty ? "document" : String(path.dropLast()), value: json.kindName,
                flaw: .wrongKind(expected: "an object"))
        }
        self.object = object
        self.path = path
    }

    package mutating func string(_ name: String) throws -> String? {
        try value(name, "a string") { $0.stringValue }
    }

    package mutating func integer(_ name: String) throws -> Int64? {
        try value(name, "a whole number") { $0.integerValue }
    }

    package mutating func bool(_ name: String) throws -> Bool? {
        try value(name, "true or false") { $0.boolValue }
    }

    package mutating func array(_ name: String) throws -> [JSON]? {
        try value(name, "an array") { $0.arrayValue }
    }

    package mutating func object(_ name: String) throws -> JSONObject? {
        try value(name, "an object") { $0.objectValue }
    }

    /// Text, or a number as it was written: people write prices and barcodes either way.
    package mutating func written(_ name: String) throws -> String? {
        try value(name, "a string or a number") { json in
            switch json {
            case .string(let text), .decimal(let text): text
            case .integer(let value): String(value)
            default: nil
            }
        }
    }

    package mutating func time(_ name: String) throws -> WallClock? {
        guard let text = try string(name) else { return nil }
        guard let time = WallClock(rfc3339: text) else {
            throw problem(
                name, text, .badForm(expected: "an RFC 3339 time such as 2026-12-01T18:00:00Z"))
        }
        return time
    }

    package func require<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw problem(name, "", .missing) }
        return value
    }

    package mutating func requireString(_ name: String) throws -> String {
        try require(string(name), name)
    }

    package mutating func requireInteger(_ name: String) throws -> Int64 {
        try require(integer(name), name)
    }

    /// Runs a step; what it throws of a field is given the path that leads here.
    package func within<Value>(_ step: () throws -> Value) throws -> Value {
        do {
            return try step()
        } catch let problem as FieldProblem where !problem.field.hasPrefix(path) {
            throw FieldProblem(
                field: path + problem.field, value: problem.value, flaw: problem.flaw)
        }
    }

    /// Every member must have been asked for: a misspelt name must not be passed over in silence.
    package func finish() throws {
        for member in object.members where !known.contains(member.name) {
            throw problem(member.name, "", .unknown(known: known))
        }
    }

    private mutating func value<Value>(
        _ name: String, _ expected: String, _ convert: (JSON) -> Value?
    ) throws -> Value? {
        known.append(name)
        guard let json = object[name], json != .null else { return nil }
        guard let value = convert(json) else {
            throw problem(name, json.kindName, .wrongKind(expected: expected))
        }
        return value
    }

    private func problem(_ name: String, _ value: String, _ flaw: FieldProblem.Flaw) -> FieldProblem
    {
        FieldProblem(field: path + name, value: value, flaw: flaw)
    }
}
