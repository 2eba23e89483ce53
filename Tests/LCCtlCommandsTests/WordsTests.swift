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

    private func refusalsOfReservations() throws -> [(CommerceError, String)] {
        let id = try ReservationID("rsv_1")
        let buyer = try BuyerID("ann")
        let few = Shortage(code: sku, wanted: 3, available: 1, nextEnd: Self.time)
        let none = Shortage(code: sku, wanted: 3, available: 0, nextEnd: nil)
        return [
            (
                .soldOut([few, none]),
                "1 stock.sold-out SKU 'TEE RED' has 1 left, 3 wanted; the next hold ends at "
                    + "2026-11-21T04:00:00.000Z; SKU 'TEE RED' is sold out"
            ),
            (
                .overCap(buyer, sku, cap: 2, taken: 1, wanted: 3),
                "1 reservation.over-cap buyer 'ann' may have 2 units of SKU 'TEE RED': has 1, "
                    + "wants 3"
            ),
            (
                .overCap(buyer, nil, cap: 2, taken: 1, wanted: 3),
                "1 reservation.over-cap buyer 'ann' may have 2 units: has 1, wants 3"
            ),
            (
                .noReservation(id, name),
                "3 reservation.not-found no reservation 'rsv_1' in catalogue 'acme'"
            ),
            (
                .reservationExists(id),
                "4 reservation.exists reservation 'rsv_1' exists already, for another buyer or "
                    + "other SKUs"
            ),
            (
                .reservationOver(id, .expired),
                "5 reservation.expired reservation 'rsv_1' is over: expired"
            ),
            (
                .reservationOver(id, .released),
                "4 reservation.released reservation 'rsv_1' is over: released"
            ),
            (
                .reservationConfirmed(id),
                "4 reservation.confirmed cannot release reservation 'rsv_1': it is confirmed, the "
                    + "units are sold"
            ),
            (
                .tooLate(id, .expired, [none]),
                "5 reservation.too-late too late: reservation 'rsv_1' is expired, and SKU 'TEE RED' "
                    + "is sold out; the money must go back"
            ),
            (
                .holdLimitReached(id, endsAt: Self.time),
                "1 reservation.hold-limit reservation 'rsv_1' cannot be extended: it ends at "
                    + "2026-11-21T04:00:00.000Z at the latest"
            ),
            (
                .tooManyLines(limit: 100),
                "65 reservation.too-many-lines a reservation has at most 100 SKUs"
            ),
        ]
    }

    private func refusalsOfPromises() throws -> [(CommerceError, String)] {
        let place = try WaitID("wl_1")
        return [
            (
                .stockBelowPromised(sku, onHand: 1, promised: 2),
                "1 stock.promised cannot set the stock of SKU 'TEE RED' to 1: 2 are promised"
            ),
            (
                .skuPromised(sku, try Stock(onHand: 3, held: 2, confirmed: 1)),
                "4 sku.promised cannot remove SKU 'TEE RED': 2 held, 1 confirmed"
            ),
            (
                .skuWaitedFor(sku),
                "4 sku.waited-for cannot remove SKU 'TEE RED': buyers wait for it"
            ),
            (
                .catalogueHasOpenReservations(name),
                "4 catalogue.has-reservations cannot delete catalogue 'acme': it has open "
                    + "reservations"
            ),
            (
                .notWaiting(place, name),
                "3 waitlist.not-found no place 'wl_1' in a waitlist of catalogue 'acme'"
            ),
            (
                .placeExists(place),
                "4 waitlist.exists place 'wl_1' exists already, for another buyer or another SKU"
            ),
            (
                .waitlistFull(sku, limit: 7),
                "1 waitlist.full SKU 'TEE RED' is waited for by 7 buyers already"
            ),
        ]
    }

    @Test func `what is sold out is told as data, too`() throws {
        let few = Shortage(code: sku, wanted: 3, available: 1, nextEnd: Self.time)
        let json = Failure(CommerceError.soldOut([few])).json
        #expect(
            json["shortages"] == [
                [
                    "available": 1, "next_end": "2026-11-21T04:00:00.000Z", "sku": "TEE RED",
                    "wanted": 3,
                ]
            ])
        let late = Failure(CommerceError.tooLate(try ReservationID("rsv_1"), .expired, [few]))
        #expect(late.json["reservation"] == "rsv_1")
    }

    @Test func `an unknown outcome tells by what name to ask again`() throws {
        let error = StoreError.unknown(server: "s", reason: "r")
        let id = try ReservationID("rsv_1")
        let failure = Failure(error, asking: .confirm(id), key: nil)
        #expect(failure.status == .unknownOutcome)
        #expect(failure.json["reservation"] == "rsv_1")
        let keyed = Failure(error, asking: .confirm(id), key: try IdempotencyKey("k1"))
        #expect(keyed.json["idempotency_key"] == "k1")
        #expect(keyed.hint?.contains("--idempotency-key k1") == true)
    }

    @Test(arguments: [
        DurabilityWarning.noAppendOnlyFile, .appendOnlyFileSynced("everysec"),
        .evicts(policy: "lru"), .noReplicasRequired(connected: 2),
        .waitsForNoReplica(connected: 2), .waitsForFew(waited: 1, connected: 2),
        .waitsForAbsent(waited: 1, connected: 0),
        .writesWithoutSaving, .cannotTell("r"),
    ])
    func `every warning of a store has words`(warning: DurabilityWarning) {
        #expect(warning.words.first?.isLowercase == true)
        #expect(!warning.words.hasSuffix("."))
    }

    @Test func `every refusal of a rule has its words`() throws {
        let refusals =
            try refusalsOfCatalogueAndShow() + refusalsOfRailAndOverlay()
            + refusalsOfReservations() + refusalsOfPromises()
        for (error, words) in refusals {
            let failure = Failure(error)
            #expect("\(failure.status.rawValue) \(failure.code) \(failure.message)" == words)
            expectHouseStyle(failure)
        }
    }

    @Test(arguments: [
        StoreError.badAddress("x:y"), .badRedisAddress(.password), .missing(path: "p"),
        .denied(server: "s", reason: "NOAUTH"), .unreadable(path: "p", reason: "missing"),
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
