package import Primitives

/// Who reserves: any visible text that the shop knows a buyer by.
package struct BuyerID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let maximumBytes = 100

    package let text: String

    package init(_ text: String) throws {
        self.text = try PlainText.checked(text, field: "buyer", limitBytes: Self.maximumBytes)
    }

    /// By bytes, as the stores have them.
    package static func == (left: BuyerID, right: BuyerID) -> Bool {
        left.text.isSameInUTF8(as: right.text)
    }

    package static func < (left: BuyerID, right: BuyerID) -> Bool {
        left.text.precedesInUTF8(right.text)
    }
    package var description: String { text }
}

/// Names one reservation: `rsv_` and up to 60 letters, digits, `-` and `_`.
///
/// Whoever reserves chooses it beforehand, so that asking again makes no second reservation.
package struct ReservationID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package static let prefix = "rsv_"
    package static let expected = Slug.expected(prefix)

    package init(_ text: String) throws {
        self.text = try Slug.checked(text, prefix: Self.prefix, field: "reservation")
    }

    /// A new one. It begins with the time, so that new ones lie beside each other in a store, and
    /// ends with 80 random bits, so that nobody guesses it.
    package init(at now: WallClock, random: inout some RandomNumberGenerator) {
        text = Slug.random(prefix: Self.prefix, at: now, letters: 16, &random)
    }

    package static func < (left: ReservationID, right: ReservationID) -> Bool {
        left.text < right.text
    }
    package var description: String { text }
}

/// Names one place in a waitlist: `wl_` and up to 60 letters, digits, `-` and `_`.
package struct WaitID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package static let prefix = "wl_"
    package static let expected = Slug.expected(prefix)

    package init(_ text: String) throws {
        self.text = try Slug.checked(text, prefix: Self.prefix, field: "waiting")
    }

    package init(at now: WallClock, random: inout some RandomNumberGenerator) {
        text = Slug.random(prefix: Self.prefix, at: now, letters: 16, &random)
    }

    package static func < (left: WaitID, right: WaitID) -> Bool { left.text < right.text }
    package var description: String { text }
}
