import CommandLineKit
import Cutting
import FileAccess
import Media
import Primitives

/// `vod-cut verify`: whether outputs are what they must be.
enum VerifyCommand {
    static let outputs = Argument.operands(
        "OUT", .file, "a movie, or a folder with a package, a replay page or movies")
    static let source = Argument.option(
        "source", .file, "what OUT was cut out of, to compare picture by picture")
    static let range = Argument.option(
        "range", .sourceStretch, "which stretch of the source OUT is")

    static let command = Command(
        "verify", "Decode everything of an output and say what is wrong with it",
        discussion: [
            "Of a movie: what cannot be decoded, and when; times that go back; edit lists that "
                + "make no sense; picture and sound that begin or end apart; with --source and "
                + "--range, whether each picture is the one that belongs there.",
            "Of a package: every piece is decoded by itself and held against what its playlist "
                + "says of it: length, keyframe at its beginning, codecs, size, bandwidth within "
                + "10 %, alignment across renditions; date ranges, cues, and what players want to "
                + "find in playlists of finished shows.",
            "It ends with 1 where something is wrong, and with 65 where OUT cannot be read at all.",
        ],
        output: .document, arguments: [outputs.row, source.row, range.row],
        examples: [
            Example("vod-cut verify clips/*.mp4", "are these clips whole?"),
            Example(
                "vod-cut verify a.mp4 --source show.mp4 --range 00:10-00:42", "is it that stretch?"),
            Example("vod-cut verify package -o json", "a package, for scripts"),
        ],
        exitStatuses: [.negative, .dataError, .noInput, .ioError, .interrupted, .terminated]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let paths = invocation[outputs]
        let clip = try cutSource(invocation, paths)
        let stop = StopFlag()
        var progress = ProgressLine(
            "decoding", "s", total: nil, startingAt: console.clocks.monotonic())
        let tell: (Int64) -> Void = { time in
            if Interruption.isAsked { stop.raise() }
            console.show(&progress, done: time / 1_000_000)
        }
        var reports: [VerifyReport] = []
        for path in paths {
            do throws(VerifyStopped) {
                if FileNames.isFolder(path) {
                    let verifier = PackageVerifier(
                        folder: path, threads: 2, stop: stop, progress: tell)
                    reports.append(try verifier.verify())
                } else {
                    reports.append(
                        try MovieVerifier.verify(
                            path, source: clip, threads: 2, stop: stop, progress: tell))
                }
            } catch {
                try Interruption.check()
                throw Failure(.interrupted, "interrupted", "interrupted")
            }
        }
        try console.answer(invocation, VerifyDocument.json(reports)) {
            VerifyDocument.text(reports)
        }
        return try status(reports)
    }

    private static func status(_ reports: [VerifyReport]) throws -> ExitStatus {
        for report in reports where report.isUnreadable {
            guard let finding = report.findings.first else { continue }
            if case .unreadable(let problem) = finding.kind { throw Failure(problem) }
            throw Failure(.dataError, "verify.unreadable", finding.words)
        }
        let bad = reports.filter { !$0.isWhole }
        guard bad.isEmpty else {
            throw Failure(
                .negative, "verify.wrong",
                "something is wrong with \(bad.map { "'\($0.path)'" }.joined(separator: ", "))")
        }
        return .ok
    }

    private static func cutSource(
        _ invocation: Invocation, _ paths: [String]
    ) throws -> CutSource? {
        guard let source = invocation[source] else {
            guard invocation[range] == nil else {
                throw Failure(
                    .usage, "usage.missing", "--range needs --source",
                    hint: "name the movie that OUT was cut out of")
            }
            return nil
        }
        guard let range = invocation[range], paths.count == 1 else {
            throw Failure(
                .usage, "usage.missing", "--source needs one OUT and its --range",
                hint: "such as --range 00:10-00:42")
        }
        return CutSource(path: source, range: range)
    }
}

extension ValueKind<Stretch> {
    /// `00:10-00:42`, `1:02:03.5-1:02:10`, `12.5-20`.
    static let sourceStretch = ValueKind("FROM-TO") { text throws(ValueProblem) in
        let problem = ValueProblem("a stretch such as 00:10-00:42 or 1:02:03.5-1:02:10")
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = TimeWords.microseconds(parts[0]),
            let end = TimeWords.microseconds(parts[1])
        else { throw problem }
        guard start < end else { throw ValueProblem("a stretch that ends after it begins") }
        return Stretch(start, end)
    }
}
