import CommandLineKit
import Cutting
import Measures
import Media
import Primitives

/// What `vod-cut package` takes.
enum PackageArguments {
    static let show = Argument.operand("SHOW", .file, "the recording")
    static let output = Argument.required(
        "output", .folder, "the folder that appears when all of it is there")
    static let timeline = Argument.option(
        "timeline", .file, "what happened in the show; its media times must be known")
    static let captions = Argument.repeated(
        "captions", .captions, "captions in a language, as WebVTT or SubRip; may be given again")
    static let title = Argument.option(
        "title", .text, "what search engines are told; else the timeline's title")
    static let baseURL = Argument.option(
        "base-url", .text, "where the package will be found, for search engines")
    static let pageURL = Argument.option(
        "page-url", .text, "the page that will play it, for search engines")
    static let force = Argument.flag("force", "replace an older package of that name")

    static let ladder = Argument.option(
        "ladder", .ladder,
        "renditions and their bit rates, such as 720p@2.8M,480p@1.2M; else 1080p, 720p, 480p and "
            + "360p as the recording allows")
    static let copy = Argument.flag("copy", "encode nothing: one rendition, the recording's own")
    static let copyTop = Argument.flag(
        "copy-top", "copy the recording as the best rendition, where its keyframes allow it")
    static let vertical = Argument.flag(
        "vertical", "also cut 9:16 renditions out, in a playlist of their own")
    static let cropX = Argument.option(
        "crop-x", .integer(in: 0...100), "where the middle of the 9:16 cut is, in per cent",
        default: "50")
    static let quality = Argument.option(
        "quality", .integer(in: 15...40), "of the pictures: lower is better",
        default: "\(LadderSettings.Standard.quality)")
    static let speed = Argument.option(
        "speed", .choice(of: ClipEncoding.Speed.self, "SPEED"),
        "slower makes smaller files of the same quality",
        default: LadderSettings.Standard.speed.rawValue)
    static let loudness = Argument.option(
        "loudness", .loudness, "bring the sound to a loudness in LUFS, such as -16")
    static let piece = Argument.option(
        "piece", .integer(in: 1...20), "seconds of a piece",
        default: "\(LadderSettings.Standard.pieceSeconds)")
    static let noMovie = Argument.flag(
        "no-mp4",
        "without the show as one MP4, which search engines want; never there where it is encrypted")
    static let noThumbnails = Argument.flag(
        "no-thumbnails", "without the small pictures for the scrub bar")
    static let jobs = Argument.option(
        "jobs", .integer(in: 1...64),
        "stretches that are encoded at once; as many as there are processors where it is not given"
    )

    static let encryption = Argument.option(
        "encrypt", .choice(of: EncryptionForm.self, "FORM"), "encrypt with a key of 16 bytes")
    static let key = Argument.option("key", .file, "the file that holds the key")
    static let keyURL = Argument.option("key-url", .text, "where players load the key")

    static var rows: [ArgumentRow] {
        let about = [
            show.row, output.row, timeline.row, captions.row, title.row, baseURL.row, pageURL.row,
            force.row,
        ]
        let renditions = [
            ladder.row, copy.row, copyTop.row, vertical.row, cropX.row, quality.row, speed.row,
            loudness.row, piece.row, noMovie.row, noThumbnails.row, jobs.row,
        ]
        return about + renditions.under("Renditions")
            + [encryption.row, key.row, keyURL.row].under("Encryption")
    }
}

/// How pieces are encrypted, by the names that HLS has for it.
enum EncryptionForm: String, Sendable, CaseIterable {
    case aes128 = "aes-128"
    case sampleAES = "sample-aes"
}

/// A file of captions, and the language that it is in.
struct CaptionFile: Sendable {
    let language: String
    let path: String
}

extension ValueKind<[LadderWish]> {
    static let ladder = ValueKind("LADDER") { text throws(ValueProblem) in
        do throws(LadderWish.Problem) { return try LadderWish.parse(text) } catch {
            throw ValueProblem(error.words)
        }
    }
}

extension LadderWish.Problem {
    /// What was expected.
    fileprivate var words: String {
        switch self {
        case .empty, .malformed: "renditions such as 720p@2.8M,480p"
        case .tooMany(let limit): "at most \(limit) renditions"
        case .lines:
            "sizes from \(LadderWish.Limits.lines.lowerBound)p to "
                + "\(LadderWish.Limits.lines.upperBound)p"
        case .bitRate: "bit rates such as 2.8M or 800k, from 50k to 50M"
        case .repeated(let lines): "each size once: \(lines)p is there twice"
        }
    }
}

extension ValueKind<CaptionFile> {
    static let captions = ValueKind("LANG:FILE") { text throws(ValueProblem) in
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isLanguage = { (text: Substring) in
            (2...35).contains(text.utf8.count)
                && text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D }
        }
        guard parts.count == 2, isLanguage(parts[0]), !parts[1].isEmpty else {
            throw ValueProblem("a language and a file, such as en:show.en.vtt")
        }
        return CaptionFile(language: String(parts[0]), path: String(parts[1]))
    }
}

extension ValueKind<Double> {
    /// `-16`, with or without its unit.
    static let loudness = ValueKind("LUFS") { text throws(ValueProblem) in
        let digits = text.hasSuffix("LUFS") ? text.dropLast(4) : text[...]
        let range = LoudnessPlan.Limits.targets
        guard let value = Double(digits), range.contains(value) else {
            throw ValueProblem(
                "a loudness from \(Int(range.lowerBound)) to \(Int(range.upperBound)) LUFS")
        }
        return value
    }
}
