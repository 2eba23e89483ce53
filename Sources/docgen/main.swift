import CommandLineKit
import LCCtlCommands

// Writes every generated file below a folder: docgen [FOLDER]
let root = CommandLine.arguments.dropFirst().first ?? "."
do {
    try Documentation.write([LCCtl.program], below: root)
} catch {
    print("docgen: error: \(error)")
}
