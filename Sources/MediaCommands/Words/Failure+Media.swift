package import CommandLineKit
package import Media
import Primitives

/// What a program's user can do about media that could not be read; nil where there is nothing.
package struct MediaHints: Sendable {
    package var notFound: String?
    package var silent: String?
    package var encoder: String?
    package var size: String?

    package init(
        notFound: String? = nil, silent: String? = nil, encoder: String? = nil,
        size: String? = nil
    ) {
        self.notFound = notFound
        self.silent = silent
        self.encoder = encoder
        self.size = size
    }

    /// `2.5 s`
    static func seconds(_ duration: Duration) -> String {
        let tenths = max(duration.wholeMilliseconds, 0) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

extension Failure {
    /// - Parameters:
    ///   - name: of what was read, as the user knows it.
    ///   - hasBegun: whether some of it was read before.
    package init(_ error: MediaError, name: String, hasBegun: Bool, hints: MediaHints) {
        switch error {
        case .library(let problem):
            self.init(problem, name: name, hasBegun: hasBegun, hints: hints)
        case .stopped: self.init(.interrupted, "interrupted", "interrupted")
        case .timedOut(let limit):
            self.init(
                hasBegun ? .ioError : .unavailable, "input.silent",
                "nothing came from '\(name)' for \(MediaHints.seconds(limit))",
                hint: hints.silent)
        case .noTracks:
            self.init(
                .dataError, "input.no-tracks", "'\(name)' holds neither picture nor sound")
        case .noSuchTrack:
            self.init(.dataError, "input.no-track", "'\(name)' has lost a track")
        case .noDecoder(let codec):
            self.init(
                .dataError, "input.no-decoder",
                "nothing here decodes \(codec), which '\(name)' has",
                hint: "this FFmpeg was built without it")
        case .noEncoder(let codec):
            self.init(
                .dataError, "encoder.missing", "nothing here encodes \(codec)",
                hint: hints.encoder)
        case .overLimit(let limit):
            self.init(
                .dataError, "input.over-limit", "'\(name)' is not to be believed: \(limit.words)")
        case .noDeviceLibrary(let library):
            self.init(
                .unavailable, "device.no-library", "no devices without \(library)",
                hint: "install libavdevice")
        case .noDeviceKind(let kind):
            self.init(
                .unavailable, "device.no-kind",
                "this FFmpeg was built without \(kind.rawValue) devices")
        case .badSize(let width, let height):
            self.init(
                .dataError, "picture.bad-size", "a picture of \(width)x\(height) cannot be",
                hint: hints.size)
        }
    }

    private init(
        _ problem: LibraryProblem, name: String, hasBegun: Bool, hints: MediaHints
    ) {
        let detail = problem.log.last.map { " (\($0))" } ?? ""
        func failure(_ status: ExitStatus, _ code: String, _ words: String, _ hint: String? = nil)
            -> Failure
        {
            Failure(status, "input.\(code)", words, hint: hint)
        }
        switch problem.cause {
        case .notFound:
            self = failure(.noInput, "not-found", "no input at '\(name)'", hints.notFound)
        case .permission: self = failure(.noInput, "permission", "'\(name)' must not be read")
        case .connectionRefused:
            self = failure(.unavailable, "refused", "nobody listens at '\(name)'")
        case .unreachable:
            self = failure(.unavailable, "unreachable", "'\(name)' cannot be reached")
        case .unknownHost:
            self = failure(.unavailable, "unknown-host", "the name of '\(name)' is not known")
        case .timedOut: self = failure(.unavailable, "timeout", "'\(name)' does not answer")
        case .connectionLost:
            self = failure(.ioError, "lost", "the connection to '\(name)' is lost")
        case .http(let status):
            self = failure(
                status == 401 || status == 403 ? .noPermission : .noInput, "http",
                "'\(name)' answers \(status)\(detail)")
        case .invalidData, .unknownFormat:
            self = failure(
                .dataError, "malformed", "'\(name)' is no media that can be read\(detail)")
        case .unknownProtocol:
            self = failure(
                .usage, "protocol", "this FFmpeg cannot read the kind of URL that '\(name)' is")
        case .busy: self = failure(.tryAgain, "busy", "'\(name)' is in use")
        case .noSpace, .other:
            let words = "\(problem.meaning)\(detail)"
            self =
                hasBegun
                ? failure(.ioError, "read", "reading '\(name)' failed midway: \(words)")
                : failure(.noInput, "open", "'\(name)' cannot be opened: \(words)")
        }
    }
}

extension MediaLimit {
    var words: String {
        switch self {
        case .tracks: "too many tracks"
        case .frameBytes: "a frame that is too long"
        case .pictureSize: "a picture that is too large"
        case .damagedFrames: "too many damaged frames, one after another"
        }
    }
}
