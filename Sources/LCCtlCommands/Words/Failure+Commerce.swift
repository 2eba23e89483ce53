import Commerce
import CommandLineKit
import Primitives

extension Failure {
    /// What a rule's refusal is called at the terminal. A new case is a compile error here, where
    /// its words and its exit status are owed.
    init(_ error: CommerceError) {
        switch error {
        case .noCatalogue(let name):
            self.init(
                .notFound, "catalogue.not-found", "no catalogue '\(name)'",
                hint: "see 'lcctl catalogue list'")
        case .catalogueExists(let name):
            self.init(
                .conflict, "catalogue.exists", "catalogue '\(name)' exists already",
                hint: "change it with 'lcctl catalogue set \(name)'")
        case .standardCatalogueStays:
            self.init(
                .conflict, "catalogue.default-stays",
                "cannot delete catalogue 'default': it is what commands use that name none",
                hint: "change its brand with 'lcctl catalogue set default --brand …'")
        case .currencyInUse(let name, let currency):
            self.init(
                .conflict, "catalogue.currency-in-use",
                "cannot change the currency of catalogue '\(name)': "
                    + "it has prices or shows in \(currency)",
                hint: "make another one with 'lcctl catalogue create NAME --currency …'")
        case .catalogueHasLiveShow(let name, let show):
            self.init(
                .conflict, "catalogue.has-live-show",
                "cannot delete catalogue '\(name)': show '\(show)' is live",
                hint: "end it with 'lcctl show end \(show)'")
        case .noSKU, .skuExists, .skuOnRail, .stockBelowZero: self.init(sku: error)
        case .noShow, .showExists, .showIsLive, .showNotLive, .showHasEnded: self.init(show: error)
        case .alreadyOnRail, .notOnRail, .railFull, .railEntryInUse: self.init(rail: error)
        case .nothingPinned, .flashIsOpen, .noOpenFlash, .flashNotCheaper, .flashEndsInThePast:
            self.init(overlay: error)
        case .stockBelowPromised, .skuPromised, .skuWaitedFor, .catalogueHasOpenReservations,
            .noReservation, .reservationExists, .soldOut, .overCap, .reservationOver,
            .reservationConfirmed, .tooLate, .holdLimitReached, .tooManyLines, .notWaiting,
            .placeExists, .waitlistFull:
            self.init(reservation: error)
        case .keyReused(let key):
            self.init(
                .conflict, "idempotency.key-reused",
                "idempotency key '\(key)' was used for another change",
                hint: "use a new key for every change, and the same one only to ask again")
        }
    }

    private init(sku error: CommerceError) {
        switch error {
        case .noSKU(let code, let name):
            self.init(
                .notFound, "sku.not-found", "no SKU '\(code)' in catalogue '\(name)'",
                hint: "see 'lcctl sku list'; SKUs are case-sensitive")
        case .skuExists(let code):
            self.init(
                .conflict, "sku.exists", "SKU '\(code)' exists already",
                hint: "change it with 'lcctl sku set'")
        case .skuOnRail(let code, let show):
            self.init(
                .conflict, "sku.on-rail",
                "cannot remove SKU '\(code)': show '\(show)' has it on its rail",
                hint: "take it off with 'lcctl rail remove \(show) \(ShellWord.quoted(code.text))'")
        case .stockBelowZero(let code, let onHand, let change):
            self.init(
                .negative, "stock.below-zero",
                "cannot change the stock of SKU '\(code)' by \(change): \(onHand) on hand")
        default: preconditionFailure("not a refusal about SKUs: \(error)")
        }
    }

    private init(show error: CommerceError) {
        switch error {
        case .noShow(let show, let name):
            self.init(
                .notFound, "show.not-found", "no show '\(show)' in catalogue '\(name)'",
                hint: "see 'lcctl show list'")
        case .showExists(let show):
            self.init(
                .conflict, "show.exists", "show '\(show)' exists already",
                hint: "change it with 'lcctl show set \(show)'")
        case .showIsLive(let show):
            self.init(
                .conflict, "show.live", "show '\(show)' is live",
                hint: "end it with 'lcctl show end \(show)'")
        case .showNotLive(let show):
            self.init(
                .conflict, "show.not-live", "show '\(show)' has not started",
                hint: "start it with 'lcctl show start \(show)'")
        case .showHasEnded(let show):
            self.init(
                .conflict, "show.ended", "show '\(show)' has ended",
                hint: "make a new one with 'lcctl show create'")
        default: preconditionFailure("not a refusal about shows: \(error)")
        }
    }

    private init(rail error: CommerceError) {
        switch error {
        case .alreadyOnRail(let code):
            self.init(
                .conflict, "rail.listed", "SKU '\(code)' is on the rail already",
                hint: "move it with 'lcctl rail move'")
        case .notOnRail(let code, let show):
            self.init(
                .notFound, "rail.not-listed", "SKU '\(code)' is not on the rail of show '\(show)'",
                hint: "put it there with 'lcctl rail add \(show) \(ShellWord.quoted(code.text))'")
        case .railFull(let limit):
            self.init(.conflict, "rail.full", "a rail holds at most \(limit) SKUs")
        case .railEntryInUse(let code, let show, .pinned):
            self.init(
                .conflict, "rail.pinned",
                "cannot take SKU '\(code)' off the rail of show '\(show)': it is pinned",
                hint: "take the pin away with 'lcctl unpin --show \(show)'")
        case .railEntryInUse(let code, let show, .flashed):
            self.init(
                .conflict, "rail.flashed",
                "cannot take SKU '\(code)' off the rail of show '\(show)': a flash is open",
                hint:
                    "close it with 'lcctl flash close \(ShellWord.quoted(code.text)) --show \(show)'"
            )
        default: preconditionFailure("not a refusal about a rail: \(error)")
        }
    }

    private init(overlay error: CommerceError) {
        switch error {
        case .nothingPinned(let show):
            self.init(.negative, "pin.none", "nothing is pinned in show '\(show)'")
        case .flashIsOpen(let code, let show, let closesAt):
            let end = closesAt.map { " until \($0.rfc3339)" } ?? ""
            self.init(
                .conflict, "flash.open",
                "a flash of SKU '\(code)' is open in show '\(show)'\(end)",
                hint:
                    "close it with 'lcctl flash close \(ShellWord.quoted(code.text)) --show \(show)'"
            )
        case .noOpenFlash(let code, let show):
            self.init(
                .negative, "flash.none", "no flash of SKU '\(code)' is open in show '\(show)'")
        case .flashNotCheaper(let code, let flash, let selling, let currency):
            self.init(
                .dataError, "flash.not-cheaper",
                "flash price \(flash.text(in: currency)) \(currency) of SKU '\(code)' is not below "
                    + "\(selling.text(in: currency)) \(currency), which it sells at")
        case .flashEndsInThePast(let code, let closesAt):
            self.init(
                .dataError, "flash.past",
                "the flash of SKU '\(code)' would close at \(closesAt.rfc3339), which is past",
                hint: "say how long it lasts with '--for 60s'")
        default: preconditionFailure("not a refusal about the overlay: \(error)")
        }
    }
}
