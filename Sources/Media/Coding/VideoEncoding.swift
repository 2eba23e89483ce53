package import WebRTC

/// How pictures are encoded for a live show: without B-frames and without looking ahead.
package struct VideoEncoding: Sendable, Hashable {
    package var codec: Codec
    package var size: PictureSize
    package var rate: FrameRate
    /// Bits in a second.
    package var bitRate: Int
    /// Pictures from one keyframe to the next.
    package var keyframeInterval: Int
    /// H.264 only: `baseline`, `main` or `high`.
    package var profile: H264Profile
    package var threads: Int
    /// Where parameter sets are: before each keyframe, or apart for a container's header.
    package var parameterSets: ParameterSetPlace

    package enum H264Profile: String, Sendable, Hashable, CaseIterable {
        case baseline
        case main
        case high
    }

    package enum ParameterSetPlace: Sendable, Hashable {
        case inBand
        case header
    }

    package init(
        codec: Codec, size: PictureSize, rate: FrameRate, bitRate: Int, keyframeInterval: Int,
        profile: H264Profile, threads: Int, parameterSets: ParameterSetPlace
    ) {
        self.codec = codec
        self.size = size
        self.rate = rate
        self.bitRate = bitRate
        self.keyframeInterval = keyframeInterval
        self.profile = profile
        self.threads = threads
        self.parameterSets = parameterSets
    }
}

extension Codec {
    /// The library's encoders that can do it, the best for a live show first.
    var encoderNames: [String] {
        switch self {
        case .h264: ["libx264"]
        case .vp8: ["libvpx"]
        case .vp9: ["libvpx-vp9"]
        case .av1: ["libaom-av1", "libsvtav1"]
        case .opus: ["libopus"]
        case .h265, .pcmu, .pcma: []
        }
    }
}

extension VideoEncoding {
    /// Bits that may pile up in front of the network: a second of them.
    var bufferBits: Int { bitRate }

    func options(for encoder: String) -> LibraryOptions {
        switch encoder {
        case "libx264":
            LibraryOptions([
                ("preset", "veryfast"), ("tune", "zerolatency"), ("profile", profile.rawValue),
                ("forced-idr", "1"), ("sc_threshold", "0"),
            ])
        case "libvpx":
            LibraryOptions([
                ("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"),
                ("auto-alt-ref", "0"), ("error-resilient", "default"),
            ])
        case "libvpx-vp9":
            LibraryOptions([
                ("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"),
                ("auto-alt-ref", "0"), ("row-mt", "1"),
            ])
        case "libaom-av1":
            LibraryOptions([
                ("usage", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("row-mt", "1"),
            ])
        default:
            LibraryOptions([("preset", "11"), ("svtav1-params", "pred-struct=1:lookahead=0")])
        }
    }
}
