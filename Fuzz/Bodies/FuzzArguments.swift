import CommandLineKit
import LCCtlCommands

/// A command line of lcctl: words separated by zero bytes, as in /proc/PID/cmdline.
package func fuzzArguments(_ bytes: [UInt8]) {
    let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    _ = LCCtl.program.parses(words)
}
