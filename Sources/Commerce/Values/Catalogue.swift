/// One brand's SKUs and their stock, in one currency: the unit of atomicity.
package struct Catalogue: Sendable, Equatable {
    package let name: CatalogueName
    package let brand: String
    package let currency: Currency

    package init(name: CatalogueName, brand: String, currency: Currency) throws {
        self.name = name
        self.brand = try PlainText.checked(brand, field: "brand", limitBytes: 200)
        self.currency = currency
    }
}
