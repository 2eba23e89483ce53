/// One option or operand: a row of a command's table, and the key that reads its value.
///
///     static let ttl = Argument.option("ttl", .duration, "how long to hold", default: .seconds(90))
///     …
///     let ttl = invocation[ttl]  // Duration
package struct Argument<Result: Sendable>: Sendable {
    package let row: ArgumentRow
    let resolve: @Sendable ([any Sendable]) -> Result
}

/// A row without the type of its value: what parsing, help, manuals and completion go by.
package struct ArgumentRow: Sendable {
    package enum Form: Sendable, Equatable {
        /// `--name`
        case flag
        /// `--name` and `--no-name`
        case negatable
        /// `--name VALUE`
        case option
        /// `--name=VALUE`, and `--name` alone, which means the value that is implied.
        case implying(String)
        /// A word by its place.
        case operand
    }

    package enum Count: Sendable, Equatable {
        case optional
        case required
        case any
        case oneOrMore
    }

    /// Without dashes; for an operand, its placeholder.
    package let name: String
    package let short: Character?
    package let form: Form
    package let count: Count
    package let placeholder: String
    package let help: String
    package let environment: String?
    /// The key in the configuration file.
    package let configuration: String?
    package let defaultText: String?
    package let choices: [String]
    package let completion: Completion
    package let isHidden: Bool
    /// The heading that a long list of options has it under; nil for the plain one.
    package private(set) var topic: String?
    let parse: @Sendable (String) throws(ValueProblem) -> any Sendable

    /// As messages call it: `--name`, or the operand's placeholder.
    package var spelling: String { form == .operand ? name : "--\(name)" }
    package func under(_ topic: String) -> ArgumentRow {
        var row = self
        row.topic = topic
        return row
    }

    /// It has a value, whether that is written or not.
    var hasValue: Bool {
        switch form {
        case .option, .implying: true
        case .flag, .negatable, .operand: false
        }
    }
    var takesMany: Bool { count == .any || count == .oneOrMore }
    var isRequired: Bool { count == .required || count == .oneOrMore }
}

extension [ArgumentRow] {
    /// The rows with a heading for help and manual: `[size.row, rate.row].under("Encoding")`.
    package func under(_ topic: String) -> [ArgumentRow] {
        map { $0.under(topic) }
    }

    /// The rows by heading, in the order of their first row.
    var byTopic: [(topic: String?, rows: [ArgumentRow])] {
        var groups: [(topic: String?, rows: [ArgumentRow])] = []
        for row in self {
            if let index = groups.firstIndex(where: { $0.topic == row.topic }) {
                groups[index].rows.append(row)
            } else {
                groups.append((row.topic, [row]))
            }
        }
        return groups
    }
}

extension Argument {
    private static func row<Value>(
        _ name: String, _ form: ArgumentRow.Form, _ count: ArgumentRow.Count,
        _ kind: ValueKind<Value>, _ help: String, short: Character? = nil,
        environment: String? = nil, configuration: String? = nil, defaultText: String? = nil,
        isHidden: Bool = false
    ) -> ArgumentRow {
        ArgumentRow(
            name: name, short: short, form: form, count: count, placeholder: kind.placeholder,
            help: help, environment: environment, configuration: configuration,
            defaultText: defaultText, choices: kind.choices, completion: kind.completion,
            isHidden: isHidden,
            parse: { text throws(ValueProblem) in try kind.parse(text) })
    }

    package static func option<Value>(
        _ name: String, short: Character? = nil, _ kind: ValueKind<Value>, _ help: String,
        environment: String? = nil, configuration: String? = nil, isHidden: Bool = false
    ) -> Argument where Result == Value? {
        Argument(
            row: row(
                name, .option, .optional, kind, help, short: short, environment: environment,
                configuration: configuration, isHidden: isHidden)
        ) { $0.last as? Value }
    }

    package static func option(
        _ name: String, short: Character? = nil, _ kind: ValueKind<Result>, _ help: String,
        default standard: String, environment: String? = nil, configuration: String? = nil,
        isHidden: Bool = false
    ) -> Argument {
        // The default is written as a user would write it, so that help shows what can be typed.
        guard let value = try? kind.parse(standard) else {
            preconditionFailure("--\(name): the default does not parse")
        }
        return Argument(
            row: row(
                name, .option, .optional, kind, help, short: short, environment: environment,
                configuration: configuration, defaultText: standard, isHidden: isHidden)
        ) { $0.last as? Result ?? value }
    }

    package static func required(
        _ name: String, short: Character? = nil, _ kind: ValueKind<Result>, _ help: String,
        environment: String? = nil
    ) -> Argument {
        Argument(
            row: row(
                name, .option, .required, kind, help, short: short, environment: environment)
        ) { first($0, of: name) }
    }

    package static func repeated<Value>(
        _ name: String, short: Character? = nil, _ kind: ValueKind<Value>, _ help: String
    ) -> Argument where Result == [Value] {
        Argument(row: row(name, .option, .any, kind, help, short: short)) {
            $0.compactMap { $0 as? Value }
        }
    }

    package static func flag(
        _ name: String, short: Character? = nil, _ help: String, environment: String? = nil,
        isHidden: Bool = false
    ) -> Argument where Result == Bool {
        Argument(
            row: row(
                name, .flag, .optional, .boolean, help, short: short, environment: environment,
                isHidden: isHidden)
        ) { $0.last as? Bool ?? false }
    }

    /// `--name=VALUE`; `--name` alone means `implied`. A word behind it is never its value.
    package static func option<Value>(
        _ name: String, _ kind: ValueKind<Value>, implied: String, _ help: String
    ) -> Argument where Result == Value? {
        guard (try? kind.parse(implied)) != nil else {
            preconditionFailure("--\(name): what is implied does not parse")
        }
        return Argument(row: row(name, .implying(implied), .optional, kind, help)) {
            $0.last as? Value
        }
    }

    package static func negatable(
        _ name: String, _ help: String, default standard: Bool
    ) -> Argument where Result == Bool {
        Argument(
            row: row(
                name, .negatable, .optional, .boolean, help,
                defaultText: standard ? "--\(name)" : "--no-\(name)")
        ) { $0.last as? Bool ?? standard }
    }

    package static func operand(
        _ name: String, _ kind: ValueKind<Result>, _ help: String
    ) -> Argument {
        Argument(row: row(name, .operand, .required, kind, help)) { first($0, of: name) }
    }

    package static func optionalOperand<Value>(
        _ name: String, _ kind: ValueKind<Value>, _ help: String
    ) -> Argument where Result == Value? {
        Argument(row: row(name, .operand, .optional, kind, help)) { $0.last as? Value }
    }

    /// One or more, or with `allowsNone` any number.
    package static func operands<Value>(
        _ name: String, _ kind: ValueKind<Value>, _ help: String, allowsNone: Bool = false
    ) -> Argument where Result == [Value] {
        Argument(row: row(name, .operand, allowsNone ? .any : .oneOrMore, kind, help)) {
            $0.compactMap { $0 as? Value }
        }
    }

    private static func first(_ values: [any Sendable], of name: String) -> Result {
        guard let value = values.last as? Result else {
            preconditionFailure("the parser lets nothing through that lacks \(name)")
        }
        return value
    }
}

extension ValueKind<Bool> {
    /// What the environment may say of a flag.
    fileprivate static let boolean = ValueKind("BOOL") { text throws(ValueProblem) in
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw ValueProblem("one of 1, 0, true, false, yes, no, on, off")
        }
    }
}
