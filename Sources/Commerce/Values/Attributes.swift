/// What tells one variant from another, by name: size, colour. Sorted by name.
package struct Attributes: Sendable, Equatable {
    package static let maximumCount = 32

    package struct Entry: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    package subscript(name: String) -> String? {
        entries.first { $0.name == name }?.value
    }

    /// Sets one, or takes it away where the value is nil.
    package mutating func set(_ name: String, to value: String?) throws {
        let field = "attribute.\(name)"
        let name = try PlainText.checked(name, field: field, limitBytes: 64)
        let index = entries.firstIndex { $0.name >= name } ?? entries.endIndex
        if index < entries.endIndex, entries[index].name == name { entries.remove(at: index) }
        guard let value else { return }
        let checked = try PlainText.checked(value, field: field, limitBytes: 256)
        guard entries.count < Self.maximumCount else {
            throw FieldProblem(field: field, value: value, flaw: .tooMany(limit: Self.maximumCount))
        }
        entries.insert(Entry(name: name, value: checked), at: index)
    }
}
