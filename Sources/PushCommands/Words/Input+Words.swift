import CommandLineKit
import Media
import MediaCommands
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
        let hints = MediaHints(
            notFound: address?.notFoundHint, silent: "--input-timeout is how long it may be silent",
            encoder: "choose another --video-codec, or install an FFmpeg that has it",
            size: "give a --size with two even numbers")
        self.init(error, name: name, hasBegun: hasBegun, hints: hints)
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
