/// How many units of a SKU there are, and what of them is promised.
///
/// What is on hand is available, or held for a buyer who has not paid, or confirmed: sold, and not
/// gone from the shelf yet. The three always add up, because only two of them are kept.
package struct Stock: Sendable, Equatable {
    package static let maximum: Int64 = 1_000_000_000

    package let onHand: Int64
    /// Units in reservations that are held or paying.
    package let held: Int64
    /// Units in reservations that are confirmed.
    package let confirmed: Int64

    package init(onHand: Int64) throws {
        try self.init(onHand: onHand, held: 0, confirmed: 0)
    }

    /// Units promised never exceed units there: other numbers are no stock.
    package init(onHand: Int64, held: Int64, confirmed: Int64) throws {
        guard (0...Self.maximum).contains(onHand) else {
            throw FieldProblem(
                field: "stock", value: String(onHand),
                flaw: .badForm(expected: "a whole number from 0 to \(Self.maximum)"))
        }
        guard (0...onHand).contains(held), (0...onHand - held).contains(confirmed) else {
            throw FieldProblem(
                field: "stock", value: "\(onHand), \(held) held, \(confirmed) confirmed",
                flaw: .badForm(expected: "enough for what is promised"))
        }
        self.onHand = onHand
        self.held = held
        self.confirmed = confirmed
    }

    package var promised: Int64 { held + confirmed }
    package var available: Int64 { onHand - promised }

    /// The stock after a count of the shelf. Throws where less is there than is promised.
    func counted(_ onHand: Int64) throws -> Stock {
        try Stock(onHand: onHand, held: held, confirmed: confirmed)
    }

    /// The stock after units have moved from one of the three to another.
    func moved(held: Int64 = 0, confirmed: Int64 = 0) throws -> Stock {
        try Stock(
            onHand: onHand, held: self.held + held, confirmed: self.confirmed + confirmed)
    }
}

/// The stock of one SKU, by its code.
package struct StockLevel: Sendable, Equatable {
    package let code: SKUCode
    package let stock: Stock

    package init(code: SKUCode, stock: Stock) {
        self.code = code
        self.stock = stock
    }
}
