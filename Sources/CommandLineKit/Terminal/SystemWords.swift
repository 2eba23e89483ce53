internal import Glibc

/// The system's own words for what went wrong.
package enum SystemWords {
    /// - Parameter code: a number that errno had.
    package static func text(_ code: Int32) -> String {
        unsafe String(cString: strerror(code)).lowercased()
    }
}
