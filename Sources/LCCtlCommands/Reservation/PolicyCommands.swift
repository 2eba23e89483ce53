import CommandLineKit
import Commerce
import Primitives

/// `lcctl policy …`
enum PolicyCommands {
    static let noun = Command(
        "policy", "Settle how long units are held, and how many a buyer may have",
        discussion: [
            "A policy stands for the catalogue, for one show or for one SKU. Of each setting, what "
                + "the SKU says counts, else the show, else the catalogue, else the standard. Where a "
                + "reservation has several SKUs, the shortest time counts.",
            "A change counts for what is reserved from then on. lcctl policy list shows the standard.",
        ],
        subcommands: [set, list, clear])

    private static let show = Argument.option("show", .show, "for this show")
    private static let sku = Argument.option("sku", .sku, "for this SKU")
    private static let holdTime = Argument.option(
        "hold-time", .holdTime, "how long units are held, where the caller does not say")
    private static let holdLimit = Argument.option(
        "hold-limit", .holdTime, "how long a reservation may be held in all, extended or not")
    private static let payingTime = Argument.option(
        "paying-time", .holdTime, "how long the money may be under way")
    private static let offerTime = Argument.option(
        "offer-time", .holdTime, "how long an offer to the waitlist stands")
    private static let unitsOfSKU = Argument.option(
        "units-per-buyer", .integer(in: 1...Stock.maximum),
        "how many units of one SKU a buyer may hold or have bought")
    private static let unitsHeld = Argument.option(
        "units-held", .integer(in: 1...Stock.maximum),
        "how many units of all SKUs a buyer may hold at once")

    private static let settings = [
        holdTime.row, holdLimit.row, payingTime.row, offerTime.row, unitsOfSKU.row, unitsHeld.row,
    ]

    private static let set = Command(
        "set", "Settle something for the catalogue, a show or a SKU",
        discussion: ["What is not named stays as it is. lcctl policy clear takes all of it back."],
        output: .document, arguments: [show.row, sku.row] + settings + Common.change,
        groups: [
            .atMostOne(["show", "sku"]), .atMostOne(["sku", "units-held"]),
            .atLeastOne(settings.map(\.name)),
        ],
        examples: [
            Example("lcctl policy set --hold-time 2m --units-per-buyer 3", "for the catalogue"),
            Example("lcctl policy set --sku TEE-RED-M --units-per-buyer 1", "one for each buyer"),
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try change(invocation, console) { policy in
            policy.holdTime = invocation[holdTime] ?? policy.holdTime
            policy.holdLimit = invocation[holdLimit] ?? policy.holdLimit
            policy.payingTime = invocation[payingTime] ?? policy.payingTime
            policy.offerTime = invocation[offerTime] ?? policy.offerTime
            policy.unitsOfSKU = invocation[unitsOfSKU] ?? policy.unitsOfSKU
            policy.unitsHeld = invocation[unitsHeld] ?? policy.unitsHeld
        }
    }

    private static let clear = Command(
        "clear", "Take back what was settled for the catalogue, a show or a SKU",
        output: .document, arguments: [show.row, sku.row] + Common.change,
        groups: [.atMostOne(["show", "sku"])], exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try change(invocation, console) { $0 = .none }
    }

    private static func change(
        _ invocation: Invocation, _ console: Console, _ edit: (inout HoldPolicy) -> Void
    ) throws -> ExitStatus {
        let scope: HoldPolicy.Scope =
            switch (invocation[show], invocation[sku]) {
            case (_, let code?): .sku(code)
            case (let id?, nil): .show(id)
            case (nil, nil): .catalogue
            }
        return try Shop(invocation, console).answer { ledger in
            var policy = try ledger.policy(for: scope)
            edit(&policy)
            let outcome = try ledger.setPolicy(for: scope, to: policy)
            return document(scope.text, policy, in: ledger.name, outcome: outcome.rawValue)
        } text: { document in
            document.told("policy", "scope")
        }
    }

    private static func document(
        _ scope: String, _ policy: HoldPolicy, in catalogue: CatalogueName, outcome: String? = nil
    ) -> JSON {
        Documents.document("lc.policy/1", outcome) { object in
            policy.write(into: &object)
            object["catalogue"] = .string(catalogue.text)
            object["scope"] = .string(scope)
        }
    }

    private static let list = Command(
        "list", "List what is settled, the standard first", output: .rows,
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        let policies = try shop.read { reader in
            _ = try reader.requireCatalogue()
            return [("standard", HoldPolicy.standard)]
                + (try reader.policies().map { ($0.scope.text, $0.policy) })
        }
        for (scope, policy) in policies {
            let document = document(scope, policy, in: shop.catalogue)
            if let row = document.objectValue { try rows.add(row) }
        }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "policies", documentSchema: "lc.policy-list/1", nameMember: "scope",
        columns: [RowColumn("scope")]
            + ["hold_time", "hold_limit", "paying_time", "offer_time"].map { name in
                RowColumn(name, .right) { row in
                    row["\(name)_ms"]?.integerValue.map { seconds($0) } ?? ""
                }
            } + [RowColumn("units_per_buyer", .right), RowColumn("units_held", .right)],
        furtherMembers: [
            "catalogue", "hold_limit_ms", "hold_time_ms", "offer_time_ms", "paying_time_ms",
            "schema",
        ])

    /// `90s`, as it would be typed.
    private static func seconds(_ milliseconds: Int64) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
