import CommandLineKit
import RelayCommands

WHIPRelay.program.runAndExit()
