import CommandLineKit
import Commerce
import Primitives

/// `lcctl pin` and `lcctl unpin`
enum PinCommands {
    private static let code = Argument.operand("SKU", .sku, "a SKU of the show's rail")

    static let pin = Command(
        "pin", "Pin a SKU: make it the hero of a show",
        discussion: [
            "At most one SKU is pinned in a show; pinning another one takes its place. Pinning what "
                + "is pinned already changes nothing and is no event."
        ],
        output: .document, arguments: [code.row, ShowChoice.show.row] + Common.change,
        examples: [Example("lcctl pin TEE-RED-M", "in the show that is live")],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try Shop(invocation, console).answer { ledger in
            let show = try ShowChoice.show(invocation, ledger)
            let outcome = try ledger.pin(invocation[code], in: show)
            return Self.document(
                invocation[code], show, outcome == .unchanged ? outcome.rawValue : "pinned")
        } text: { document in
            document.told("sku", "sku")
        }
    }

    static let unpin = Command(
        "unpin", "Take the pinned SKU away",
        output: .document, arguments: [ShowChoice.show.row] + Common.change,
        examples: [Example("lcctl unpin", "in the show that is live")],
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        try Shop(invocation, console).answer { ledger in
            let show = try ShowChoice.show(invocation, ledger)
            return Self.document(try ledger.unpin(in: show), show, "unpinned")
        } text: { document in
            document.told("sku", "sku")
        }
    }

    private static func document(_ code: SKUCode, _ show: ShowID, _ outcome: String) -> JSON {
        Documents.document("lc.pin/1", outcome) { object in
            object["show"] = .string(show.text)
            object["sku"] = .string(code.text)
        }
    }
}
