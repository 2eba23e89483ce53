/// A bound on what is read from a session description; each has a name and a number.
package enum SDPLimit: Sendable, Hashable, CaseIterable {
    case bytes
    case lines
    case lineBytes
    case mediaLines
    case groups
    /// Per m-line, as all that follow.
    case codecs
    case parametersPerCodec
    case candidates
    case fingerprints
    case iceOptions
    case extensions
    case ssrcs
    case ssrcGroups
    case rids

    /// Chromium's largest offers are a tenth of these.
    package var maximum: Int {
        switch self {
        case .bytes: 65_536
        case .lines: 4_096
        case .lineBytes: 8_192
        case .mediaLines: 16
        case .groups: 8
        case .codecs: 128
        case .parametersPerCodec: 64
        case .candidates: 64
        case .fingerprints: 8
        case .iceOptions: 16
        case .extensions: 64
        case .ssrcs: 64
        case .ssrcGroups: 32
        case .rids: 16
        }
    }
}

/// Why a text is no session description that we take.
package enum SDPProblem: Error, Equatable {
    case notUTF8
    /// It does not begin with `v=0`.
    case noVersion
    /// The line, counted from 1, is no line of its type.
    case malformed(line: Int)
    /// A user name without its password, or the other way round.
    case halfCredentials
    case exceeds(SDPLimit)
}
