/// What a command answers with, and so which options say how.
package enum OutputKind: Sendable {
    case none
    /// One thing: `text` or `json`.
    case document
    /// Rows of things.
    case rows
    /// Events, one after the other as they come.
    case lines

    var rows: [ArgumentRow] {
        switch self {
        case .none: []
        case .document: [StandardOptions.documentFormat.row]
        case .rows:
            [
                StandardOptions.rowsFormat.row, StandardOptions.fields.row,
                StandardOptions.header.row,
            ]
        case .lines: [StandardOptions.linesFormat.row]
        }
    }
}

package enum DocumentFormat: String, Sendable, CaseIterable {
    case text
    case json
}

package enum RowsFormat: String, Sendable, CaseIterable {
    case table
    case tsv
    case csv
    case json
    case jsonl
    case name
}

package enum LinesFormat: String, Sendable, CaseIterable {
    case text
    case jsonl
}

/// The options that are the same wherever they appear.
package enum StandardOptions {
    package static let documentFormat = Argument.option(
        "format", short: "o", .choice(of: DocumentFormat.self, "FORMAT"), "how to print the answer",
        default: "text")
    package static let rowsFormat = Argument.option(
        "format", short: "o", .choice(of: RowsFormat.self, "FORMAT"),
        "how to print the rows; columns on a terminal and TSV in a pipe unless given")
    package static let linesFormat = Argument.option(
        "format", short: "o", .choice(of: LinesFormat.self, "FORMAT"),
        "how to print the events; text on a terminal and JSON Lines in a pipe unless given")
    package static let fields = Argument.option(
        "fields", .text(named: "A,B"), "which columns or JSON members to print, in this order")
    package static let header = Argument.negatable(
        "header", "print the names of the columns first", default: true)

    package static let quiet = Argument.flag(
        "quiet", short: "q", "say nothing but the answer and errors")
    package static let colour = Argument.option(
        "color", .choice(of: ColourChoice.self, "WHEN"), "when to use colour", default: "auto")
    package static let help = Argument.flag("help", short: "h", "explain the command")
    package static let version = Argument.flag("version", "print the version")

    static var common: [ArgumentRow] { [quiet.row, colour.row, help.row, version.row] }

    static let environment: [(name: String, meaning: String)] = [
        ("NO_COLOR", "If set, no colour unless --color asks for it."),
        ("COLUMNS", "The width to fit tables to where there is no terminal to ask."),
    ]

    /// Whether failures are to be JSON, read from a command line that may not even parse.
    static func wantsJSON(_ arguments: [String]) -> Bool {
        for (index, word) in arguments.enumerated() {
            switch word {
            case "--": return false
            case "--format=json", "--format=jsonl", "-ojson", "-ojsonl", "-o=json", "-o=jsonl":
                return true
            case "-o", "--format":
                let value = arguments.dropFirst(index + 1).first
                if value == "json" || value == "jsonl" { return true }
            default: continue
            }
        }
        return false
    }
}
