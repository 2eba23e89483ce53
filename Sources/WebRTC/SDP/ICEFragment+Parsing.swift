import Primitives

extension ICEFragment {
    /// A fragment is some candidates: it is held much tighter than a description.
    package static let maximumBytes = 16_384
    package static let maximumLines = 256
    package static let maximumLineBytes = 1_024
    private static let maximumKindBytes = 32

    package init(parsing bytes: Span<UInt8>) throws(SDPError) {
        guard bytes.count <= Self.maximumBytes else { throw .exceeds(.bytes) }
        guard let text = String(validating: bytes) else { throw .notUTF8 }
        try self.init(parsing: text)
    }

    package init(parsing text: String) throws(SDPError) {
        self.init()
        var lines = try SDPLines(
            text,
            SDPLines.Bounds(
                bytes: Self.maximumBytes, lines: Self.maximumLines,
                lineBytes: Self.maximumLineBytes))
        var ufrag: String?
        var password: String?
        while let line = try lines.next() {
            if line.type == UInt8(ascii: "m") {
                try readMediaLine(line)
                continue
            }
            guard line.type == UInt8(ascii: "a") else { continue }
            let (name, value) = line.attribute
            switch name {
            // Some repeat them on each m-line; only one transport is ever meant.
            case "ice-ufrag":
                guard ICECredentials.isUfrag(value), ufrag == nil || ufrag == value.text else {
                    throw .malformed(line: line.number)
                }
                ufrag = value.text
            case "ice-pwd":
                guard ICECredentials.isPassword(value), password == nil || password == value.text
                else { throw .malformed(line: line.number) }
                password = value.text
            default: try read(name, value, line: line.number)
            }
        }
        // Half of the credentials names no ICE session, and might hide a restart.
        guard (ufrag == nil) == (password == nil) else { throw .halfCredentials }
        if let ufrag, let password {
            credentials = ICECredentials(ufrag: ufrag, password: password)
        }
    }

    private mutating func readMediaLine(_ line: SDPLine) throws(SDPError) {
        let words = line.value.words
        guard words.count >= 3, words[0].count <= Self.maximumKindBytes else {
            throw .malformed(line: line.number)
        }
        guard sections.count < SDPLimit.mediaLines.maximum else { throw .exceeds(.mediaLines) }
        sections.append(
            Section(
                kind: MediaDescription.Kind(words[0].text), mid: nil, candidates: [],
                hasEndOfCandidates: false))
    }

    private mutating func read(
        _ name: String, _ value: Substring.UTF8View, line: Int
    ) throws(SDPError) {
        switch name {
        case "ice-lite": isICELite = true
        case "ice-options":
            try iceOptions.addICEOptions(value)
        case "group":
            let words = value.words.map(\.text)
            guard words.first == "BUNDLE", bundle.isEmpty else { return }
            guard words.count <= SDPLimit.mediaLines.maximum + 1 else {
                throw .exceeds(.mediaLines)
            }
            bundle = Array(words.dropFirst())
        case "mid":
            guard let place = sections.indices.last, value.words.count == 1,
                value.count <= MediaDraft.maximumMIDBytes, sections[place].mid == nil,
                !sections.contains(where: { $0.mid == value.text })
            else { throw .malformed(line: line) }
            sections[place].mid = value.text
        case "candidate":
            guard !value.isEmpty else { throw .malformed(line: line) }
            try add(value.text)
        case "end-of-candidates":
            guard let place = sections.indices.last else {
                hasEndOfCandidates = true
                return
            }
            sections[place].hasEndOfCandidates = true
        default: break
        }
    }

    private mutating func add(_ candidate: String) throws(SDPError) {
        let known = sections.last?.candidates ?? candidates
        guard !known.contains(candidate) else { return }
        guard known.count < SDPLimit.candidates.maximum else { throw .exceeds(.candidates) }
        if sections.isEmpty {
            candidates.append(candidate)
        } else {
            sections[sections.count - 1].candidates.append(candidate)
        }
    }
}
