internal import Glibc

/// The environment variables of a run.
package struct Environment: Sendable {
    private let lookUp: @Sendable (String) -> String?

    package init(_ variables: [String: String]) {
        lookUp = { variables[$0] }
    }

    private init(lookUp: @escaping @Sendable (String) -> String?) {
        self.lookUp = lookUp
    }

    /// The process's own.
    package static let process = Environment { name in
        unsafe getenv(name).flatMap { unsafe String(validatingCString: $0) }
    }

    /// Nil where the variable is not set; an empty one counts as not set.
    package subscript(name: String) -> String? {
        lookUp(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}
