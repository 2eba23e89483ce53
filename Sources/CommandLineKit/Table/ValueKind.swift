/// What a value on the command line may be: how it is read, what it is called, how it completes.
package struct ValueKind<Value: Sendable>: Sendable {
    /// The word in usage lines: `DURATION`.
    package let placeholder: String
    /// The values there are, where they can be listed.
    package let choices: [String]
    package let completion: Completion
    package let parse: @Sendable (String) throws(ValueProblem) -> Value

    package init(
        _ placeholder: String, choices: [String] = [], completion: Completion = .none,
        parse: @escaping @Sendable (String) throws(ValueProblem) -> Value
    ) {
        self.placeholder = placeholder
        self.choices = choices
        self.completion = choices.isEmpty ? completion : .words(choices)
        self.parse = parse
    }
}

/// What was expected instead: `a duration such as 90s`. Without the option's name, which the
/// message puts in front.
package struct ValueProblem: Error, Equatable {
    package let expected: String
    /// The value is not to be repeated: it may hold a password.
    package let hidesValue: Bool

    package init(_ expected: String, hidesValue: Bool = false) {
        self.expected = expected
        self.hidesValue = hidesValue
    }
}

/// What a shell offers for a value.
package enum Completion: Sendable, Equatable {
    case none
    case file
    case folder
    case words([String])
    /// The program is asked, by this name: SKUs, shows.
    case dynamic(String)
}
