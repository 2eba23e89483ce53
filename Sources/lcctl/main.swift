import CommandLineKit
import LCCtlCommands

LCCtl.program.runAndExit()
