import Primitives

/// What a push came to, at its end.
package struct PushSummary: Sendable, Equatable {
    package var framesSent = 0

    package init() {}
}
