package import CommandLineKit
import Cutting
import FileAccess

/// The program `vod-cut`: its commands and what they share.
package enum VODCut {
    package static let program = Program(
        "vod-cut", "Cut recordings and their timelines into shoppable video",
        discussion: [
            "vod-cut takes a recording (MP4 or MOV, from whip-relay or anywhere) and a timeline of "
                + "what happened in the show (from 'lcctl show timeline' or anywhere), and makes "
                + "what a shop can publish: clips, an HLS ladder, a replay page.",
            "Cuts are exact to the frame and to the sample of sound. What can be copied is copied; "
                + "only the frames around a cut are encoded anew.",
            "Nothing appears under its own name before it is whole, and the same input gives the "
                + "same bytes. Work that was interrupted can be begun again.",
        ],
        common: [],
        commands: [
            ClipCommand.command,
            AlignCommand.command,
            TrimCommand.command,
            PackageCommand.command,
            PageCommand.command,
            VerifyCommand.command,
            RunCommand.command,
            BatchCommand.command,
            InspectCommand.command,
        ],
        examples: [],
        seeAlso: ["lcctl", "whip-relay", "ffmpeg"], describe: describe)

    private static func describe(_ error: any Error) -> Failure? {
        switch error {
        case let problem as FileProblem: Failure(problem)
        case let problem as MovieFileProblem: Failure(problem)
        default: nil
        }
    }
}
