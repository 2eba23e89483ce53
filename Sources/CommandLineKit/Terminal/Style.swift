/// The few ways in which words stand out. Without colour they are just words.
package enum Style: String, Sendable {
    case heading = "1"
    case failure = "1;31"
    case success = "32"

    package func apply(to text: String, isOn: Bool) -> String {
        isOn ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}

package enum ColourChoice: String, Sendable, CaseIterable {
    case auto
    case always
    case never

    /// `auto` is colour on a terminal, unless NO_COLOR is set or the terminal is dumb.
    func isOn(terminal: Bool, _ environment: Environment) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            terminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
        }
    }
}
