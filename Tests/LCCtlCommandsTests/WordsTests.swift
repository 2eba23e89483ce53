import CommandLineKit
import Commerce
import Primitives
import Stores
import Testing

@testable import LCCtlCommands

/// The words, codes and statuses of every refusal. Words may improve; codes and statuses are
/// contracts.
@Suite struct WordsTests {
    private static let time = WallClock(millisecondsSince1970: 1_795_233_600_000)

    private let sku: SKUCode
    private let show: ShowID
    private let name: CatalogueName
    private let dollars: Currency

    init() throws {
        sku = try SKUCode("TEE RED")
        show = try ShowID("shw_1")
        name = try CatalogueName("acme")
        dollars = try Currency("USD")
    }

    private func refusalsOfCatalogueAndShow() throws -> [(CommerceError, String)] {
        let key = try IdempotencyKey("k1")
        return [
            (
                .keyReused(key),
                "4 idempotency.key-reused idempotency key 'k1' was used for another change"
            ),
            (.noCatalogue(name), "3 catalogue.not-found no catalogue 'acme'"),
            (.catalogueExists(name), "4 catalogue.exists catalogue 'acme' exists already"),
            (
                .standardCatalogueStays,
                "4 catalogue.default-stays cannot delete catalogue 'default': it is what commands "
                    + "use that name none"
            ),
            (
                .currencyInUse(name, dollars),
                "4 catalogue.currency-in-use cannot change the currency of catalogue 'acme': it has "
                    + "prices or shows in USD"
            ),
            (
                .catalogueHasLiveShow(name, show),
                "4 catalogue.has-live-show cannot delete catalogue 'acme': show 'shw_1' is live"
            ),
            (.noSKU(sku, name), "3 sku.not-found no SKU 'TEE RED' in catalogue 'acme'"),
            (.skuExists(sku), "4 sku.exists SKU 'TEE RED' exists already"),
            (
                .skuOnRail(sku, show),
                "4 sku.on-rail cannot remove SKU 'TEE RED': show 'shw_1' has it on its rail"
            ),
            (
                .stockBelowZero(sku, onHand: 2, change: -3),
                "1 stock.below-zero cannot change the stock of SKU 'TEE RED' by -3: 2 on hand"
            ),
            (.noShow(show, name), "3 show.not-found no show 'shw_1' in catalogue 'acme'"),
            (.showExists(show), "4 show.exists show 'shw_1' exists already"),
            (.showIsLive(show), "4 show.live show 'shw_1' is live"),
            (.showNotLive(show), "4 show.not-live show 'shw_1' has not started"),
            (.showHasEnded(show), "4 show.ended show 'shw_1' has ended"),
        ]
    }

    private func refusalsOfRailAndOverlay() throws -> [(CommerceError, String)] {
        [
            (.alreadyOnRail(sku), "4 rail.listed SKU 'TEE RED' is on the rail already"),
            (
                .notOnRail(sku, show),
                "3 rail.not-listed SKU 'TEE RED' is not on the rail of show 'shw_1'"
            ),
            (.railFull(limit: 7), "4 rail.full a rail holds at most 7 SKUs"),
            (
                .railEntryInUse(sku, show, .pinned),
                "4 rail.pinned cannot take SKU 'TEE RED' off the rail of show 'shw_1': it is pinned"
            ),
            (
                .railEntryInUse(sku, show, .flashed),
                "4 rail.flashed cannot take SKU 'TEE RED' off the rail of show 'shw_1': a flash is "
                    + "open"
            ),
            (.nothingPinned(show), "1 pin.none nothing is pinned in show 'shw_1'"),
            (
                .flashIsOpen(sku, show, closesAt: Self.time),
                "4 flash.open a flash of SKU 'TEE RED' is open in show 'shw_1' until "
                    + "2026-11-21T04:00:00.000Z"
            ),
            (
                .noOpenFlash(sku, show),
                "1 flash.none no flash of SKU 'TEE RED' is open in show 'shw_1'"
            ),
            (
                .flashNotCheaper(
                    sku, flash: try Price(minor: 500), selling: try Price(minor: 500), dollars),
                "65 flash.not-cheaper flash price 5.00 USD of SKU 'TEE RED' is not below 5.00 USD, "
                    + "which it sells at"
            ),
            (
                .flashEndsInThePast(sku, closesAt: Self.time),
                "65 flash.past the flash of SKU 'TEE RED' would close at 2026-11-21T04:00:00.000Z, "
                    + "which is past"
            ),
        ]
    }

    @Test func `every refusal of a rule has its words`() throws {
        let refusals = try refusalsOfCatalogueAndShow() + refusalsOfRailAndOverlay()
        for (error, words) in refusals {
            let failure = Failure(error)
            #expect("\(failure.status.rawValue) \(failure.code) \(failure.message)" == words)
            expectHouseStyle(failure)
        }
    }

    @Test(arguments: [
        StoreError.badAddress("x:y"), .badRedisAddress(.password), .missing(path: "p"),
        .cannotOpen(path: "p", reason: "r"), .notAStore(path: "p"),
        .newerSchema(path: "p", found: 2, known: 1), .busy(path: "p"), .interrupted,
        .readOnly(path: "p"), .full(path: "p"), .damaged(path: "p", reason: "r"),
        .failed(path: "p", code: 1, reason: "r"), .targetExists(path: "p"),
    ])
    func `every failure of a store keeps the house style`(error: StoreError) {
        expectHouseStyle(Failure(error))
    }

    private func expectHouseStyle(_ failure: Failure) {
        let first = failure.message.first
        let isLowercase = first?.isLowercase ?? false || failure.message.hasPrefix("SKU")
        #expect(isLowercase || first == "'", "\(failure.message)")
        #expect(!failure.message.hasSuffix("."), "\(failure.message)")
        #expect(failure.status != .ok)
        #expect(failure.code.allSatisfy { $0.isLowercase || $0 == "." || $0 == "-" })
    }

    @Test func `hints can be typed as they stand`() throws {
        let failure = Failure(.skuOnRail(try SKUCode("IT'S RED"), try ShowID("shw_1")))
        #expect(failure.hint == #"take it off with 'lcctl rail remove shw_1 'IT'\''S RED''"#)
    }
}
