import Primitives

/// The user name and password of one ICE generation (RFC 8839 5.4).
package struct ICECredentials: Sendable, Equatable {
    package let usernameFragment: String
    package let password: String

    package init(usernameFragment: String, password: String) {
        self.usernameFragment = usernameFragment
        self.password = password
    }
}

/// What a PATCH of trickle ICE carries (RFC 8840 9): `application/trickle-ice-sdpfrag`.
package struct TrickleFragment: Sendable, Equatable {
    /// The candidates of one media section.
    package struct Section: Sendable, Equatable {
        /// What follows `m=`, such as `audio 9 UDP/TLS/RTP/SAVPF 0`.
        package var media: String
        package var mid: String?
        /// What follows `a=`, such as `candidate:1 1 udp 2130706431 192.0.2.1 61764 typ host`.
        package var candidates: [String]
        package var endsCandidates: Bool

        package init(media: String, mid: String?, candidates: [String], endsCandidates: Bool) {
            self.media = media
            self.mid = mid
            self.candidates = candidates
            self.endsCandidates = endsCandidates
        }
    }

    package var credentials: ICECredentials?
    /// The tags of `a=ice-options:`.
    package var options: String?
    package var isLite = false
    /// What follows `a=group:`.
    package var group: String?
    package var sections: [Section] = []

    /// Bytes of a fragment that is read.
    package static let maximumLength = 65_536
    package static let maximumCandidates = 256
    package static let maximumSections = 32
    /// Bytes of one line: a candidate has a handful of words.
    package static let maximumLineLength = 1024

    package init() {}

    package var candidateCount: Int { sections.reduce(0) { $0 + $1.candidates.count } }
    package var endsCandidates: Bool { sections.contains(where: \.endsCandidates) }

    package var text: String {
        var text = ""
        func add(_ line: String) { text += line + "\r\n" }
        if isLite { add("a=ice-lite") }
        if let options { add("a=ice-options:" + options) }
        if let group { add("a=group:" + group) }
        func addCredentials() {
            guard let credentials else { return }
            add("a=ice-ufrag:" + credentials.usernameFragment)
            add("a=ice-pwd:" + credentials.password)
        }
        if sections.isEmpty { addCredentials() }
        for section in sections {
            add("m=" + section.media)
            if let mid = section.mid { add("a=mid:" + mid) }
            addCredentials()
            for candidate in section.candidates { add("a=" + candidate) }
            if section.endsCandidates { add("a=end-of-candidates") }
        }
        return text
    }
}

/// Why some text is no fragment.
package enum FragmentProblem: Error, Equatable {
    case tooLong
    case lineTooLong(line: Int)
    case badLine(line: Int)
    case tooManyCandidates
    case tooManySections
    /// A user name without a password, or the other way round.
    case halfCredentials
    case badCredentials(line: Int)
    /// Sections that do not agree: everything is bundled, so there is one ICE generation.
    case contradictingCredentials(line: Int)
    case empty
}

extension TrickleFragment {
    /// Reads a fragment: lines that mean nothing here are passed over, malformed ones are refused.
    package init(parsing text: String) throws(FragmentProblem) {
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        var names: (usernameFragment: String?, password: String?)
        var candidates = 0
        for (index, raw) in text.utf8.split(separator: UInt8(ascii: "\n")).enumerated() {
            let number = index + 1
            guard raw.count <= Self.maximumLineLength else { throw .lineTooLong(line: number) }
            let trimmed = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
            if trimmed.isEmpty { continue }
            guard let line = String(trimmed), line.utf8.dropFirst().first == UInt8(ascii: "="),
                !line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { throw .badLine(line: number) }
            let value = String(line.dropFirst(2))
            switch line.utf8.first {
            case UInt8(ascii: "m"):
                guard sections.count < Self.maximumSections else { throw .tooManySections }
                sections.append(
                    Section(media: value, mid: nil, candidates: [], endsCandidates: false))
            case UInt8(ascii: "a"):
                if value.hasPrefix("candidate:") {
                    candidates += 1
                    guard candidates <= Self.maximumCandidates else { throw .tooManyCandidates }
                }
                try take(attribute: value, line: number, names: &names)
            default:
                break
            }
        }
        switch names {
        case (let usernameFragment?, let password?):
            credentials = ICECredentials(usernameFragment: usernameFragment, password: password)
        case (nil, nil): break
        default: throw .halfCredentials
        }
        guard credentials != nil || !sections.isEmpty else { throw .empty }
    }

    private mutating func take(
        attribute: String, line: Int,
        names: inout (usernameFragment: String?, password: String?)
    ) throws(FragmentProblem) {
        let colon = attribute.firstIndex(of: ":")
        let name = attribute[..<(colon ?? attribute.endIndex)]
        let value = colon.map { String(attribute[attribute.index(after: $0)...]) } ?? ""
        switch name {
        case "ice-ufrag":
            guard value.isICEText(4...256) else { throw .badCredentials(line: line) }
            guard names.usernameFragment ?? value == value else {
                throw .contradictingCredentials(line: line)
            }
            names.usernameFragment = value
        case "ice-pwd":
            guard value.isICEText(22...256) else { throw .badCredentials(line: line) }
            guard names.password ?? value == value else {
                throw .contradictingCredentials(line: line)
            }
            names.password = value
        case "ice-options": options = value
        case "ice-lite": isLite = true
        case "group": group = value
        case "mid":
            if !sections.isEmpty { sections[sections.count - 1].mid = value }
        case "candidate":
            addSectionIfNone()
            sections[sections.count - 1].candidates.append(attribute)
        case "end-of-candidates":
            addSectionIfNone()
            sections[sections.count - 1].endsCandidates = true
        default: break
        }
    }

    /// Candidates before the first `m=` belong to the one transport of the bundle.
    private mutating func addSectionIfNone() {
        guard sections.isEmpty else { return }
        sections.append(
            Section(
                media: "audio 9 UDP/TLS/RTP/SAVPF 0", mid: nil, candidates: [],
                endsCandidates: false))
    }
}

extension String {
    /// ice-char of RFC 8839 5.4, and `=`, `-` and `_`, which peers in the field use.
    func isICEText(_ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(utf8.count)
            && utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "+")
                    || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=")
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}
