import CommandLineKit
import Commerce
import Primitives
import TimelineCommands

/// What `apply` and `diff` share: the file, and the report of what is different.
enum ShowFiles {
    static let file = Argument.required(
        "file", short: "f", .file, "the show file; - is standard input")
    static let prunes = Argument.flag(
        "prune", "take SKUs off the rail that the file does not list")

    /// A show file longer than this is something else.
    private static let sizeLimit = 64 << 20

    static func read(_ invocation: Invocation) throws -> (ShowFile, bytes: [UInt8]) {
        let path = invocation[file]
        let input = try InputFile(path)
        let bytes = try input.readAll(limit: sizeLimit)
        do {
            return (try ShowFile(JSON(parsing: bytes.span)), bytes)
        } catch let problem as JSONProblem {
            throw Failure(
                .dataError, "show-file.malformed", "'\(input.name)' is not JSON: \(problem.words)")
        } catch let problem as FieldProblem {
            throw Failure(
                .dataError, "field.\(problem.flaw.code)", "'\(input.name)': \(problem.words)",
                hint: "see 'man lcctl-apply' for what a show file holds")
        }
    }

    static func document(
        _ reports: [ObjectReport], _ file: ShowFile, in catalogue: CatalogueName, isDryRun: Bool
    ) -> JSON {
        Documents.document("lc.apply-report/1") { object in
            object["catalogue"] = .string(catalogue.text)
            object["show"] = .string(file.id.text)
            object["dry_run"] = .bool(isDryRun)
            object["objects"] = .array(reports.map(\.json))
        }
    }
}

extension ObjectReport {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["kind"] = .string(kind.rawValue)
        object["name"] = .string(name)
        object["outcome"] = .string(outcome.rawValue)
        object["differences"] = .array(
            differences.map { difference in
                var object = JSONObject()
                object["field"] = .string(difference.field)
                object["from"] = difference.from
                object["to"] = difference.to
                return .object(object)
            })
        return .object(object)
    }
}

/// `lcctl apply`
enum ApplyCommand {
    static let command = Command(
        "apply", "Bring a whole show to what a file says",
        discussion: [
            "A show file is one JSON object: \"schema\": \"lc.show-file/1\"; \"show\" with id, title "
                + "and if wanted host and scheduled_at; \"skus\", a list of SKUs with sku, title, price "
                + "and the other fields that lcctl sku import knows; and \"rail\", a list of SKUs in "
                + "their order, each a code or an object with sku and show_price.",
            "Everything happens in one atomic step, and each object is reported as created, "
                + "configured or unchanged. \"initial_stock\" counts for a SKU that the file creates; "
                + "one that is there keeps its stock, because applying a file again must not bring "
                + "back what has been sold. The show's fields become what the file says, with none "
                + "where it says nothing; fields of SKUs that it does not name stay, and so does the "
                + "whole rail where the file has none. SKUs on the rail that the file does not list stay there, "
                + "behind the listed ones, unless --prune takes them off.",
        ],
        output: .document,
        arguments: [
            ShowFiles.file.row, ShowFiles.prunes.row, Common.isDryRun.row, Common.isConfirmed.row,
        ] + Common.change,
        examples: [
            Example("lcctl apply -f show.json --dry-run", "what would happen"),
            Example("lcctl apply -f show.json", "make it so"),
        ],
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        let (file, bytes) = try ShowFiles.read(invocation)
        let isDryRun = invocation[Common.isDryRun]
        let prunes = invocation[ShowFiles.prunes]
        if prunes, !isDryRun {
            try console.confirm(
                "take SKUs off the rail of '\(file.id)' that the file does not list",
                isConfirmed: invocation[Common.isConfirmed])
        }
        let shop = try Shop(invocation, console)
        if !isDryRun { try shop.tellWarnings() }
        return try shop.answer(body: bytes, isDryRun: isDryRun) { ledger in
            let reports = try ledger.apply(file, prune: prunes)
            return ShowFiles.document(reports, file, in: ledger.name, isDryRun: isDryRun)
        } text: { document in
            text(document)
        }
    }

    private static func text(_ document: JSON) -> String {
        let remark = document["dry_run"]?.boolValue == true ? " (dry run)" : ""
        return (document["objects"]?.arrayValue ?? []).map { object in
            object.told(object["kind"]?.stringValue ?? "", "name") + remark
        }.joined(separator: "\n")
    }
}
