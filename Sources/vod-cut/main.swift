import CommandLineKit
import VODCutCommands

VODCut.program.runAndExit()
