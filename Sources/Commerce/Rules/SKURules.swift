extension Ledger {
    package mutating func addSKU(
        _ code: SKUCode, _ patch: ListingPatch, stock: Stock, in catalogue: Catalogue
    ) throws -> SKU {
        guard try sku(code) == nil else { throw CommerceError.skuExists(code) }
        let listing = try patch.applied(to: nil, in: catalogue.currency)
        let sku = SKU(code: code, listing: listing, stock: stock)
        try append(.skuAdded(sku), concerning: [])
        return sku
    }

    package mutating func setSKU(
        _ code: SKUCode, _ patch: ListingPatch, in catalogue: Catalogue
    ) throws -> (SKU, Outcome) {
        try setListing(of: requireSKU(code), patch, in: catalogue)
    }

    /// Adds a SKU or brings it to what a file says: how files come in. The stock is set where the
    /// file says one.
    package mutating func putSKU(
        _ code: SKUCode, _ patch: ListingPatch, stock: Stock?, in catalogue: Catalogue
    ) throws -> (SKU, Outcome) {
        guard let old = try sku(code) else {
            let listing = try patch.applied(to: nil, in: catalogue.currency)
            let stock = try stock ?? Stock(onHand: 0)
            let sku = SKU(code: code, listing: listing, stock: stock)
            try append(.skuAdded(sku), concerning: [])
            return (sku, .created)
        }
        var (sku, outcome) = try setListing(of: old, patch, in: catalogue)
        if let stock, try updateStock(of: old, to: stock, reason: nil) == .configured {
            sku.stock = stock
            outcome = .configured
        }
        return (sku, outcome)
    }

    private mutating func setListing(
        of old: SKU, _ patch: ListingPatch, in catalogue: Catalogue
    ) throws -> (SKU, Outcome) {
        var sku = old
        sku.listing = try patch.applied(to: old.listing, in: catalogue.currency)
        guard sku != old else { return (old, .unchanged) }
        try append(
            .skuChanged(sku.code, sku.listing), concerning: openShows(listing: sku.code))
        return (sku, .configured)
    }

    /// A SKU that a show still sells stays; ended shows keep its code as it was.
    package mutating func removeSKU(_ code: SKUCode) throws -> SKU {
        let sku = try requireSKU(code)
        if let show = try openShows(listing: code).first {
            throw CommerceError.skuOnRail(code, show)
        }
        try append(.skuRemoved(code), concerning: [])
        return sku
    }

    package mutating func setStock(
        of code: SKUCode, to onHand: Int64, reason: String?
    ) throws -> (SKU, Outcome) {
        try putStock(of: requireSKU(code), to: Stock(onHand: onHand), reason: reason)
    }

    package mutating func adjustStock(
        of code: SKUCode, by change: Int64, reason: String?
    ) throws -> (SKU, Outcome) {
        let sku = try requireSKU(code)
        let (sum, overflowed) = sku.stock.onHand.addingReportingOverflow(change)
        guard !overflowed, sum >= 0 else {
            throw CommerceError.stockBelowZero(code, onHand: sku.stock.onHand, change: change)
        }
        return try putStock(of: sku, to: Stock(onHand: sum), reason: reason)
    }

    private mutating func putStock(
        of sku: SKU, to stock: Stock, reason: String?
    ) throws -> (SKU, Outcome) {
        let outcome = try updateStock(of: sku, to: stock, reason: reason)
        return (SKU(code: sku.code, listing: sku.listing, stock: stock), outcome)
    }

    private mutating func updateStock(
        of sku: SKU, to stock: Stock, reason: String?
    ) throws -> Outcome {
        let reason = try reason.map {
            try PlainText.checked($0, field: "reason", limitBytes: 200)
        }
        guard stock != sku.stock else { return .unchanged }
        try append(
            .stockUpdate(sku.code, stock, reason: reason),
            concerning: openShows(listing: sku.code))
        return .configured
    }
}
