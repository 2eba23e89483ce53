/// A codec whose frames travel in RTP payloads.
package enum Codec: Sendable, Hashable, CaseIterable {
    case h264
    case h265
    case vp8
    case vp9
    case av1
    case opus
    case pcmu
    case pcma

    package var kind: MediaKind {
        switch self {
        case .h264, .h265, .vp8, .vp9, .av1: .video
        case .opus, .pcmu, .pcma: .audio
        }
    }

    /// Ticks of the RTP timestamp in a second.
    package var clockRate: Int {
        switch self {
        case .h264, .h265, .vp8, .vp9, .av1: 90_000
        case .opus: 48_000
        case .pcmu, .pcma: 8_000
        }
    }

    /// The name in an rtpmap, as its RFC writes it.
    package var encodingName: String {
        switch self {
        case .h264: "H264"
        case .h265: "H265"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .av1: "AV1"
        case .opus: "opus"
        case .pcmu: "PCMU"
        case .pcma: "PCMA"
        }
    }

    /// The codec of an rtpmap; names are compared without case, as RFC 8866 says.
    package init?(encodingName: some StringProtocol) {
        let name = encodingName.lowercased()
        guard let codec = Self.allCases.first(where: { $0.encodingName.lowercased() == name })
        else { return nil }
        self = codec
    }

    /// Whether a frame needs the ones before it, so that a loss lasts until the next keyframe.
    package var isPredictive: Bool { kind == .video }

    /// How the codec's NAL units are written; nil for a codec without NAL units.
    package var nalSyntax: NALSyntax? {
        switch self {
        case .h264: .h264
        case .h265: .h265
        case .vp8, .vp9, .av1, .opus, .pcmu, .pcma: nil
        }
    }
}
