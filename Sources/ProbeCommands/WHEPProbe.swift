package import CommandLineKit

/// The program `whep-probe`.
package enum WHEPProbe {
    package static let program = Program(
        "whep-probe", "Play a WHEP endpoint and say what a viewer gets",
        discussion: [], common: [],
        root: Command.root(arguments: [], groups: [], exitStatuses: []) { _, _ in .ok },
        commands: [], examples: [],
        describe: { _ in nil })
}
