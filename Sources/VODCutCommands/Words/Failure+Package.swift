import CommandLineKit
import Cutting
import Primitives

extension Failure {
    /// - Parameter file: the recording.
    init(_ problem: LadderProblem, file: String) {
        switch problem {
        case .splice(let problem): self.init(problem, file: file)
        case .package(let problem): self.init(problem, file: file)
        case .codec(let name):
            self.init(
                .dataError, "package.codec",
                "the picture of '\(file)' is coded as '\(name)', which nothing here decodes")
        case .unsteady(let rendition):
            self.init(
                .dataError, "package.unsteady",
                "the rendition \(rendition) of '\(file)' came out in two forms",
                hint: "'vod-cut inspect' tells what changes in the recording")
        }
    }

    /// - Parameter file: the recording.
    init(_ problem: PackageProblem, file: String) {
        switch problem {
        case .file(let problem): self.init(problem)
        case .noKeyframe(let rendition):
            self.init(
                .dataError, "package.no-keyframe",
                "the rendition \(rendition) of '\(file)' begins without a keyframe",
                hint: "without --copy it is encoded")
        case .disordered(let rendition, let at):
            self.init(
                .dataError, "package.disordered",
                "the frames of '\(file)' are out of order at \(Self.clock(at)) (\(rendition))")
        case .badFrame(let rendition, let at):
            self.init(
                .dataError, "package.bad-frame",
                "a frame of '\(file)' at \(Self.clock(at)) makes no sense (\(rendition))")
        case .emptyRendition(let rendition):
            self.init(
                .dataError, "package.empty", "'\(file)' shows nothing of the rendition \(rendition)"
            )
        case .noRenditions:
            self.init(
                .dataError, "package.nothing", "'\(file)' has neither picture nor sound")
        case .cipher:
            self.init(.ioError, "package.cipher", "OpenSSL refused to work")
        case .badKey(let path, let bytes):
            self.init(
                .dataError, "package.bad-key",
                "'\(path)' is no key: it has \(bytes) bytes instead of 16",
                hint: "'head -c 16 /dev/urandom > show.key' makes one")
        case .edited(let rendition):
            self.init(
                .dataError, "package.edited",
                "an edit list of '\(file)' joins several stretches (\(rendition)), which cannot be "
                    + "copied", hint: "without --copy it is encoded")
        case .changingFormat(let rendition, let at):
            self.init(
                .dataError, "package.changing",
                "'\(file)' is coded in another way from \(Self.clock(at)) on (\(rendition))",
                hint: "without --copy it is encoded")
        case .codec(let rendition, let codec):
            self.init(
                .dataError, "package.codec",
                "'\(codec)' has no place in HLS (\(rendition) of '\(file)')",
                hint: "without --copy it is encoded")
        case .notProtectable(let rendition, let codec):
            self.init(
                .dataError, "package.not-protectable",
                "frames of '\(codec)' cannot be encrypted within (\(rendition) of '\(file)')",
                hint: "--encrypt aes-128 encrypts whole pieces")
        case .interrupted: self.init(.interrupted, "interrupted", "interrupted")
        }
    }

    /// - Parameter file: the captions.
    init(_ problem: CaptionText.Problem, file: String) {
        let words: String
        switch problem {
        case .notUTF8: words = "is not UTF-8"
        case .unknownForm: words = "is neither WebVTT nor SubRip"
        case .badTime(let line): words = "has no time in line \(line), where one belongs"
        case .empty: words = "has no captions"
        }
        self.init(.dataError, "captions.malformed", "'\(file)' \(words)")
    }

    private static func clock(_ time: Duration) -> String {
        TimeWords.clock(
            microseconds: time.components.seconds * 1_000_000
                + time.components.attoseconds / 1_000_000_000_000)
    }
}

extension PackageRemark {
    var words: String {
        func seconds(_ duration: Duration) -> String {
            "\(duration.wholeMilliseconds / 100 / 10).\(duration.wholeMilliseconds / 100 % 10) s"
        }
        switch self {
        case .longPieces(let rendition, let longest, let wanted):
            return "\(rendition): keyframes are so far apart that pieces last up to "
                + "\(seconds(longest)) instead of \(seconds(wanted))"
        case .distantKeyframes(let rendition, let longest):
            return
                "\(rendition): keyframes are up to \(seconds(longest)) apart; whoever seeks waits"
        case .noKeyframePlaylist(let rendition):
            return "\(rendition): with whole pieces encrypted there is no playlist of keyframes"
        case .hiddenStart(let rendition, let hidden):
            return "\(rendition): players that know no edit lists show \(seconds(hidden)) too much "
                + "at the start"
        }
    }
}
