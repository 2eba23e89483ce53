/// A trickle ICE fragment (RFC 8840): candidates that came later, or the credentials of a restart.
package struct ICEFragment: Sendable, Equatable {
    /// The candidates of one m-line.
    package struct Section: Sendable, Equatable {
        package var kind: MediaDescription.Kind
        package var mid: String?
        package var candidates: [String]
        package var hasEndOfCandidates: Bool

        package init(
            kind: MediaDescription.Kind, mid: String?, candidates: [String],
            hasEndOfCandidates: Bool
        ) {
            self.kind = kind
            self.mid = mid
            self.candidates = candidates
            self.hasEndOfCandidates = hasEndOfCandidates
        }
    }

    /// Nil where the fragment does not say which ICE session it belongs to.
    package var credentials: ICECredentials?
    package var iceOptions: [String]
    package var isICELite: Bool
    package var bundle: [String]
    /// Candidates before any m-line; nobody should write them there.
    package var candidates: [String]
    package var hasEndOfCandidates: Bool
    package var sections: [Section]

    package init() {
        iceOptions = []
        isICELite = false
        bundle = []
        candidates = []
        hasEndOfCandidates = false
        sections = []
    }

    /// Every candidate, wherever it stands: in a bundle they are all for one transport.
    package var allCandidates: [String] {
        var all = candidates
        for candidate in sections.flatMap(\.candidates) where !all.contains(candidate) {
            all.append(candidate)
        }
        return all
    }

    /// Whether no more candidates will come, for the session or for each of its m-lines.
    package var isComplete: Bool {
        hasEndOfCandidates || !sections.isEmpty && sections.allSatisfy(\.hasEndOfCandidates)
    }

    package var text: String {
        var writer = SDPWriter()
        writer.attribute("ice-options", iceOptions.isEmpty ? nil : iceOptions.spaced)
        writer.line("a=ice-lite", if: isICELite)
        writer.attribute("group", bundle.isEmpty ? nil : (["BUNDLE"] + bundle).spaced)
        writer.attribute("ice-ufrag", credentials?.ufrag)
        writer.attribute("ice-pwd", credentials?.password)
        for candidate in candidates { writer.attribute("candidate", candidate) }
        writer.line("a=end-of-candidates", if: hasEndOfCandidates)
        for section in sections {
            // The m-line stands for one of the description and says nothing itself (9.1).
            writer.line("m=\(section.kind.text) 9 RTP/AVP 0")
            writer.attribute("mid", section.mid)
            for candidate in section.candidates { writer.attribute("candidate", candidate) }
            writer.line("a=end-of-candidates", if: section.hasEndOfCandidates)
        }
        return writer.text
    }
}
