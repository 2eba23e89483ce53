import Glibc

/// The programs under test: those that LC_PROGRAMS names the folder of, else those built beside
/// the tests.
package enum Programs {
    package static func path(_ name: String) -> String {
        if let folder = unsafe getenv("LC_PROGRAMS").map({ unsafe String(cString: $0) }) {
            return "\(folder)/\(name)"
        }
        return "\(buildFolder)/\(name)"
    }

    /// A program that is there for tests only: it is always built beside them.
    package static func helper(_ name: String) -> String { "\(buildFolder)/\(name)" }

    private static var buildFolder: String {
        // …/debug/live-commerce-toolkitPackageTests.xctest, or a tool that was handed its path.
        let bundle =
            CommandLine.arguments.first { $0.hasSuffix(".xctest") }
            ?? CommandLine.arguments[0]
        return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
    }
}
