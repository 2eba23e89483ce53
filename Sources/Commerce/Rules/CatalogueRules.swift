extension Ledger {
    package mutating func createCatalogue(brand: String, currency: Currency) throws -> Catalogue {
        guard try catalogue() == nil else { throw CommerceError.catalogueExists(name) }
        let catalogue = try Catalogue(name: name, brand: brand, currency: currency)
        try append(.catalogueCreated(catalogue), concerning: [])
        return catalogue
    }

    /// The currency stays once there are SKUs or shows: prices that were said in one must not be
    /// read in another.
    package mutating func setCatalogue(
        brand: String?, currency: Currency?
    ) throws -> (Catalogue, Outcome) {
        let old = try requireCatalogue()
        let new = try Catalogue(
            name: name, brand: brand ?? old.brand, currency: currency ?? old.currency)
        guard new != old else { return (old, .unchanged) }
        if new.currency != old.currency, try hasSKUsOrShows() {
            throw CommerceError.currencyInUse(name, old.currency)
        }
        try append(.catalogueChanged(new), concerning: [])
        return (new, .configured)
    }

    package mutating func deleteCatalogue() throws {
        _ = try requireCatalogue()
        guard name != .standard else { throw CommerceError.standardCatalogueStays }
        if let live = try liveShows().first {
            throw CommerceError.catalogueHasLiveShow(name, live)
        }
        guard try !hasOpenReservations() else {
            throw CommerceError.catalogueHasOpenReservations(name)
        }
        try append(.catalogueDeleted, concerning: [])
    }
}
