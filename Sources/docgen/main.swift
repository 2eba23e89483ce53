import CommandLineKit
import LCCtlCommands

// Writes every generated file below a folder: docgen [FOLDER]
try Documentation.write([LCCtl.program], below: CommandLine.arguments.dropFirst().first ?? ".")
