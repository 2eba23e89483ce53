import CommandLineKit
import Commerce
import Stores

/// Arguments that more than one command takes: one word, one meaning, one place.
enum Common {
    static let store = Argument.option(
        "store", .store, "the store to work on: sqlite:PATH or redis://HOST",
        environment: "LC_STORE",
        configuration: "store")
    static let catalogue = Argument.option(
        "catalogue", short: "c", .catalogueName, "the catalogue to work on", default: "default",
        environment: "LC_CATALOGUE", configuration: "catalogue")
    static let context = Argument.option(
        "context", .text(named: "NAME"),
        "the context of the configuration file to take settings from",
        environment: "LC_CONTEXT")

    static let wait = Argument.option(
        "wait", .duration, "how long to wait for a store that is kept busy or is not available",
        default: "10s", environment: "LC_WAIT")

    static let key = Argument.option(
        "idempotency-key", .key,
        "name this change: repeated with the same key it is made once and answered the same")
    static let isConfirmed = Argument.flag("yes", short: "y", "do not ask before destroying")
    static let isDryRun = Argument.flag("dry-run", "say what would happen, and change nothing")

    /// What every change takes besides its own arguments.
    static let change = [key.row]

    /// The statuses that every command on the store may end with.
    static let storeStatuses: [ExitStatus] = [
        .dataError, .noInput, .unavailable, .cannotCreate, .ioError, .tryAgain, .noPermission,
        .badConfig, .interrupted, .terminated,
    ]
    /// A change may be sent to a server, and not answered.
    static let changeStatuses = storeStatuses + [.notFound, .conflict, .unknownOutcome]
    /// A verb on a reservation may be refused, or too late.
    static let reservationStatuses = changeStatuses + [.negative, .expired]
}

extension ValueKind<StoreAddress> {
    fileprivate static let store = ValueKind("STORE", completion: .file) {
        text throws(ValueProblem) in
        do throws(StoreError) {
            return try StoreAddress(text)
        } catch {
            if case .badRedisAddress(let problem) = error {
                // What was typed may have a password in it.
                throw ValueProblem("a store on Redis: \(problem.words)", hidesValue: true)
            }
            throw ValueProblem("a store: sqlite:PATH, a path, or redis://HOST")
        }
    }
}

extension ValueKind {
    /// A kind whose values check themselves.
    fileprivate static func checked(
        _ placeholder: String, completion: Completion = .none, expected: String,
        _ make: @escaping @Sendable (String) throws -> Value
    ) -> ValueKind {
        ValueKind(placeholder, completion: completion) { text throws(ValueProblem) in
            guard let value = try? make(text) else { throw ValueProblem(expected) }
            return value
        }
    }
}

extension ValueKind<CatalogueName> {
    static let catalogueName = checked(
        "NAME", completion: .dynamic("catalogue"),
        expected: "a catalogue's name: \(CatalogueName.expected)"
    ) { try CatalogueName($0) }
}

extension ValueKind<ShowID> {
    static let show = checked(
        "SHOW", completion: .dynamic("show"), expected: "a show's id: \(ShowID.expected)"
    ) { try ShowID($0) }
}

extension ValueKind<ReservationID> {
    static let reservation = checked(
        "RESERVATION", completion: .dynamic("reservation"),
        expected: "a reservation's id: \(ReservationID.expected)"
    ) { try ReservationID($0) }
}

extension ValueKind<WaitID> {
    static let waiting = checked(
        "PLACE", completion: .dynamic("waiting"),
        expected: "a place in a waitlist: \(WaitID.expected)"
    ) { try WaitID($0) }
}

extension ValueKind<BuyerID> {
    static let buyer = checked(
        "BUYER", expected: "a buyer: up to \(BuyerID.maximumBytes) bytes of visible text"
    ) { try BuyerID($0) }
}

extension ValueKind<WantedLine> {
    /// A SKU has no colon, so the last one begins the quantity.
    static let wantedLine = checked(
        "SKU[:QTY]", completion: .dynamic("sku"),
        expected: "a SKU, or SKU:QTY with 1 to \(Reservation.maximumQuantity) units"
    ) { text in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let code = try SKUCode(String(parts[0]))
        guard parts.count <= 2, let quantity = parts.count == 1 ? 1 : Int64(parts[1]) else {
            throw FieldProblem(field: "quantity", value: text, flaw: .badForm(expected: ""))
        }
        return try WantedLine(code: code, quantity: quantity)
    }
}

extension ValueKind<Duration> {
    /// As long as anything about reservations may take.
    static let holdTime = ValueKind("DURATION") { text throws(ValueProblem) in
        let problem = ValueProblem("a duration from 1s to 24h, such as 90s or 1m30s")
        guard let duration = try? ValueKind<Duration>.duration.parse(text),
            (HoldPolicy.minimumTime...HoldPolicy.maximumTime).contains(duration)
        else { throw problem }
        return duration
    }
}

extension ValueKind<SKUCode> {
    static let sku = checked(
        "SKU", completion: .dynamic("sku"),
        expected: "a SKU: up to 100 bytes of visible text without a colon"
    ) { try SKUCode($0) }
}

extension ValueKind<Commerce.Currency> {
    static let currency = checked(
        "CODE", expected: "an ISO 4217 currency such as USD, EUR or JPY"
    ) { try Commerce.Currency($0) }
}

extension ValueKind<Amount> {
    static let money = checked("MONEY", expected: Amount.expected) { try Amount($0) }
}

extension ValueKind<IdempotencyKey> {
    fileprivate static let key = checked("KEY", expected: IdempotencyKey.expected) {
        try IdempotencyKey($0)
    }
}
