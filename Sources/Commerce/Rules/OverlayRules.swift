package import Primitives

extension Ledger {
    /// Makes a SKU of the rail the hero. Pinning what is pinned changes nothing.
    package mutating func pin(_ code: SKUCode, in show: ShowID) throws -> Outcome {
        try requireOnRail(code, of: show)
        guard try overlay(of: show).pinned != code else { return .unchanged }
        try append(.pin(show, code), concerning: [show])
        return .configured
    }

    /// Takes the hero away, and says which SKU it was.
    package mutating func unpin(in show: ShowID) throws -> SKUCode {
        _ = try requireOpenShow(show)
        guard let pinned = try overlay(of: show).pinned else {
            throw CommerceError.nothingPinned(show)
        }
        try append(.unpin(show), concerning: [show])
        return pinned
    }

    /// Opens a window with its own price. It must be a better price, and there is at most one
    /// window for a SKU in a show.
    package mutating func openFlash(
        of code: SKUCode, in show: ShowID, price: Amount, closesAt: WallClock?,
        unitLimit: Int64?
    ) throws -> Flash {
        try requireOnRail(code, of: show)
        if let open = try overlay(of: show).openFlash(of: code, at: now) {
            throw CommerceError.flashIsOpen(code, show, closesAt: open.closesAt)
        }
        if let closesAt, closesAt <= now {
            throw CommerceError.flashEndsInThePast(code, closesAt: closesAt)
        }
        let currency = try requireCatalogue().currency
        let flashPrice = try price.price(in: currency)
        let selling = try priceWithoutFlash(of: code, in: show)
        guard flashPrice < selling else {
            throw CommerceError.flashNotCheaper(
                code, flash: flashPrice, selling: selling, currency)
        }
        let flash = Flash(
            code: code, price: flashPrice, closesAt: closesAt, unitLimit: unitLimit)
        try append(.priceFlash(show, flash), concerning: [show])
        return flash
    }

    package mutating func closeFlash(of code: SKUCode, in show: ShowID) throws -> Flash {
        _ = try requireOpenShow(show)
        guard let flash = try overlay(of: show).openFlash(of: code, at: now) else {
            throw CommerceError.noOpenFlash(code, show)
        }
        try append(.priceFlashClosed(show, code), concerning: [show])
        return flash
    }

    func requireOnRail(_ code: SKUCode, of show: ShowID) throws {
        _ = try requireOpenShow(show)
        guard try rail(of: show)[code] != nil else {
            _ = try requireSKU(code)
            throw CommerceError.notOnRail(code, show)
        }
    }
}
