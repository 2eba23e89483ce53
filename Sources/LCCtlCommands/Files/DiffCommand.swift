import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl diff`
enum DiffCommand {
    static let command = Command(
        "diff", "Say how a show differs from a file",
        discussion: [
            "It says what lcctl apply would change, and changes nothing. Status 0 means the same, 1 "
                + "different."
        ],
        output: .document, arguments: [ShowFiles.file.row, ShowFiles.prunes.row],
        examples: [
            Example("lcctl diff -f show.json || lcctl apply -f show.json", "apply only what is new")
        ],
        exitStatuses: Common.storeStatuses + [.negative, .notFound, .conflict]
    ) { invocation, console in
        let (file, _) = try ShowFiles.read(invocation)
        let shop = try Shop(invocation, console)
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint(), isDryRun: true)
        let now = console.clocks.wall()
        let document = try shop.store.change(shop.catalogue, by: request, at: now) { ledger in
            let reports = try ledger.apply(file, prune: invocation[ShowFiles.prunes])
            return ShowFiles.document(reports, file, in: shop.catalogue, isDryRun: true)
        }.document
        let different = (document["objects"]?.arrayValue ?? []).filter {
            $0["outcome"]?.stringValue != Outcome.unchanged.rawValue
        }
        try console.answer(invocation, document) {
            different.flatMap { lines($0, isColoured: console.traits.outputColour) }
                .joined(separator: "\n")
        }
        return different.isEmpty ? .ok : .negative
    }

    private static func lines(_ object: JSON, isColoured: Bool) -> [String] {
        let head = object.told(object["kind"]?.stringValue ?? "", "name")
        let differences = object["differences"]?.arrayValue ?? []
        return [Style.heading.apply(to: head, isOn: isColoured)]
            + differences.flatMap { difference in
                let field = difference["field"]?.stringValue ?? ""
                return [
                    difference["from"].map {
                        Style.failure.apply(to: "  - \(field): \($0.text)", isOn: isColoured)
                    },
                    difference["to"].map {
                        Style.success.apply(to: "  + \(field): \($0.text)", isOn: isColoured)
                    },
                ].compactMap(\.self)
            }
    }
}
