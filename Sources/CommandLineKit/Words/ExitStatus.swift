/// How a program ends: the one table that scripts, manuals and tests share.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    case negative = 1
    case notFound = 3
    case conflict = 4
    case expired = 5
    case unknownOutcome = 6
    case usage = 64
    case dataError = 65
    case noInput = 66
    case unavailable = 69
    case internalError = 70
    case cannotCreate = 73
    case ioError = 74
    case tryAgain = 75
    case protocolError = 76
    case noPermission = 77
    case badConfig = 78
    case interrupted = 130
    case terminated = 143

    /// What it tells a script, as the manual says it.
    package var meaning: String {
        switch self {
        case .ok: "Done. Also when the reader of standard output stopped reading."
        case .negative: "It ran, and the answer is no: sold out, threshold missed, files differ."
        case .notFound: "What was named is not there."
        case .conflict: "It contradicts what is there, or the key was used for another change."
        case .expired: "Too late: the deadline has passed."
        case .unknownOutcome: "Not known whether it happened. Ask again with the same key."
        case .usage: "The command line is wrong."
        case .dataError: "The input is malformed."
        case .noInput: "The input is missing or cannot be read."
        case .unavailable: "A service cannot be reached."
        case .internalError: "A bug in this program. Please report it."
        case .cannotCreate: "The output cannot be created."
        case .ioError: "Reading or writing failed midway."
        case .tryAgain: "Timed out or busy. Trying again may work."
        case .protocolError: "The other side broke the protocol."
        case .noPermission: "Not allowed."
        case .badConfig: "The configuration is invalid."
        case .interrupted: "Interrupted (SIGINT), after cleaning up."
        case .terminated: "Terminated (SIGTERM), after cleaning up."
        }
    }
}
