/// How usage lines spell arguments: `SHOW`, `[SKU]`, `SKU…`, `--price MONEY`.
enum Usage {
    static func line(_ name: String, _ command: Command) -> String {
        var words = [name]
        words += command.operands.map(\.usage)
        words += command.options.filter(\.isRequired).map { "--\($0.name) \($0.placeholder)" }
        if command.options.contains(where: { !$0.isRequired && !$0.isHidden }) {
            words.append("[OPTIONS]")
        }
        return words.joined(separator: " ")
    }
}

extension ArgumentRow {
    fileprivate var usage: String {
        switch count {
        case .required: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name)…"
        case .any: "[\(name)…]"
        }
    }

    /// `-o, --format FORMAT`
    var headline: String {
        let short = short.map { "-\($0), " } ?? ""
        return switch form {
        case .flag: "\(short)--\(name)"
        case .negatable: "\(short)--[no-]\(name)"
        case .option: "\(short)--\(name) \(placeholder)"
        case .implying: "\(short)--\(name)[=\(placeholder)]"
        case .operand: name
        }
    }

    /// The help with what else a user must know: choices, default, environment.
    var explanation: String {
        var text = help
        if !choices.isEmpty { text += " (\(choices.joined(separator: ", ")))" }
        for remark in remarks { text += " [\(remark)]" }
        return text
    }

    private var remarks: [String] {
        var remarks: [String] = []
        if form != .operand, isRequired { remarks.append("required") }
        if form == .option, takesMany { remarks.append("repeatable") }
        if case .implying(let implied) = form { remarks.append("alone: \(implied)") }
        if let defaultText { remarks.append("default: \(defaultText)") }
        if let environment { remarks.append("env: \(environment)") }
        return remarks
    }
}
