import CommandLineKit
import PushCommands

WHIPPush.program.runAndExit()
