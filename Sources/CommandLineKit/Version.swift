/// The version that every program of the toolkit reports.
package enum Version {
    package static let text = "0.1.0"
    /// The day that manuals are dated with; a clock would make them differ from build to build.
    package static let date = "November 21, 2026"
}
