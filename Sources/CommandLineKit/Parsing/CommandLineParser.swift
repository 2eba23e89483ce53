import Primitives

/// What was typed, sorted: the command, its options and its operands. Nothing is looked up and
/// nothing is done.
struct TypedLine {
    var path: [Command] = []
    /// What is to be run: the last of the path, or the program's main job.
    var command: Command?
    /// Texts by row name, in the order typed. A flag has none.
    var texts: [String: [String?]] = [:]
    var negated: Set<String> = []
    var operands: [String] = []

    var names: [String] { path.map(\.name) }
}

/// Takes a command line apart by the tables. It never traps, whatever the line is.
struct CommandLineParser {
    private let program: Program
    private var line = TypedLine()
    private var rest: ArraySlice<String>
    /// An argument of the main job was given: what follows is no command word any more.
    private var isMainJob = false

    init(_ program: Program, _ arguments: [String]) {
        self.program = program
        rest = arguments[...]
    }

    static func parse(
        _ program: Program, _ arguments: [String]
    ) throws(ParseProblem) -> TypedLine {
        var parser = CommandLineParser(program, arguments)
        try parser.run()
        return parser.line
    }

    /// The deepest command that the words lead to, for help that is asked for amid anything.
    static func commandPath(_ program: Program, _ arguments: [String]) -> [Command] {
        let options = program.common + (program.root?.options ?? [])
        var names: [String] = []
        var isValue = false
        for word in arguments.prefix(while: { $0 != "--" }) {
            if isValue {
                isValue = false
            } else if word.hasPrefix("-"), word != "-" {
                isValue = options.contains {
                    $0.form == .option
                        && (word == "--\($0.name)" || word == $0.short.map { "-\($0)" })
                }
            } else {
                names.append(word)
            }
        }
        return program.find(names)
    }

    private mutating func run() throws(ParseProblem) {
        while let word = rest.popFirst() {
            if word == "--" {
                line.operands += rest
                break
            } else if word.hasPrefix("--") {
                try takeLong(word.dropFirst(2))
            } else if word.hasPrefix("-"), !Self.isOperand(word) {
                try takeShorts(word.dropFirst())
            } else {
                try takeWord(word)
            }
        }
        line.command = command
        guard command?.run != nil else { throw .noCommand(path: line.names) }
    }

    /// Where the words so far lead to.
    private var command: Command? { line.path.last ?? program.root }

    /// `-` is standard input, and what looks like a number is one: there are no digit options.
    private static func isOperand(_ word: String) -> Bool {
        guard let next = word.utf8.dropFirst().first else { return true }
        return next.isASCIIDigit || next == UInt8(ascii: ".")
    }

    private mutating func takeWord(_ word: String) throws(ParseProblem) {
        let level = line.path.last.map(\.subcommands) ?? program.commands
        let named = isMainJob ? nil : level.first { $0.name == word }
        if let named {
            line.path.append(named)
        } else if level.isEmpty || line.path.isEmpty && program.root != nil {
            isMainJob = line.path.isEmpty
            line.operands.append(word)
        } else {
            throw .unknownCommand(word, path: line.names, known: level.map(\.name))
        }
    }

    private mutating func takeLong(_ text: Substring) throws(ParseProblem) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let value = parts.count == 2 ? String(parts[1]) : nil
        if let row = rows.first(where: { $0.name == name }) {
            return try take(row, attached: value)
        }
        if name.hasPrefix("no-"), let row = negatable(String(name.dropFirst(3))) {
            guard value == nil else { throw .unwantedValue("--\(name)", path: line.names) }
            try take(row, attached: nil)
            line.negated.insert(row.name)
            return
        }
        throw unknown("--\(name)")
    }

    private mutating func takeShorts(_ text: Substring) throws(ParseProblem) {
        var text = text
        while let letter = text.popFirst() {
            guard let row = rows.first(where: { $0.short == letter }) else {
                throw unknown("-\(letter)")
            }
            if row.form == .option {
                // What follows in the same word is the value: -ojson, -o=json.
                let value = text.first == "=" ? text.dropFirst() : text
                return try take(row, attached: text.isEmpty ? nil : String(value))
            }
            try take(row, attached: nil)
        }
    }

    private mutating func take(_ row: ArgumentRow, attached: String?) throws(ParseProblem) {
        if line.texts[row.name] != nil, !row.takesMany {
            throw .givenTwice(row.spelling, path: line.names)
        }
        if line.path.isEmpty, !program.common.contains(where: { $0.name == row.name }) {
            isMainJob = true
        }
        switch row.form {
        case .flag, .negatable:
            guard attached == nil else { throw .unwantedValue(row.spelling, path: line.names) }
            line.texts[row.name, default: []].append(nil)
        case .implying(let implied):
            line.texts[row.name, default: []].append(attached ?? implied)
        case .option, .operand:
            guard let value = attached ?? rest.popFirst() else {
                throw .missingValue(
                    row.spelling, placeholder: row.placeholder, path: line.names)
            }
            line.texts[row.name, default: []].append(value)
        }
    }

    /// The options that may stand here: those of the command, and the common ones anywhere.
    private var rows: [ArgumentRow] {
        (command?.options ?? []) + program.common
    }

    private func negatable(_ name: String) -> ArgumentRow? {
        rows.first { $0.form == .negatable && $0.name == name }
    }

    private func unknown(_ spelling: String) -> ParseProblem {
        let known = rows.filter { !$0.isHidden }.flatMap { row in
            row.form == .negatable ? ["--\(row.name)", "--no-\(row.name)"] : ["--\(row.name)"]
        }
        return .unknownOption(spelling, path: line.names, known: known)
    }
}
