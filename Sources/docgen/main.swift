import CommandLineKit
import LCCtlCommands
import ProbeCommands
import PushCommands
import RelayCommands
import VODCutCommands

// Writes every generated file below a folder: docgen [FOLDER]
try Documentation.write(
    [
        LCCtl.program, WHIPPush.program, WHIPRelay.program, WHEPProbe.program, VODCut.program,
    ],
    below: CommandLine.arguments.dropFirst().first ?? ".")
