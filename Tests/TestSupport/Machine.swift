import Glibc

/// What the machine has for tests.
package enum Machine {
    /// There everything must be installed: what is absent fails instead of being skipped.
    package static var isCI: Bool { variable("CI") == "true" }

    package static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
