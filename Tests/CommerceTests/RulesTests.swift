@testable import Commerce
import Primitives
import Testing

@Suite struct RulesTests {
    private let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
    private let friday: ShowID
    private let red: SKUCode
    private let blue: SKUCode

    init() throws {
        friday = try ShowID("shw_friday")
        red = try SKUCode("TEE-RED")
        blue = try SKUCode("TEE-BLUE")
    }

    /// A catalogue in dollars with two SKUs at 19.99 and a show that has both on its rail.
    private func shop() throws -> MemoryLedger {
        var shop = MemoryLedger(name: .standard, now: start)
        let catalogue = try shop.createCatalogue(brand: "Acme", currency: Currency("USD"))
        for code in [red, blue] {
            _ = try shop.addSKU(code, patch(price: "19.99"), stock: Stock(onHand: 5), in: catalogue)
        }
        _ = try shop.createShow(
            friday, ShowDetails(title: "Friday drop", host: nil, scheduledAt: nil))
        _ = try shop.addToRail(of: friday, [.init(code: red), .init(code: blue)], at: nil)
        return shop
    }

    private func patch(price: String) throws -> ListingPatch {
        var patch = ListingPatch()
        patch.title = "T-shirt"
        patch.price = try Amount(price)
        return patch
    }

    // MARK: catalogues

