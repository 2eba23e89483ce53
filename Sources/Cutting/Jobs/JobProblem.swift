package import Primitives

/// Why a text is no job: where in it, and what.
package struct JobProblem: Error, Sendable, Equatable {
    package enum Fault: Sendable, Equatable {
        case notJSON(JSONProblem)
        case wrongKind(expected: String)
        case unknown(known: [String])
        case missing
        case wrongSchema(expected: String)
        /// Nothing is to be made.
        case noSteps
        case tooMany(limit: Int)
        /// It leads out of the folder that everything goes into.
        case leavesFolder
        /// Two jobs of one batch would write the same.
        case twice
        /// What only a job by itself can say, or only one of a batch.
        case outOfPlace
    }

    /// A member by its path, such as `clips[0].by`; empty for the whole.
    package let path: String
    package let fault: Fault
    /// In a file of many jobs, from 1.
    package var line: Int?

    package init(_ path: String, _ fault: Fault, line: Int? = nil) {
        self.path = path
        self.fault = fault
        self.line = line
    }
}

/// What no job and no batch may exceed.
package enum JobLimits {
    package static let bytes = 16 << 20
    package static let lineBytes = 1 << 20
    package static let jobs = 100_000
    /// Sets of clips of one job.
    package static let steps = 100
    package static let values = 1_000
}
