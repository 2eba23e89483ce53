import WebRTC

/// What a push reads, as the word on the command line says it.
package enum InputAddress: Sendable, Hashable {
    case file(path: String)
    case standardInput
    case url(String)
    case device(DeviceAddress)
    case pattern(PatternSettings)

    package enum Limits {
        package static let bytes = 4096
    }

    /// Reads a word: `-`, `test:…`, a device (`v4l2:/dev/video0`), a URL with `://`, else a path.
    package init(parsing word: String) throws(InputAddressProblem) {
        guard !word.isEmpty else { throw .empty }
        guard word.utf8.count <= Limits.bytes else { throw .tooLong(limit: Limits.bytes) }
        guard !word.utf8.contains(0) else { throw .hasZeroByte }
        if word == "-" {
            self = .standardInput
        } else if word == "test" || word.hasPrefix("test:") {
            self = .pattern(try PatternSettings(parsing: String(word.dropFirst(5))))
        } else if let device = try DeviceAddress(parsing: word) {
            self = .device(device)
        } else if Self.hasScheme(word) {
            self = .url(word)
        } else {
            self = .file(path: word)
        }
    }

    /// `scheme://` as RFC 3986 3.1 spells a scheme.
    private static func hasScheme(_ word: String) -> Bool {
        guard let colon = word.utf8.firstIndex(of: UInt8(ascii: ":")),
            word.utf8[colon...].starts(with: "://".utf8), let first = word.first, first.isASCII,
            first.isLetter
        else { return false }
        return word[..<colon].utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}

/// Why a word does not name an input.
package enum InputAddressProblem: Error, Sendable, Equatable {
    case empty
    case tooLong(limit: Int)
    case hasZeroByte
    case deviceWithoutName(DeviceKind)
    case unknownOption(name: String, known: [String])
    case badValue(option: String, value: String)
    /// Neither picture nor sound is left.
    case nothingToSend
}

/// Options as they stand behind an address: `size=1280x720,fps=30`.
struct AddressOptions {
    private(set) var pairs: [(name: String, value: String)] = []

    /// All of a text that holds nothing else.
    init(parsing text: Substring, known: [String]) throws(InputAddressProblem) {
        for word in text.split(separator: ",") {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard known.contains(name) else { throw .unknownOption(name: name, known: known) }
            guard parts.count == 2 else { throw .badValue(option: name, value: "") }
            pairs.append((name, String(parts[1])))
        }
    }

    /// Takes known options from the end of a name, which may hold commas itself (ALSA's do).
    init(takingFrom name: inout Substring, known: [String]) {
        while let comma = name.lastIndex(of: ",") {
            let parts = name[name.index(after: comma)...].split(separator: "=", maxSplits: 1)
            guard parts.count == 2, known.contains(String(parts[0])) else { return }
            pairs.insert((String(parts[0]), String(parts[1])), at: 0)
            name = name[..<comma]
        }
    }

    static func size(_ option: String, _ value: String) throws(InputAddressProblem) -> PictureSize {
        guard let size = PictureSize(parsing: value[...]) else {
            throw .badValue(option: option, value: value)
        }
        return size
    }

    static func rate(_ option: String, _ value: String) throws(InputAddressProblem) -> FrameRate {
        guard let rate = FrameRate(parsing: value) else {
            throw .badValue(option: option, value: value)
        }
        return rate
    }

    static func number(
        _ option: String, _ value: String, in range: ClosedRange<Int>
    ) throws(InputAddressProblem) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw .badValue(option: option, value: value)
        }
        return number
    }

    static func isOn(_ option: String, _ value: String) throws(InputAddressProblem) -> Bool {
        switch value {
        case "on": return true
        case "off": return false
        default: throw .badValue(option: option, value: value)
        }
    }
}

/// The largest picture that is read, made or sent.
package enum PictureLimits {
    /// Pixels: above what any codec of WebRTC is sent with.
    package static let side = 8192
}

extension PictureSize {
    /// `1280x720`, a size that can be encoded; nil for anything else.
    package init?(parsing word: Substring) {
        let parts = word.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
            16...PictureLimits.side ~= width, 16...PictureLimits.side ~= height,
            width % 2 == 0, height % 2 == 0
        else { return nil }
        self.init(width: width, height: height)
    }
}