    @Test func `a catalogue is created once, and its currency stays once prices were said`() throws
    {
        var shop = try shop()
        #expect(throws: CommerceError.catalogueExists(.standard)) {
            try shop.createCatalogue(brand: "Again", currency: Currency("USD"))
        }
        let dollars = try Currency("USD")
        #expect(throws: CommerceError.currencyInUse(.standard, dollars)) {
            try shop.setCatalogue(brand: nil, currency: Currency("EUR"))
        }
        #expect(try shop.setCatalogue(brand: "Acme", currency: nil).1 == .unchanged)
        #expect(try shop.setCatalogue(brand: "Acme & Co", currency: nil).1 == .configured)
    }

    @Test func `a catalogue without SKUs or shows may still change its currency`() throws {
        var empty = MemoryLedger(name: .standard, now: start)
        _ = try empty.createCatalogue(brand: "Acme", currency: Currency("USD"))
        let (catalogue, outcome) = try empty.setCatalogue(brand: nil, currency: Currency("EUR"))
        #expect(catalogue.currency.code == "EUR")
        #expect(outcome == .configured)
    }

    @Test func `the default catalogue and one that is on the air stay`() throws {
        var shop = try shop()
        #expect(throws: CommerceError.standardCatalogueStays) { try shop.deleteCatalogue() }
        let name = try CatalogueName("acme")
        var other = MemoryLedger(name: name, now: start)
        _ = try other.createCatalogue(brand: "Acme", currency: Currency("USD"))
        let details = try ShowDetails(title: "Live", host: nil, scheduledAt: nil)
        _ = try other.createShow(friday, details)
        _ = try other.startShow(friday)
        #expect(throws: CommerceError.catalogueHasLiveShow(name, friday)) {
            try other.deleteCatalogue()
        }
        _ = try other.endShow(friday)
        try other.deleteCatalogue()
        #expect(other.catalogue() == nil)
        #expect(throws: CommerceError.noCatalogue(name)) { try other.requireShow(friday) }
    }

    @Test func `a name that comes back goes on counting`() throws {
        var other = MemoryLedger(name: try CatalogueName("acme"), now: start)
        let details = try ShowDetails(title: "Live", host: nil, scheduledAt: nil)
        for _ in 0..<2 {
            _ = try other.createCatalogue(brand: "Acme", currency: Currency("USD"))
            _ = try other.createShow(friday, details)
            try other.deleteCatalogue()
        }
        #expect(other.log.map(\.sequence) == Array(1...6))
        #expect(other.log.flatMap(\.shows).map(\.sequence) == [1, 2])
    }

    // MARK: SKUs and stock

    @Test func `a SKU is added once, and only with a title and a price`() throws {
        var shop = try shop()
        let catalogue = try shop.requireCatalogue()
        let stock = try Stock(onHand: 0)
        #expect(throws: CommerceError.skuExists(red)) {
            try shop.addSKU(red, patch(price: "1"), stock: stock, in: catalogue)
        }
        var untitled = ListingPatch()
        untitled.price = try Amount("1")
        let problem = FieldProblem(field: "title", value: "", flaw: .missing)
        #expect(throws: problem) {
            try shop.addSKU(SKUCode("NEW"), untitled, stock: stock, in: catalogue)
        }
    }

    @Test func `setting what is so already is no event`() throws {
        var shop = try shop()
        let before = shop.log.count
        let catalogue = try shop.requireCatalogue()
        #expect(try shop.setSKU(red, patch(price: "19.99"), in: catalogue).1 == .unchanged)
        #expect(try shop.setStock(of: red, to: 5, reason: nil).1 == .unchanged)
        #expect(shop.log.count == before)
        #expect(try shop.setSKU(red, patch(price: "24.99"), in: catalogue).1 == .configured)
        #expect(shop.log.count == before + 1)
    }

    @Test func `stock never goes below zero, whatever is asked`() throws {
        var shop = try shop()
        let code = red
        #expect(throws: CommerceError.stockBelowZero(code, onHand: 5, change: -6)) {
            try shop.adjustStock(of: code, by: -6, reason: nil)
        }
        #expect(throws: CommerceError.stockBelowZero(code, onHand: 5, change: .max)) {
            try shop.adjustStock(of: code, by: .max, reason: nil)
        }
        #expect(try shop.adjustStock(of: code, by: -5, reason: "damaged").0.stock.onHand == 0)
    }

    @Test func `a stock update concerns the open shows that list the SKU, and no others`() throws {
        var shop = try shop()
        let sunday = try ShowID("shw_sunday")
        let ended = try ShowID("shw_ended")
        let details = try ShowDetails(title: "Other", host: nil, scheduledAt: nil)
        for show in [sunday, ended] {
            _ = try shop.createShow(show, details)
            _ = try shop.addToRail(of: show, [.init(code: red)], at: nil)
        }
        _ = try shop.startShow(ended)
        _ = try shop.endShow(ended)
        _ = try shop.setStock(of: red, to: 9, reason: nil)
        #expect(shop.log.last?.shows.map(\.show) == [friday, sunday])
        _ = try shop.setStock(of: blue, to: 9, reason: nil)
        #expect(shop.log.last?.shows.map(\.show) == [friday])
    }

    @Test func `a SKU that a show still sells is not removed`() throws {
        var shop = try shop()
        let (code, show) = (red, friday)
        #expect(throws: CommerceError.skuOnRail(code, show)) { try shop.removeSKU(code) }
        _ = try shop.startShow(show)
        _ = try shop.endShow(show)
        _ = try shop.removeSKU(code)
        #expect(shop.rail(of: show).entries.map(\.code) == [red, blue])
    }

    // MARK: shows

    @Test func `a show goes forwards only`() throws {
        var shop = try shop()
        let show = friday
        #expect(throws: CommerceError.showNotLive(show)) { try shop.endShow(show) }
        _ = try shop.startShow(show)
        #expect(throws: CommerceError.showIsLive(show)) { try shop.startShow(show) }
        #expect(throws: CommerceError.showIsLive(show)) { try shop.deleteShow(show) }
        shop.now = start + .seconds(60)
        #expect(
            try shop.endShow(show).state == .ended(from: start, to: start + .seconds(60)))
        #expect(throws: CommerceError.showHasEnded(show)) { try shop.startShow(show) }
        #expect(throws: CommerceError.showHasEnded(show)) { try shop.pin(red, in: show) }
        _ = try shop.deleteShow(show)
        #expect(throws: CommerceError.noShow(show, .standard)) { try shop.deleteShow(show) }
    }

    @Test func `the end of a show takes pin and flashes along`() throws {
        var shop = try shop()
        _ = try shop.startShow(friday)
        _ = try shop.pin(red, in: friday)
        _ = try openFlash(&shop, price: "9.99")
        _ = try shop.endShow(friday)
        #expect(shop.overlay(of: friday) == Overlay())
    }

    // MARK: rail

    @Test func `the rail keeps its order through additions and moves`() throws {
        var shop = try shop()
        let catalogue = try shop.requireCatalogue()
        let codes = try ["A", "B", "C"].map { try SKUCode($0) }
        for code in codes {
            _ = try shop.addSKU(code, patch(price: "1"), stock: Stock(onHand: 0), in: catalogue)
        }
        func names(_ rail: Rail) -> [String] { rail.entries.map(\.code.text) }
        let added = try shop.addToRail(of: friday, codes.map { .init(code: $0) }, at: 1)
        #expect(names(added) == ["TEE-RED", "A", "B", "C", "TEE-BLUE"])
        let moved = try shop.moveOnRail(of: friday, [codes[2], codes[0]], to: .before(red))
        #expect(names(moved.rail) == ["C", "A", "TEE-RED", "B", "TEE-BLUE"])
        let after = try shop.moveOnRail(of: friday, [codes[2]], to: .after(blue))
        #expect(names(after.rail) == ["A", "TEE-RED", "B", "TEE-BLUE", "C"])
        let same = try shop.moveOnRail(of: friday, [codes[2]], to: .index(99))
        #expect(same.outcome == .unchanged)
    }

    @Test func `what is pinned or in a flash stays on the rail`() throws {
        var shop = try shop()
        let (code, show) = (red, friday)
        _ = try shop.pin(code, in: show)
        #expect(throws: CommerceError.railEntryInUse(code, show, .pinned)) {
            try shop.removeFromRail(of: show, [code])
        }
        _ = try shop.unpin(in: show)
        _ = try openFlash(&shop, price: "9.99")
        #expect(throws: CommerceError.railEntryInUse(code, show, .flashed)) {
            try shop.removeFromRail(of: show, [code])
        }
        shop.now = start + .seconds(61)
        #expect(try shop.removeFromRail(of: show, [code]).entries.map(\.code) == [blue])
    }

    @Test func `a rail lists a SKU once, and only SKUs that exist`() throws {
        var shop = try shop()
        let (code, show) = (red, friday)
        #expect(throws: CommerceError.alreadyOnRail(code)) {
            try shop.addToRail(of: show, [.init(code: code)], at: nil)
        }
        let nobody = try SKUCode("NOBODY")
        #expect(throws: CommerceError.noSKU(nobody, .standard)) {
            try shop.addToRail(of: show, [.init(code: nobody)], at: nil)
        }
    }

    // MARK: overlay

    @Test func `only what is on the rail can be pinned`() throws {
        var shop = try shop()
        let show = friday
        #expect(throws: CommerceError.nothingPinned(show)) { try shop.unpin(in: show) }
        #expect(try shop.pin(red, in: show) == .configured)
        #expect(try shop.pin(red, in: show) == .unchanged)
        #expect(try shop.pin(blue, in: show) == .configured)
        #expect(try shop.unpin(in: show) == blue)
        let nobody = try SKUCode("NOBODY")
        #expect(throws: CommerceError.noSKU(nobody, .standard)) { try shop.pin(nobody, in: show) }
    }

    @Test func `a flash is one at a time, cheaper, and over when its window is`() throws {
        var shop = try shop()
        let (code, show) = (red, friday)
        let dollars = try Currency("USD")
        let (flashPrice, selling) = (try Price(minor: 1999), try Price(minor: 1999))
        #expect(
            throws: CommerceError.flashNotCheaper(
                code, flash: flashPrice, selling: selling, dollars)
        ) { try openFlash(&shop, price: "19.99") }
        _ = try openFlash(&shop, price: "9.99")
        #expect(try shop.sellingPrice(of: code, in: show).minor == 999)
        let end = start + .seconds(60)
        #expect(throws: CommerceError.flashIsOpen(code, show, closesAt: end)) {
            try openFlash(&shop, price: "8.99")
        }
        shop.now = end
        #expect(try shop.sellingPrice(of: code, in: show).minor == 1999)
        #expect(throws: CommerceError.noOpenFlash(code, show)) {
            try shop.closeFlash(of: code, in: show)
        }
        #expect(throws: CommerceError.flashEndsInThePast(code, closesAt: end)) {
            try openFlash(&shop, price: "8.99")
        }
    }

    private func openFlash(_ shop: inout MemoryLedger, price: String) throws -> Flash {
        try shop.openFlash(
            of: red, in: friday, price: Amount(price), closesAt: start + .seconds(60),
            unitLimit: 3)
    }
}
