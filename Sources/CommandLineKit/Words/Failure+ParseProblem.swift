extension Failure {
    /// The words for a wrong command line.
    init(_ problem: ParseProblem, program: String) {
        func see(_ path: [String]) -> String {
            "see '\(([program] + path).joined(separator: " ")) --help'"
        }
        func usage(_ code: String, _ message: String, _ hint: String) -> Failure {
            Failure(.usage, "usage.\(code)", message, hint: hint)
        }
        switch problem {
        case .unknownCommand(let word, let path, let known):
            self = usage(
                "unknown-command",
                "unknown command '\(word)'" + Self.suggestion(word, among: known), see(path))
        case .noCommand(let path):
            self = usage("no-command", "a command is missing", see(path))
        case .unknownOption(let option, let path, let known):
            self = usage(
                "unknown-option",
                "unknown option '\(option)'" + Self.suggestion(option, among: known), see(path))
        case .missingValue(let option, let placeholder, let path):
            self = usage(
                "missing-value", "option '\(option)' lacks its \(placeholder)", see(path))
        case .unwantedValue(let option, let path):
            self = usage("unwanted-value", "option '\(option)' takes no value", see(path))
        case .givenTwice(let option, let path):
            self = usage("given-twice", "option '\(option)' is given twice", see(path))
        case .badValue(let name, let value, let expected, let source, let path):
            let place =
                switch source {
                case .commandLine, .standard: name
                case .environment(let variable): variable
                case .configuration(let key): "configuration key \(key)"
                }
            self = usage(
                "bad-value", "\(place): '\(TextWidth.truncated(value, to: 60))' is not \(expected)",
                see(path))
        case .missing(let argument, let path):
            let variable = argument.environment.map { " (or set \($0))" } ?? ""
            self = usage("missing", "\(argument.name) is missing\(variable)", see(path))
        case .tooManyOperands(let word, let path):
            self = usage(
                "unexpected-word", "unexpected '\(TextWidth.truncated(word, to: 60))'", see(path))
        case .exclusive(let names, let path):
            self = usage(
                "exclusive", "\(names.joined(separator: " and ")) exclude each other", see(path))
        case .oneNeeded(let names, let path):
            self = usage(
                "one-needed", "one of \(names.joined(separator: ", ")) is needed", see(path))
        }
    }

    private static func suggestion(_ word: String, among known: [String]) -> String {
        Suggestion.nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
    }
}
