/// What is wrong with a command line. Facts; the words are in `Failure+ParseProblem`.
enum ParseProblem: Error, Equatable {
    case unknownCommand(String, path: [String], known: [String])
    case noCommand(path: [String])
    case unknownOption(String, path: [String], known: [String])
    case missingValue(String, placeholder: String, path: [String])
    case unwantedValue(String, path: [String])
    case givenTwice(String, path: [String])
    case badValue(String, value: String, expected: String, source: Origin, path: [String])
    case missing(ArgumentSpelling, path: [String])
    case tooManyOperands(String, path: [String])
    case exclusive([String], path: [String])
    case oneNeeded([String], path: [String])

    struct ArgumentSpelling: Equatable {
        let name: String
        let environment: String?
    }
}

/// Where a value comes from, first one wins.
package enum Origin: Sendable, Equatable {
    case commandLine
    case environment(String)
    case configuration(String)
    case standard
}
