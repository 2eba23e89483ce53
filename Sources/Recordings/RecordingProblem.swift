/// Why a recording could not be made or continued; the code is a positive errno.
package enum RecordingProblem: Error, Sendable, Hashable {
    /// There is a file of that name already; it is never written over.
    case exists
    case system(RecordingStep, code: Int32)
}

/// What was being done to a file.
package enum RecordingStep: String, Sendable, Hashable, CaseIterable {
    case create
    case write
    case sync
    case replace
}
