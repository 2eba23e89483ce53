import Primitives

/// What stands behind a playlist's tag: `NAME=VALUE` by `NAME=VALUE` (RFC 8216 4.2).
struct AttributeList: Sendable, Equatable {
    enum Limits {
        static let attributes = 64
        static let nameBytes = 64
    }

    /// A value as it stands there; what was quoted is without its quotes.
    struct Value: Sendable, Equatable {
        let text: String
        let isQuoted: Bool
    }

    /// In the playlist's order.
    private(set) var all: [(name: String, value: Value)] = []

    static func == (one: AttributeList, other: AttributeList) -> Bool {
        one.all.elementsEqual(other.all) { $0.name == $1.name && $0.value == $1.value }
    }

    /// Nil where it isn't one, names something twice or is over a limit.
    init?(parsing text: Substring.UTF8View) {
        var rest = text
        while !rest.isEmpty {
            guard all.count < Limits.attributes, let name = Self.name(&rest),
                let value = Self.value(&rest), self[name] == nil
            else { return nil }
            all.append((name, value))
            guard let comma = rest.first else { return }
            guard comma == UInt8(ascii: ",") else { return nil }
            rest.removeFirst()
            // Some write a blank behind the comma, and players put up with it.
            while rest.first?.isBlank == true { rest.removeFirst() }
        }
    }

    private subscript(name: String) -> Value? { all.first { $0.name == name }?.value }

    private static func name(_ rest: inout Substring.UTF8View) -> String? {
        guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = rest[..<equals]
        rest = rest[rest.index(after: equals)...]
        guard (1...Limits.nameBytes).contains(name.count), name.allSatisfy(\.isAttributeNameByte)
        else { return nil }
        return String(Substring(name))
    }

    private static func value(_ rest: inout Substring.UTF8View) -> Value? {
        guard rest.first == UInt8(ascii: "\"") else {
            let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            let text = String(Substring(rest[..<end]))
            rest = rest[end...]
            return text.isEmpty ? nil : Value(text: text, isQuoted: false)
        }
        rest.removeFirst()
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let text = String(Substring(rest[..<end]))
        rest = rest[rest.index(after: end)...]
        return Value(text: text, isQuoted: true)
    }

    func quoted(_ name: String) -> String? {
        self[name].flatMap { $0.isQuoted ? $0.text : nil }
    }

    /// A word that must not be quoted, such as `YES`.
    func word(_ name: String) -> String? {
        self[name].flatMap { $0.isQuoted ? nil : $0.text }
    }

    func has(_ name: String) -> Bool { self[name] != nil }

    func isYes(_ name: String) -> Bool { word(name) == "YES" }

    func number(_ name: String) -> Int64? { word(name).flatMap { Int64(decimal: $0[...]) } }

    func duration(_ name: String) -> Duration? {
        word(name).flatMap { Duration(playlistSeconds: $0[...]) }
    }
}

extension UInt8 {
    fileprivate var isAttributeNameByte: Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) || isASCIIDigit
            || self == UInt8(ascii: "-")
    }
}

extension Int64 {
    /// Decimal digits and nothing else, up to 2^63 - 1.
    package init?(decimal text: Substring) {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit), let value = Int64(text) else {
            return nil
        }
        self = value
    }
}

extension Duration {
    enum PlaylistLimits {
        /// Longer than anything that is on the air.
        static let seconds: Int64 = 10_000_000
    }

    /// `6` or `6.006`, to the nanosecond; nil for anything else, or what is too long.
    init?(playlistSeconds text: Substring) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Int64(decimal: first),
            whole <= PlaylistLimits.seconds
        else { return nil }
        guard parts.count == 2 else {
            self = .seconds(whole)
            return
        }
        guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        var nanoseconds: Int64 = 0
        var weight: Int64 = 100_000_000
        for digit in parts[1].utf8.prefix(9) {
            nanoseconds += Int64(digit - UInt8(ascii: "0")) * weight
            weight /= 10
        }
        self = .seconds(whole) + .nanoseconds(nanoseconds)
    }
}
