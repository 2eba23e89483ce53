/// One run of a command: every argument has its value, checked.
package struct Invocation: Sendable {
    /// The names that were typed: `["sku", "add"]`; none for the main job of a program.
    package let path: [String]
    private let values: [String: [any Sendable]]
    private let origins: [String: Origin]
    /// What was typed, for the fingerprint of a change: by row, without what only concerns output.
    package let texts: [(name: String, values: [String])]
    /// For what must not be an argument: arguments can be read by everybody on the machine.
    package let environment: Environment

    package subscript<Result>(argument: Argument<Result>) -> Result {
        argument.resolve(values[argument.row.name] ?? [])
    }

    package func origin<Result>(of argument: Argument<Result>) -> Origin {
        origins[argument.row.name] ?? .standard
    }

    package func has<Result>(_ argument: Argument<Result>) -> Bool {
        values[argument.row.name] != nil
    }
}

extension Invocation {
    /// Looks values up where they were not typed, and checks all of them.
    init(_ program: Program, _ line: TypedLine, _ environment: Environment) throws {
        var resolver = Resolver(program: program, line: line, environment: environment)
        try resolver.takeOperands()
        for row in (line.command?.options ?? []) + program.common { try resolver.take(row) }
        try resolver.checkGroups()
        path = line.names
        values = resolver.values
        origins = resolver.origins
        texts = resolver.texts
        self.environment = environment
    }
}

/// Gives every row its values: from the command line, else the environment, else the configuration.
private struct Resolver {
    let program: Program
    let line: TypedLine
    let environment: Environment

    var values: [String: [any Sendable]] = [:]
    var origins: [String: Origin] = [:]
    var texts: [(name: String, values: [String])] = []
    private var configuration: [String: String]?

    init(program: Program, line: TypedLine, environment: Environment) {
        self.program = program
        self.line = line
        self.environment = environment
    }

    mutating func takeOperands() throws {
        var rest = line.operands[...]
        let rows = line.command?.operands ?? []
        for row in rows {
            let taken = row.takesMany ? Array(rest) : Array(rest.prefix(1))
            rest = rest.dropFirst(taken.count)
            if taken.isEmpty, row.isRequired { throw missing(row) }
            if !taken.isEmpty { try set(row, taken, from: .commandLine) }
        }
        if let extra = rest.first {
            throw ParseProblem.tooManyOperands(extra, path: line.names)
        }
    }

    mutating func take(_ row: ArgumentRow) throws {
        if let typed = line.texts[row.name] {
            if row.hasValue {
                return try set(row, typed.compactMap(\.self), from: .commandLine)
            }
            let isOn = !line.negated.contains(row.name)
            return try set(row, [isOn ? "true" : "false"], from: .commandLine)
        }
        if let name = row.environment, let text = environment[name] {
            return try set(row, [text], from: .environment(name))
        }
        if let key = row.configuration, let text = try configured(key) {
            return try set(row, [text], from: .configuration(key))
        }
        if row.isRequired { throw missing(row) }
    }

    /// Which context is asked for decides what the file says, so that row is never looked up in it.
    private mutating func configured(_ key: String) throws -> String? {
        if configuration == nil {
            let context = line.texts["context"]?.last ?? environment["LC_CONTEXT"]
            configuration = try program.configuration(environment, context ?? nil)
        }
        return configuration?[key]
    }

    private mutating func set(_ row: ArgumentRow, _ texts: [String], from origin: Origin) throws {
        values[row.name] = try texts.map { text in
            do throws(ValueProblem) {
                return try row.parse(text)
            } catch {
                throw ParseProblem.badValue(
                    row.spelling, value: error.hidesValue ? "…" : text, expected: error.expected,
                    source: origin,
                    path: line.names)
            }
        }
        origins[row.name] = origin
        self.texts.append((row.name, texts))
    }

    private func missing(_ row: ArgumentRow) -> ParseProblem {
        .missing(
            .init(
                name: row.form == .operand ? row.name : "--\(row.name) \(row.placeholder)",
                environment: row.environment),
            path: line.names)
    }

    func checkGroups() throws {
        for group in line.command?.groups ?? [] {
            let given = group.names.filter { origins[$0] == .commandLine }
            let isTooMany =
                switch group {
                case .atMostOne, .exactlyOne: given.count > 1
                case .atLeastOne: false
                }
            let isTooFew =
                switch group {
                case .exactlyOne, .atLeastOne: given.isEmpty
                case .atMostOne: false
                }
            if isTooMany { throw ParseProblem.exclusive(given.map(spelling), path: line.names) }
            if isTooFew {
                throw ParseProblem.oneNeeded(group.names.map(spelling), path: line.names)
            }
        }
    }

    private func spelling(_ name: String) -> String {
        line.command?.arguments.first { $0.name == name }?.spelling ?? name
    }
}
