package import CommandLineKit

/// The program `whip-push`.
package enum WHIPPush {
    package static let program = Program(
        "whip-push", "Send a file, a device, a stream or a test pattern to WHIP endpoints",
        discussion: [], common: [], commands: [], examples: [], seeAlso: ["whip-relay", "ffmpeg"],
        describe: { _ in nil })
}
