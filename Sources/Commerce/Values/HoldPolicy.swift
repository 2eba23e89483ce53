package import Primitives

/// What a shop settles about reservations. Each setting may be absent: then a wider scope says it.
package struct HoldPolicy: Sendable, Equatable {
    /// How long units are held, where the caller does not say.
    package var holdTime: Duration?
    /// How long a reservation that is held may last in all, extended or not.
    package var holdLimit: Duration?
    /// How long the money may be under way.
    package var payingTime: Duration?
    /// How long an offer to the waitlist stands.
    package var offerTime: Duration?
    /// Units of one SKU that a buyer may hold or have bought.
    package var unitsOfSKU: Int64?
    /// Units of all SKUs that a buyer may hold at once; not for a single SKU.
    package var unitsHeld: Int64?

    package init() {}

    package static let none = HoldPolicy()
    package var isEmpty: Bool { self == .none }

    /// What counts where nobody has said anything.
    package static let standard: HoldPolicy = {
        var policy = HoldPolicy()
        policy.holdTime = .seconds(90)
        policy.holdLimit = .seconds(900)
        policy.payingTime = .seconds(900)
        policy.offerTime = .seconds(300)
        return policy
    }()

    /// The longest of any of the times.
    package static let maximumTime = Duration.seconds(24 * 3600)
    package static let minimumTime = Duration.seconds(1)

    /// These settings, and where they are silent those of a wider scope.
    package func over(_ wider: HoldPolicy) -> HoldPolicy {
        var policy = self
        policy.holdTime = holdTime ?? wider.holdTime
        policy.holdLimit = holdLimit ?? wider.holdLimit
        policy.payingTime = payingTime ?? wider.payingTime
        policy.offerTime = offerTime ?? wider.offerTime
        policy.unitsOfSKU = unitsOfSKU ?? wider.unitsOfSKU
        policy.unitsHeld = unitsHeld ?? wider.unitsHeld
        return policy
    }

    /// What a policy is settled for; the narrowest that says something counts.
    package enum Scope: Sendable, Hashable {
        case catalogue
        case show(ShowID)
        case sku(SKUCode)
    }
}

extension HoldPolicy {
    /// The settings by name: a contract of files, answers and events.
    private static let times: [(name: String, path: Path<Duration>)] = [
        ("hold_time_ms", \.holdTime), ("hold_limit_ms", \.holdLimit),
        ("offer_time_ms", \.offerTime), ("paying_time_ms", \.payingTime),
    ]
    private static let counts: [(name: String, path: Path<Int64>)] = [
        ("units_held", \.unitsHeld), ("units_per_buyer", \.unitsOfSKU),
    ]

    private typealias Path<Value> = any WritableKeyPath<HoldPolicy, Value?> & Sendable

    package func write(into object: inout JSONObject) {
        for (name, path) in Self.times {
            object[name] = self[keyPath: path].map { .integer($0.wholeMilliseconds) }
        }
        for (name, path) in Self.counts { object[name] = self[keyPath: path].map(JSON.integer) }
    }

    package init(_ fields: inout JSONFields) throws {
        self.init()
        for (name, path) in Self.times {
            guard let milliseconds = try fields.integer(name) else { continue }
            let time = Duration.milliseconds(milliseconds)
            guard (Self.minimumTime...Self.maximumTime).contains(time) else {
                throw FieldProblem(
                    field: name, value: String(milliseconds),
                    flaw: .badForm(expected: "from a second to a day, in milliseconds"))
            }
            self[keyPath: path] = time
        }
        for (name, path) in Self.counts {
            guard let count = try fields.integer(name) else { continue }
            guard (1...Stock.maximum).contains(count) else {
                throw FieldProblem(
                    field: name, value: String(count),
                    flaw: .badForm(expected: "a whole number from 1 to \(Stock.maximum)"))
            }
            self[keyPath: path] = count
        }
    }
}

extension HoldPolicy.Scope {
    /// `catalogue`, `show/ID` or `sku/CODE`.
    package var text: String {
        switch self {
        case .catalogue: "catalogue"
        case .show(let id): "show/\(id)"
        case .sku(let code): "sku/\(code)"
        }
    }
}
