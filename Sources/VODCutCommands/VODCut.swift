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
        examples: [
            Example(
                "lcctl show timeline shw_friday --output show.timeline.jsonl",
                "what happened in the show"),
            Example(
                "vod-cut align show.mp4 --timeline show.timeline.jsonl --output show.timeline.jsonl --force",
                "where in the recording it happened"),
            Example(
                "vod-cut clip show.mp4 --timeline show.timeline.jsonl --by sku --output clips",
                "a clip of each SKU"),
            Example(
                "vod-cut clip show.mp4 --range 00:10-00:42 --output clips", "a clip by hand"),
            Example(
                "vod-cut package show.mp4 --timeline show.timeline.jsonl --output show",
                "the whole show as HLS, in the sizes that it has pictures for"),
            Example("vod-cut verify show", "and whether all of it is as it should be"),
        ],
        seeAlso: ["lcctl", "whip-relay", "ffmpeg"], describe: describe)

    private static func describe(_ error: any Error) -> Failure? {
        switch error {
        case let problem as FileProblem: Failure(problem)
        case let problem as MovieFileProblem: Failure(problem)
        default: nil
        }
    }
}
