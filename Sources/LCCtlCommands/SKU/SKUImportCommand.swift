import CommandLineKit
import Commerce
import Primitives
import TimelineCommands

/// `lcctl sku import`
enum SKUImportCommand {
    private static let file = Argument.operand("FILE", .file, "the file; - is standard input")
    private static let input = Argument.option(
        "input", .choice(of: InputFormat.self, "KIND"),
        "what the file is; auto goes by its name, else by whether it begins with a brace",
        default: "auto")
    private static let delimiter = Argument.option(
        "delimiter", .delimiter, "what separates the fields of CSV: one character, or tab",
        default: ",")
    private static let mapping = Argument.repeated(
        "map", .fieldMapping, "read a foreign column or member as one of ours")
    private static let isPartial = Argument.flag(
        "partial", "bring the good rows in although there are bad ones")

    private enum InputFormat: String, Sendable, CaseIterable {
        case auto
        case csv
        case jsonl
    }

    static let command = Command(
        "import", "Bring SKUs in from CSV or JSON Lines",
        discussion: [
            "A SKU that is not there is added; one that is there is set to what its row says. CSV "
                + "needs a header. The fields are \(SKUField.names.joined(separator: ", ")); foreign "
                + "names are mapped with --map, and columns that mean nothing here are passed over "
                + "with a remark. An empty field takes an optional part away.",
            "Everything comes in as one transaction. A bad row is reported by its line, and then "
                + "nothing is changed (status 65), unless --partial lets the good rows in (status 1).",
        ],
        output: .document,
        arguments: [
            file.row, input.row, delimiter.row, mapping.row, isPartial.row, Common.isDryRun.row,
        ] + Common.change,
        examples: [
            Example("lcctl sku import products.csv --dry-run", "find the bad rows first"),
            Example(
                "lcctl sku import shop.csv --map 'Variant SKU=sku' --map 'Title=title' "
                    + "--map 'Variant Price=price' --map 'Option1 Value=attribute.size'",
                "a foreign export"),
            Example("lcctl sku export -o jsonl | lcctl -c other sku import -", "copy a catalogue"),
        ],
        exitStatuses: Common.changeStatuses + [.negative],
        run: run)

    private static let run: Command.Run = { invocation, console in
        // Read first: a slow pipe must not hold the store.
        let bytes = try InputFile(invocation[file]).readAll(limit: 1 << 30)
        let shop = try Shop(invocation, console)
        let isDryRun = invocation[Common.isDryRun]
        var problems: [(line: Int, problem: RowProblem)] = []
        do {
            let document = try shop.change(body: bytes, isDryRun: isDryRun) { ledger in
                let (outcome, ignored) = try bringIn(bytes, into: &ledger, invocation, console)
                if !ignored.isEmpty {
                    console.note("passed over: \(ignored.joined(separator: ", "))")
                }
                problems = outcome.problems
                guard problems.isEmpty || invocation[isPartial] else { throw BadRows() }
                return report(outcome, ignored, isDryRun: isDryRun)
            }
            for (line, problem) in problems { console.say(words(line, problem)) }
            try console.answer(invocation, document) { text(document) }
            let hasProblems = document["bad_rows"]?.arrayValue?.isEmpty == false
            return hasProblems ? .negative : .ok
        } catch is BadRows {
            for (line, problem) in problems { console.say(words(line, problem)) }
            let count = problems.count
            throw Failure(
                .dataError, "import.bad-rows",
                "\(Int64(count).grouped) bad row\(count == 1 ? "" : "s"); nothing was changed",
                hint: "mend them, or bring the good rows in with --partial")
        }
    }

    /// Undoes the transaction.
    private struct BadRows: Error {}

