import CommandLineKit
import ProbeCommands

WHEPProbe.program.runAndExit()
