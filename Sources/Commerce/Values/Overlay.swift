package import Primitives

/// What lies over the picture of a show now: the pinned SKU and the open flashes.
package struct Overlay: Sendable, Equatable {
    package var pinned: SKUCode?
    /// At most one for a SKU, sorted by SKU. One whose window is over stays until it is closed or
    /// opened anew, and counts as closed.
    package private(set) var flashes: [Flash]

    package init(pinned: SKUCode? = nil, flashes: [Flash] = []) {
        self.pinned = pinned
        self.flashes = flashes.sorted { $0.code < $1.code }
    }

    package func openFlash(of code: SKUCode, at now: WallClock) -> Flash? {
        flashes.first { $0.code == code && $0.isOpen(at: now) }
    }

    package mutating func put(_ flash: Flash) {
        remove(flash.code)
        let index = flashes.firstIndex { $0.code > flash.code } ?? flashes.endIndex
        flashes.insert(flash, at: index)
    }

    package mutating func remove(_ code: SKUCode) {
        flashes.removeAll { $0.code == code }
    }
}

/// A window of a show in which a SKU has its own price.
package struct Flash: Sendable, Equatable {
    package let code: SKUCode
    package let price: Price
    /// Open until then; until the show ends where nil.
    package let closesAt: WallClock?
    /// How many units may be sold at this price; no limit but the stock where nil.
    package let unitLimit: Int64?

    package init(code: SKUCode, price: Price, closesAt: WallClock?, unitLimit: Int64?) {
        self.code = code
        self.price = price
        self.closesAt = closesAt
        self.unitLimit = unitLimit
    }

    package func isOpen(at now: WallClock) -> Bool {
        closesAt.map { now < $0 } ?? true
    }
}
