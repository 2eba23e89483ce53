import Primitives

extension Ledger {
    /// Settles what counts for reservations in a scope, as a whole: what is absent is unsaid.
    package mutating func setPolicy(
        for scope: HoldPolicy.Scope, to policy: HoldPolicy
    ) throws -> Outcome {
        var shows: [ShowID] = []
        switch scope {
        case .catalogue: _ = try requireCatalogue()
        case .show(let show): shows = [try requireShow(show).id]
        case .sku(let code):
            _ = try requireSKU(code)
            if let units = policy.unitsHeld {
                throw FieldProblem(
                    field: "units_held", value: String(units),
                    flaw: .badForm(expected: "nothing: it counts units of all SKUs"))
            }
        }
        guard try self.policy(for: scope) != policy else { return .unchanged }
        try append(.policyChanged(scope, policy), concerning: shows)
        return .configured
    }
}