    private static func bringIn(
        _ bytes: [UInt8], into ledger: inout any Ledger, _ invocation: Invocation,
        _ console: Console
    ) throws -> (SKUImport, ignored: [String]) {
        let catalogue = try ledger.requireCatalogue()
        var reader = SKUFileReader(
            format(invocation, bytes), mapping: fields(invocation[mapping]),
            currency: catalogue.currency)
        reader.add(bytes)
        reader.finish()
        var outcome = SKUImport(into: catalogue)
        var progress = ProgressLine(
            "importing", "rows", total: nil, startingAt: console.clocks.monotonic())
        while true {
            switch reader.next() {
            case .row(let row, let line): try outcome.take(row, line: line, into: &ledger)
            case .problem(let problem, let line):
                outcome.note(problem, line: line)
                // Without a column of SKUs every further row would say the same.
                if !reader.hasUsableHeader { return (outcome, reader.ignored) }
            case .starved:
                console.clearProgress()
                return (outcome, reader.ignored)
            }
            if outcome.rowCount % 512 == 0 {
                console.show(&progress, done: Int64(outcome.rowCount))
                try Interruption.check()
            }
        }
    }

    private static func format(
        _ invocation: Invocation, _ bytes: [UInt8]
    ) -> SKUFileReader.Format {
        let name = invocation[file].lowercased()
        let isLines =
            switch invocation[input] {
            case .csv: false
            case .jsonl: true
            case .auto where name.hasSuffix(".csv") || name.hasSuffix(".tsv"): false
            case .auto where name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson"): true
            case .auto: bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
            }
        let isTabbed = name.hasSuffix(".tsv") && !invocation.has(delimiter)
        return isLines
            ? .jsonLines : .csv(delimiter: isTabbed ? UInt8(ascii: "\t") : invocation[delimiter])
    }

    private static func fields(_ mappings: [FieldMapping]) -> [String: SKUField] {
        Dictionary(mappings.map { ($0.foreign, $0.field) }, uniquingKeysWith: { $1 })
    }

    private static func report(
        _ outcome: SKUImport, _ ignored: [String], isDryRun: Bool
    ) -> JSON {
        Documents.document("lc.import-report/1") { object in
            object["created"] = .integer(Int64(outcome.created))
            object["configured"] = .integer(Int64(outcome.configured))
            object["unchanged"] = .integer(Int64(outcome.unchanged))
            object["dry_run"] = .bool(isDryRun)
            object["ignored_fields"] = .array(ignored.map(JSON.string))
            object["bad_rows"] = .array(
                outcome.problems.map { line, problem in
                    [
                        "line": .integer(Int64(line)), "code": .string(problem.code),
                        "message": .string(problem.words),
                    ]
                })
        }
    }

    private static func words(_ line: Int, _ problem: RowProblem) -> String {
        SafeText.oneLine("line \(line): \(problem.words)")
    }

    private static func text(_ document: JSON) -> String {
        let counts = ["created", "configured", "unchanged"].map { name in
            "\((document[name]?.integerValue ?? 0).grouped) \(name)"
        }
        let bad = document["bad_rows"]?.arrayValue?.count ?? 0
        let remark = document["dry_run"]?.boolValue == true ? " (dry run)" : ""
        return (counts + (bad > 0 ? ["\(Int64(bad).grouped) bad"] : [])).joined(separator: ", ")
            + remark
    }
}

/// `Variant SKU=sku`
private struct FieldMapping: Sendable {
    let foreign: String
    let field: SKUField
}

extension ValueKind<FieldMapping> {
    fileprivate static let fieldMapping = ValueKind("FOREIGN=FIELD") { text throws(ValueProblem) in
        guard let equals = text.lastIndex(of: "="), equals != text.startIndex,
            let field = SKUField(name: String(text[text.index(after: equals)...]))
        else {
            throw ValueProblem(
                "FOREIGN=FIELD with a field of \(SKUField.names.joined(separator: ", "))")
        }
        return FieldMapping(foreign: String(text[..<equals]), field: field)
    }
}

extension ValueKind<UInt8> {
    fileprivate static let delimiter = ValueKind("CHAR") { text throws(ValueProblem) in
        if text == "tab" || text == "\t" { return UInt8(ascii: "\t") }
        guard let byte = text.utf8.first, text.utf8.count == 1, byte > 0x20, byte < 0x7F,
            byte != UInt8(ascii: "\"")
        else { throw ValueProblem("one visible ASCII character, or tab") }
        return byte
    }
}
