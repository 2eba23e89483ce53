package import Commerce

/// What a buyer was told about one request, and when it was asked and answered.
package struct Told: Sendable, Equatable {
    package enum Verb: String, Sendable {
        case reserve, pay, confirm, release, extend, join, leave
    }

    package enum Outcome: Sendable, Equatable {
        /// Not told yet, and perhaps never.
        case asked
        /// What the reservation is now.
        case state(Reservation.State)
        /// Something else that was done.
        case done
        /// There is too little: the units that are said to be there, and how many were wanted.
        case short([Short])
        case refused(String)
        /// It may have been done.
        case unknown(String)
        /// Nothing was done.
        case undone(String)
    }

    package struct Short: Sendable, Equatable {
        package let code: String
        package let wanted: Int64
        package let available: Int64

        package init(code: String, wanted: Int64, available: Int64) {
            self.code = code
            self.wanted = wanted
            self.available = available
        }
    }

    /// By a clock that nobody sets, the same for all processes, in nanoseconds.
    package let asked: Int64
    package let answered: Int64
    package let verb: Verb
    /// Of the reservation, or of the place in a waitlist.
    package let id: String
    package let outcome: Outcome

    package init(asked: Int64, answered: Int64, verb: Verb, id: String, outcome: Outcome) {
        self.asked = asked
        self.answered = answered
        self.verb = verb
        self.id = id
        self.outcome = outcome
    }
}

/// One line of what a crowd has been told, without its end.
extension Told {
    package var text: String { "\(asked) \(answered) \(verb.rawValue) \(id) \(outcome.text)" }

    package init?(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 4)
        guard words.count == 5, let asked = Int64(words[0]), let answered = Int64(words[1]),
            let verb = Verb(rawValue: String(words[2])), let outcome = Outcome(words[4])
        else { return nil }
        self.init(
            asked: asked, answered: answered, verb: verb, id: String(words[3]), outcome: outcome)
    }

    /// A process that was killed may have left half a line at the end.
    package static func lines(_ text: String) -> [Told] {
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").compactMap { Told($0) }
    }
}

extension Told.Outcome {
    fileprivate var text: String {
        switch self {
        case .state(let state): "state \(state.rawValue)"
        case .asked: "asked"
        case .done: "done"
        case .short(let lines):
            "short "
                + lines.map { "\($0.code):\($0.wanted):\($0.available)" }.joined(separator: ",")
        case .refused(let reason): "refused \(reason.inOneLine)"
        case .unknown(let reason): "unknown \(reason.inOneLine)"
        case .undone(let reason): "undone \(reason.inOneLine)"
        }
    }

    fileprivate init?(_ text: Substring) {
        let words = text.split(separator: " ", maxSplits: 1)
        let rest = words.count > 1 ? String(words[1]) : ""
        switch words.first {
        case "state":
            guard let state = Reservation.State(rawValue: rest) else { return nil }
            self = .state(state)
        case "asked": self = .asked
        case "done": self = .done
        case "short": self = .short(rest.split(separator: ",").compactMap { Told.Short($0) })
        case "refused": self = .refused(rest)
        case "unknown": self = .unknown(rest)
        case "undone": self = .undone(rest)
        default: return nil
        }
    }
}

extension Told.Short {
    fileprivate init?(_ text: Substring) {
        let words = text.split(separator: ":")
        guard words.count == 3, let wanted = Int64(words[1]), let available = Int64(words[2])
        else { return nil }
        self.init(code: String(words[0]), wanted: wanted, available: available)
    }
}

extension String {
    fileprivate var inOneLine: String {
        String(map { $0.isNewline ? " " : $0 }).prefix(300).description
    }
}
