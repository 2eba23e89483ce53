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
        if let stock, try updateStock(of: old, to: stock.onHand, reason: nil) == .configured {
            sku.stock = try requireSKU(code).stock
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
        guard sku.stock.promised == 0 else { throw CommerceError.skuPromised(code, sku.stock) }
        guard try firstWaiting(for: code) == nil else { throw CommerceError.skuWaitedFor(code) }
        try append(.skuRemoved(code), concerning: [])
        return sku
    }

    package mutating func setStock(
        of code: SKUCode, to onHand: Int64, reason: String?
    ) throws -> (SKU, Outcome) {
        try putStock(of: requireSKU(code), to: onHand, reason: reason)
    }

    package mutating func adjustStock(
        of code: SKUCode, by change: Int64, reason: String?
    ) throws -> (SKU, Outcome) {
        let sku = try requireSKU(code)
        let (sum, overflowed) = sku.stock.onHand.addingReportingOverflow(change)
        guard !overflowed, sum >= 0 else {
            throw CommerceError.stockBelowZero(code, onHand: sku.stock.onHand, change: change)
        }
        return try putStock(of: sku, to: sum, reason: reason)
    }

    private mutating func putStock(
        of sku: SKU, to onHand: Int64, reason: String?
    ) throws -> (SKU, Outcome) {
        let outcome = try updateStock(of: sku, to: onHand, reason: reason)
        return (try requireSKU(sku.code), outcome)
    }

    private mutating func updateStock(
        of sku: SKU, to onHand: Int64, reason: String?
    ) throws -> Outcome {
        let reason = try reason.map {
            try PlainText.checked($0, field: "reason", limitBytes: 200)
        }
        guard onHand != sku.stock.onHand else { return .unchanged }
        guard onHand >= sku.stock.promised else {
            throw CommerceError.stockBelowPromised(
                sku.code, onHand: onHand, promised: sku.stock.promised)
        }
        try append(
            .stockUpdate(sku.code, sku.stock.counted(onHand), reason: reason),
            concerning: openShows(listing: sku.code))
        try settle(sku.code, from: sku.stock)
        return .configured
    }
}
