import CommandLineKit
import Media
import Publishing
import SessionCommands

extension Failure {
    init(_ problem: PlaylistFile.Problem, path: String) {
        switch problem {
        case .empty:
            self.init(.dataError, "list.empty", "the list '\(path)' names no input")
        case .tooMany(let limit):
            self.init(
                .dataError, "list.too-long", "the list '\(path)' names more than \(limit) inputs")
        }
    }

    init(device word: String, inList path: String) {
        self.init(
            .dataError, "list.device", "the list '\(path)' names the device '\(word)'",
            hint: "name devices on the command line")
    }

    init(_ problem: InputAddressProblem, word: String) {
        func usage(_ code: String, _ words: String, _ hint: String? = nil) -> Failure {
            Failure(.usage, "input.\(code)", "input '\(word)': \(words)", hint: hint)
        }
        switch problem {
        case .empty: self = usage("empty", "it is empty")
        case .tooLong(let limit): self = usage("too-long", "it is longer than \(limit) bytes")
        case .hasZeroByte: self = usage("malformed", "it has a zero byte")
        case .deviceWithoutName(let kind):
            self = usage(
                "device-without-name", "\(kind.rawValue): needs the device's name",
                kind == .x11 ? "the display, as in x11::0" : "see 'whip-push devices'")
        case .unknownOption(let name, let known):
            self = usage(
                "unknown-option", "no option '\(name)'", "known: \(known.joined(separator: ", "))")
        case .badValue(let option, let value):
            self = usage("bad-value", "'\(value)' cannot be the \(option)")
        case .nothingToSend: self = usage("nothing", "neither picture nor sound is left")
        }
    }

    init(_ failure: FeedFailure, _ plan: PushPlan) {
        let address = plan.inputs.indices.contains(failure.input) ? plan.inputs[failure.input] : nil
        let name = address?.label ?? "the input"
        switch failure.problem {
        case .rendition(let problem): self.init(problem)
        case .empty:
            self.init(.dataError, "input.no-frames", "'\(name)' holds no frame that could be sent")
        case .noThread:
            self.init(.tryAgain, "input.no-thread", "no thread could be started to read '\(name)'")
        case .media(let error):
            self.init(error, name: name, address: address, hasBegun: failure.hasBegun)
        }
    }

    /// Why devices of a kind could not be listed.
    init(device error: MediaError, kind: DeviceKind) {
        self.init(error, name: "\(kind.rawValue):", address: nil, hasBegun: false)
    }

    private init(_ error: MediaError, name: String, address: InputAddress?, hasBegun: Bool) {
        switch error {
        case .library(let problem):
            self.init(problem, name: name, address: address, hasBegun: hasBegun)
        case .stopped: self.init(.interrupted, "interrupted", "interrupted")
        case .timedOut(let limit):
            self.init(
                hasBegun ? .ioError : .unavailable, "input.silent",
                "nothing came from '\(name)' for \(Words.seconds(limit))",
                hint: "--input-timeout is how long it may be silent")
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
                hint: "choose another --video-codec, or install an FFmpeg that has it")
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
                hint: "give a --size with two even numbers")
        }
    }

    private init(
        _ problem: LibraryProblem, name: String, address: InputAddress?, hasBegun: Bool
    ) {
        let detail = problem.log.last.map { " (\($0))" } ?? ""
        func failure(_ status: ExitStatus, _ code: String, _ words: String, _ hint: String? = nil)
            -> Failure
        {
            Failure(status, "input.\(code)", words, hint: hint)
        }
        switch problem.cause {
        case .notFound:
            self = failure(.noInput, "not-found", "no input at '\(name)'", address?.notFoundHint)
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

extension InputAddress {
    /// As it can be shown: passwords of URLs are left out.
    var label: String {
        switch self {
        case .file(let path): path
        case .standardInput: "standard input"
        case .url(let text): Self.withoutSecrets(text)
        case .device(let device): "\(device.kind.rawValue):\(device.name)"
        case .pattern: "test:"
        }
    }

    private static func withoutSecrets(_ text: String) -> String {
        guard let colon = text.range(of: "://") else { return text }
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let at = rest[..<end].lastIndex(of: "@") else { return text }
        return text[..<colon.upperBound] + "…" + rest[at...]
    }

    fileprivate var notFoundHint: String? {
        switch self {
        case .device: "'whip-push devices' lists what there is"
        case .file, .standardInput, .url, .pattern: nil
        }
    }
}

extension String {
    /// Where some text begins and ends in this one; the first place.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
