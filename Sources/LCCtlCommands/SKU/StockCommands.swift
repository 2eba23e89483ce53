import CommandLineKit
import Commerce
import Primitives

/// `lcctl sku stock …`
enum StockCommands {
    static let noun = Command(
        "stock", "Set or adjust how many units there are", subcommands: [set, adjust])

    private static let code = Argument.operand("SKU", .sku, "the SKU's code")
    private static let onHand = Argument.operand(
        "N", .integer(in: 0...Stock.maximum), "how many units are on hand")
    private static let change = Argument.operand(
        "CHANGE", .integer("CHANGE", in: -Stock.maximum...Stock.maximum),
        "how many units come (12) or go (-3)")
    private static let reason = Argument.option(
        "reason", .text, "why, for the event log: counted, damaged, delivery")

    private static let set = Command(
        "set", "Say how many units are on hand, as counted", output: .document,
        arguments: [code.row, onHand.row, reason.row] + Common.change,
        examples: [
            Example("lcctl sku stock set TEE-RED-M 48 --reason counted", "after counting the shelf")
        ],
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        try run(invocation, console) { ledger in
            try ledger.setStock(
                of: invocation[code], to: invocation[onHand], reason: invocation[reason])
        }
    }

    private static let adjust = Command(
        "adjust", "Add or take units",
        discussion: [
            "The new number is worked out in one atomic step, so that two adjustments at once both "
                + "count. Stock never goes below zero, nor below what is promised to buyers: such an "
                + "adjustment is refused with status 1."
        ],
        output: .document, arguments: [code.row, change.row, reason.row] + Common.change,
        examples: [
            Example(
                "lcctl sku stock adjust TEE-RED-M -3 --reason damaged --idempotency-key $KEY",
                "safe to repeat after a time-out")
        ],
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        try run(invocation, console) { ledger in
            try ledger.adjustStock(
                of: invocation[code], by: invocation[change], reason: invocation[reason])
        }
    }

    private static func run(
        _ invocation: Invocation, _ console: Console,
        _ verb: (inout any Ledger) throws -> (SKU, Outcome)
    ) throws -> ExitStatus {
        try Shop(invocation, console).answer { ledger in
            let (sku, outcome) = try verb(&ledger)
            return Documents.sku(
                sku, in: try ledger.requireCatalogue(), outcome: outcome.rawValue)
        } text: { document in
            let onHand = document["on_hand"]?.integerValue ?? 0
            return "\(document.told("sku", "sku")): \(onHand) on hand"
        }
    }
}
