package import CommandLineKit

/// The program `whip-relay`.
package enum WHIPRelay {
    package static let program = Program(
        "whip-relay", "Take shows in by WHIP and give them out by WHEP",
        discussion: [], common: [], commands: [], examples: [], seeAlso: ["whip-push"],
        describe: { _ in nil })
}
