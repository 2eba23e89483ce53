package import CommandLineKit

/// What went wrong with a session, in words: what, and what to try next.
package struct FailureWords: Sendable, Equatable {
    package let status: ExitStatus
    package let code: String
    package let message: String
    package let hint: String?

    package init(
        _ status: ExitStatus, _ code: String, _ message: String, _ hint: String? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }
}
