/// Answers a shell that asks what may come next: one candidate a line, with a tab and what it
/// means, and last `:none`, `:file` or `:folder`.
struct Completer {
    let program: Program
    let environment: Environment

    /// `words` are those behind the program's name; the last one is being typed.
    func candidates(for words: [String]) -> String {
        let current = words.last ?? ""
        let place = Place(program: program, words: words.dropLast())
        var lines: [String] = []
        var completion = Completion.none
        if let row = place.awaitsValueOf {
            completion = row.completion
        } else if current.hasPrefix("-"), !place.isBehindDashes {
            lines = options(at: place)
        } else {
            lines = place.commands.map { "\($0.name)\t\($0.summary)" }
            completion = place.operand?.completion ?? .none
        }
        switch completion {
        case .words(let words): lines += words.map { "\($0)\t" }
        case .dynamic(let name): lines += dynamic(name, place).map { "\($0)\t" }
        case .none, .file, .folder: break
        }
        let fitting = lines.filter { $0.hasPrefix(current) }.map { $0 + "\n" }.joined()
        return fitting + directive(completion) + "\n"
    }

    private func directive(_ completion: Completion) -> String {
        switch completion {
        case .file: ":file"
        case .folder: ":folder"
        case .none, .words, .dynamic: ":none"
        }
    }

    private func options(at place: Place) -> [String] {
        place.rows.filter { !$0.isHidden && ($0.takesMany || !place.given.contains($0.name)) }
            .flatMap { row in
                row.completedNames.map { "--\($0)\t\(row.help)" }
            }
    }

    /// The program is asked with what has been typed so far, so that `--store` counts.
    private func dynamic(_ name: String, _ place: Place) -> [String] {
        var line = TypedLine()
        line.texts = place.commonTexts
        guard let invocation = try? Invocation(program, line, environment) else { return [] }
        return program.candidates(name, invocation).filter { !$0.contains { $0.isNewline } }
    }
}

extension ArgumentRow {
    /// What may be typed of it in one word, without its dashes.
    fileprivate var completedNames: [String] {
        switch form {
        case .negatable: [name, "no-\(name)"]
        case .implying: [name] + choices.map { "\(name)=\($0)" }
        case .flag, .option, .operand: [name]
        }
    }
}

/// Where on a command line the cursor is.
private struct Place {
    private(set) var path: [Command] = []
    private(set) var given: Set<String> = []
    private(set) var commonTexts: [String: [String?]] = [:]
    private(set) var awaitsValueOf: ArgumentRow?
    private(set) var isBehindDashes = false
    private var operandCount = 0
    private var isMainJob = false
    private let program: Program

    init(program: Program, words: some Sequence<String>) {
        self.program = program
        for word in words { take(word) }
    }

    var rows: [ArgumentRow] { (command?.options ?? []) + program.common }

    /// The command words that may come next.
    var commands: [Command] {
        isMainJob || isBehindDashes ? [] : path.last?.subcommands ?? program.commands
    }

    /// The operand that a further word would be.
    var operand: ArgumentRow? {
        guard let operands = command?.operands, let last = operands.last else { return nil }
        return operandCount < operands.count
            ? operands[operandCount] : (last.takesMany ? last : nil)
    }

    private var command: Command? { path.last ?? program.root }

    private mutating func take(_ word: String) {
        if let row = awaitsValueOf {
            commonTexts[row.name] = isCommon(row) ? [word] : nil
            awaitsValueOf = nil
        } else if word == "--" {
            isBehindDashes = true
        } else if word.hasPrefix("-"), word != "-", !isBehindDashes {
            takeOption(word)
        } else if let next = commands.first(where: { $0.name == word }) {
            path.append(next)
        } else {
            operandCount += 1
            isMainJob = path.isEmpty && program.root != nil
        }
    }

    private mutating func takeOption(_ word: String) {
        let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
        let row = rows.first {
            word.hasPrefix("--") ? $0.name == name : $0.short == name.last
        }
        guard let row else { return }
        given.insert(row.name)
        if path.isEmpty, program.root != nil, !isCommon(row) { isMainJob = true }
        if row.form == .option, !word.contains("=") { awaitsValueOf = row }
        if isCommon(row), let equals = word.firstIndex(of: "=") {
            commonTexts[row.name] = [String(word[word.index(after: equals)...])]
        }
    }

    private func isCommon(_ row: ArgumentRow) -> Bool {
        program.common.contains { $0.name == row.name }
    }
}
