import CommandLineKit
import Commerce
import Cutting
import FileAccess
import Media
import Primitives
import TimelineCommands

/// `vod-cut package`: a recording as HLS, with all that a shop publishes beside it.
enum PackageCommand {
    private typealias Arguments = PackageArguments

    static let command = Command(
        "package", "Make a recording ready for players: HLS and what goes beside it",
        discussion: [
            "The folder holds a ladder of renditions as CMAF with keyframes at the same moments, "
                + "the sound at two bit rates, a playlist of keyframes, small pictures for the "
                + "scrub bar, the show as one MP4, and package.json, which lists all of it.",
            "With a timeline it also holds a date range for each pin, flash, sold-out product and "
                + "chapter, chapters by product (WebVTT and Apple's JSON), timeline.vtt, "
                + "timeline.json and video.jsonld, which tells search engines where to jump to.",
            "Keyframes stand every two seconds, or where the recording has them with --copy-top. "
                + "--loudness brings the sound of the renditions to a loudness without clipping; "
                + "the MP4 keeps its own. With --copy picture and sound are the recording's own, "
                + "in pieces between its keyframes.",
            "--encrypt aes-128 encrypts whole pieces, and leaves out the playlist of keyframes; "
                + "sample-aes encrypts within frames (cbcs). Both need --key and --key-url. The "
                + "MP4, the thumbnails and all that is text stay as they are.",
        ],
        output: .document,
        arguments: Arguments.rows,
        groups: [.atMostOne(["copy", "copy-top"]), .atMostOne(["copy", "ladder"])],
        examples: [
            Example(
                "vod-cut package show.mp4 --timeline show.timeline.jsonl --output replay",
                "a ladder with chapters by product"),
            Example(
                "vod-cut package show.mp4 --copy --output replay", "the recording as it is, as HLS"),
            Example(
                "vod-cut package show.mp4 --ladder 720p@2.8M,360p --vertical --loudness -16 "
                    + "--output replay", "two sizes, each also cut out for phones"),
            Example(
                "vod-cut package show.mp4 --encrypt sample-aes --key show.key "
                    + "--key-url https://keys.example/show --output replay",
                "encrypted, and nothing of it in clear as an MP4"),
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .interrupted, .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let path = invocation[Arguments.show]
        let movie = try MovieFile(path)
        let wish = try wish(invocation)
        // A package that stepped aside for one that was killed gets its name back.
        let above = FileNames.folder(of: FileNames.trimmed(invocation[Arguments.output]))
        if FileNames.isFolder(above) { try Leftovers.remove(in: above) }
        let stop = StopFlag()
        let seconds = max(1, PackageMaker.seconds(of: movie))
        var progress = ProgressLine(
            "packaging", "s", total: seconds, startingAt: console.clocks.monotonic())
        var done: Int64 = 0
        let report: PackageReport
        do throws(LadderProblem) {
            report = try PackageMaker(movie, wish, stop: stop).make(
                at: invocation[Arguments.output],
                progress: { done = Int64($0 * Double(seconds)) },
                meanwhile: {
                    if Interruption.isAsked { stop.raise() }
                    console.show(&progress, done: done)
                })
        } catch {
            try Interruption.check()
            throw Failure(error, file: path)
        }
        for remark in report.remarks { console.note(remark.words) }
        try console.answer(invocation, report.json) {
            (["\(invocation[Arguments.output])/\(PackageWriter.main)"] + report.lines)
                .joined(separator: "\n")
        }
        return .ok
    }

    // MARK: - What is wished

    private static func wish(_ invocation: Invocation) throws -> PackageWish {
        let jobs = invocation[Arguments.jobs].map(Int.init) ?? Processors.count
        var timeline: Timeline?
        if let path = invocation[Arguments.timeline] {
            let read = try TimelineFiles.read(path)
            // One that nobody has placed says nothing of when.
            guard read.isAligned else { throw Failure(.notAligned, file: path) }
            timeline = read
        }
        return PackageWish(
            timeline: timeline, captions: try captions(invocation),
            ladder: ladder(invocation, jobs), encryption: try encryption(invocation),
            pieceSeconds: invocation[Arguments.piece], title: invocation[Arguments.title],
            baseURL: invocation[Arguments.baseURL], pageURL: invocation[Arguments.pageURL],
            // A key is of no use beside the same show in clear.
            hasMP4: !invocation[Arguments.noMovie] && invocation[Arguments.encryption] == nil,
            hasThumbnails: !invocation[Arguments.noThumbnails], jobs: jobs,
            replaces: invocation[Arguments.force])
    }

    private static func ladder(_ invocation: Invocation, _ jobs: Int) -> LadderSettings? {
        guard !invocation[Arguments.copy] else { return nil }
        return LadderSettings(
            wishes: invocation[Arguments.ladder],
            vertical: invocation[Arguments.vertical]
                ? LadderPlan.Crop(centre: Double(invocation[Arguments.cropX]) / 100) : nil,
            quality: Int(invocation[Arguments.quality]),
            speed: invocation[Arguments.speed],
            copiesTop: invocation[Arguments.copyTop], loudness: invocation[Arguments.loudness],
            jobs: jobs)
    }

    private static func captions(_ invocation: Invocation) throws -> [PackageWish.Captions] {
        let files = invocation[Arguments.captions]
        guard files.count <= CaptionText.Limits.languages else {
            throw Failure(
                .usage, "usage.bad-value",
                "--captions: more than \(CaptionText.Limits.languages) languages")
        }
        var captions: [PackageWish.Captions] = []
        for file in files {
            guard !captions.contains(where: { $0.language == file.language }) else {
                throw Failure(
                    .usage, "usage.bad-value", "--captions: '\(file.language)' is there twice")
            }
            let bytes = try InputFile(file.path).readAll(limit: Int(CaptionText.Limits.bytes))
            do throws(CaptionText.Problem) {
                let text = try CaptionText.webVTT(bytes)
                captions.append(PackageWish.Captions(language: file.language, text: text))
            } catch {
                throw Failure(error, file: file.path)
            }
        }
        return captions
    }

    private static func encryption(_ invocation: Invocation) throws -> PieceEncryption? {
        guard let form = invocation[Arguments.encryption] else { return nil }
        guard let path = invocation[Arguments.key], let url = invocation[Arguments.keyURL] else {
            throw Failure(
                .usage, "usage.missing", "--encrypt needs --key and --key-url",
                hint: "'head -c 16 /dev/urandom > show.key' makes a key")
        }
        let bytes = try InputFile(path).readAll(limit: 4096)
        let method: PieceEncryption.Method = form == .aes128 ? .wholePieces : .frames
        guard let encryption = PieceEncryption(method: method, key: bytes, uri: url) else {
            throw Failure(
                LadderProblem.package(.badKey(path: path, bytes: Int64(bytes.count))), file: path)
        }
        return encryption
    }
}
