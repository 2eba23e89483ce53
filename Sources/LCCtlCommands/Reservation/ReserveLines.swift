import CommandLineKit
import Commerce
import Primitives

/// `lcctl reserve -f`: requests as JSON Lines, at full speed, answered line by line in order.
enum ReserveLines {
    static func run(
        _ path: String, _ invocation: Invocation, _ console: Console
    ) throws -> ExitStatus {
        .ok
    }
}
