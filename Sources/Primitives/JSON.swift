/// A JSON document as a value.
///
/// Whole numbers are `Int64`; every other number keeps the text it was written with, because a
/// price that has been through a `Double` is no longer the price.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number with a fraction, an exponent or more digits than `Int64` holds, as it was written.
    case decimal(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// Members by name, always in ascending order of their UTF-8 bytes, so that equal objects print
/// the same bytes.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package let name: String
        package var value: JSON
    }

    package private(set) var members: [Member] = []

    package init() {}

    /// From members in any order; a name that stands twice is refused.
    package init(_ unsorted: [Member]) throws(DuplicateName) {
        members = unsorted.sorted { $0.name.precedesInUTF8($1.name) }
        for (earlier, later) in zip(members, members.dropFirst()) where earlier.name == later.name {
            throw DuplicateName(name: later.name)
        }
    }

    package struct DuplicateName: Error, Equatable {
        package let name: String
    }

    package subscript(name: String) -> JSON? {
        get {
            let place = place(of: name)
            return place.isTaken ? members[place.index].value : nil
        }
        set {
            let place = place(of: name)
            switch (place.isTaken, newValue) {
            case (true, let value?): members[place.index].value = value
            case (true, nil): members.remove(at: place.index)
            case (false, let value?):
                members.insert(Member(name: name, value: value), at: place.index)
            case (false, nil): break
            }
        }
    }

    private func place(of name: String) -> (index: Int, isTaken: Bool) {
        // Whoever writes members in their order pays for one comparison.
        guard let last = members.last, !last.name.precedesInUTF8(name) else {
            return (members.count, false)
        }
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name.precedesInUTF8(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, low < members.count && members[low].name == name)
    }
}

extension String {
    /// By bytes, as stores tell keys apart. Unicode takes an `é` that is one character and one that
    /// is two for the same.
    package func isSameInUTF8(as other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// By bytes: the order that stores sort by and that does not depend on Unicode's version.
    package func precedesInUTF8(_ other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }

    /// The shortest text that reads back as the same number; nil for NaN and the infinities, which
    /// JSON cannot say.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        self = .decimal(value.description)
    }
}

extension JSON {
    package subscript(name: String) -> JSON? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    package var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var arrayValue: [JSON]? { if case .array(let values) = self { values } else { nil } }
    package var objectValue: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// What a person would call the type, for messages.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .decimal: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
