import CommandLineKit
import Cutting
import FileAccess
import MediaCommands
import Movies
import Playlists

extension VerifyFinding {
    /// One line: where, and what.
    var line: String {
        let place = time.map { " at \(TimeWords.clock(microseconds: $0))" } ?? ""
        return "\(file)\(place): \(words)"
    }

    var words: String {
        switch kind {
        case .unreadable(let problem): Failure(problem).message
        case .notMovie(let problem): problem.words
        case .notMedia(let error):
            Failure(error, file: file, microseconds: time).message
        case .notPlaylist(let problem): "no playlist: \(problem.words)"
        case .damage(let damage): damage.words
        case .noFrames(let track): "its \(track) holds nothing"
        case .undecodable(let track, let count):
            "\(count) \(count == 1 ? "frame" : "frames") of the \(track) cannot be decoded whole"
        case .timesNotRising(let track): "the \(track) goes back in time"
        case .gap(let track, let length):
            "the \(track) has a gap of \(TimeWords.seconds(microseconds: length))"
        case .editOutside(let track): "an edit of track \(track) lies outside of it"
        case .editEmpty(let track): "an edit of track \(track) shows nothing"
        case .startsApart(let apart): "the sound begins \(Self.later(apart)) than the picture"
        case .endsApart(let apart): "the sound ends \(Self.later(apart)) than the picture"
        case .wrongFrameCount(let expected, let found):
            "it has \(found) pictures, and the stretch of the source \(expected)"
        case .wrongFrame(let number):
            "picture \(number) is not the one of the source that belongs there"
        case .wrongSoundLength(let expected, let found):
            "its sound lasts \(Self.milliseconds(found)), and should last "
                + Self.milliseconds(expected)
        default: packageWords
        }
    }

    private var packageWords: String {
        switch kind {
        case .missingFile: return "is missing, or shorter than listed"
        case .missingTag(let tag): return "lacks #\(tag)"
        case .missingAttribute(let tag, let line, let name):
            return "line \(line): #\(tag) lacks \(name)"
        case .noKeyframePlaylist: return "lacks a playlist of keyframes"
        case .notEnded: return "lacks #EXT-X-ENDLIST"
        case .overTarget(let piece, let length, let target):
            return "piece \(piece) lasts \(length) ms, over the target of \(target) ms"
        case .pieceLength(let piece, let listed, let found):
            return "piece \(piece) lasts \(found) ms, and is listed with \(listed) ms"
        case .pieceStart(let piece): return "piece \(piece) does not begin with a keyframe"
        case .pieceGap(let piece, let gap):
            return "piece \(piece) begins \(Self.later(gap)) than the one before ends"
        case .encrypted(let method): return "is encrypted (\(method)): its media were not decoded"
        case .bandwidth(let listed, let measured):
            return "is listed with \(listed) bit/s, and its peak is \(measured) bit/s"
        case .codecs(let listed, let found): return "is listed with '\(listed)', and has '\(found)'"
        case .resolution(let listed, let found): return "is listed with \(listed), and is \(found)"
        case .notAligned(let other): return "its pieces begin elsewhere than those of \(other)"
        case .dateRange(let id, let fault): return "date range '\(id)' \(fault.words)"
        case .notVTT(let line): return "line \(line) is not WebVTT"
        default: return code
        }
    }

    private static func later(_ microseconds: Int64) -> String {
        let length = milliseconds(Int64(microseconds.magnitude))
        return "\(length) \(microseconds < 0 ? "earlier" : "later")"
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        let tenths = microseconds / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}

extension VerifyFinding.DateRangeFault {
    fileprivate var words: String {
        switch self {
        case .malformed: "has no ID or no start"
        case .outside: "lies outside of what is played"
        case .noClock: "has no #EXT-X-PROGRAM-DATE-TIME to go by"
        case .twice: "is there twice"
        }
    }
}

extension PlaylistProblem {
    var words: String {
        let fault =
            switch fault {
            case .noHead: "the first line is not #EXTM3U"
            case .tooLarge(let limit): "longer than \(limit) bytes"
            case .lineTooLong(let limit): "longer than \(limit) bytes"
            case .tooManyPieces(let limit): "more than \(limit) pieces"
            case .tooManyParts(let limit): "more than \(limit) parts"
            case .tooManyVariants(let limit): "more than \(limit) variants"
            case .badTag(let tag): "#\(tag) is malformed"
            case .missingAttribute(let tag, let name): "#\(tag) lacks \(name)"
            case .strayURI: "a URI without its tag"
            case .mixed: "tags of both kinds of playlist"
            case .missingTargetDuration: "lacks #EXT-X-TARGETDURATION"
            }
        return "line \(line): \(fault)"
    }
}
