/// Header fields in the order in which they came; names compare without case.
package struct HTTPFields: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var all: [Field] = []

    package init(_ fields: [(name: String, value: String)] = []) {
        for field in fields { append(field.name, field.value) }
    }

    package mutating func append(_ name: String, _ value: String) {
        append(Field(name: name, value: value))
    }

    package mutating func append(_ field: Field) {
        all.append(field)
    }

    /// Replaces every field of that name; nil removes them.
    package mutating func set(_ name: String, _ value: String?) {
        all.removeAll { $0.name.equalsIgnoringCase(name) }
        if let value { append(name, value) }
    }

    /// The values of all fields of that name, in order.
    package func values(_ name: String) -> [String] {
        all.filter { $0.name.equalsIgnoringCase(name) }.map(\.value)
    }

    /// The first value.
    package subscript(name: String) -> String? {
        all.first { $0.name.equalsIgnoringCase(name) }?.value
    }
}

extension StringProtocol {
    /// ASCII letters compare without case; everything else must be the same.
    package func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy {
                $0 == $1 || $0.lowercasedASCII == $1.lowercasedASCII
            }
    }
}

extension UInt8 {
    var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
