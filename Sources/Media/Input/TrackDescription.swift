internal import CFFmpeg
package import WebRTC

/// A codec that a track may have: one that travels in RTP, or another.
package enum TrackCodec: Sendable, Hashable {
    case webRTC(Codec)
    case aac
    /// By FFmpeg's name.
    case other(name: String)

    /// The name for people.
    package var name: String {
        switch self {
        case .webRTC(let codec):
            switch codec {
            case .h264: "h264"
            case .h265: "h265"
            case .vp8: "vp8"
            case .vp9: "vp9"
            case .av1: "av1"
            case .opus: "opus"
            case .pcmu: "pcmu"
            case .pcma: "pcma"
            }
        case .aac: "aac"
        case .other(let name): name
        }
    }

    var isSound: Bool {
        switch self {
        case .webRTC(let codec): codec.kind == .audio
        case .aac: true
        case .other: false
        }
    }

    init(_ identifier: AVCodecID) {
        switch identifier {
        case AV_CODEC_ID_H264: self = .webRTC(.h264)
        case AV_CODEC_ID_HEVC: self = .webRTC(.h265)
        case AV_CODEC_ID_VP8: self = .webRTC(.vp8)
        case AV_CODEC_ID_VP9: self = .webRTC(.vp9)
        case AV_CODEC_ID_AV1: self = .webRTC(.av1)
        case AV_CODEC_ID_OPUS: self = .webRTC(.opus)
        case AV_CODEC_ID_PCM_MULAW: self = .webRTC(.pcmu)
        case AV_CODEC_ID_PCM_ALAW: self = .webRTC(.pcma)
        case AV_CODEC_ID_AAC: self = .aac
        default:
            let name = unsafe avcodec_get_name(identifier).map { unsafe String(cString: $0) }
            self = .other(name: name ?? "unknown")
        }
    }
}

/// What is known of a track before it is read.
package struct TrackDescription: Sendable, Equatable {
    /// Its place in the input, which coded frames carry.
    package let index: Int
    package let codec: TrackCodec
    package let timeBase: TimeBase
    package let content: Content
    /// The codec's name for its profile, such as `High`; nil where it isn't known.
    package let profile: String?
    /// What the codec needs before its first frame: `avcC`, `AudioSpecificConfig`, `OpusHead`.
    package let configuration: [UInt8]
    /// Nil for what is live.
    package let duration: Duration?
    /// Bits in a second, where the container says it.
    package let bitRate: Int?

    package init(
        index: Int, codec: TrackCodec, timeBase: TimeBase, content: Content, profile: String?,
        configuration: [UInt8], duration: Duration?, bitRate: Int?
    ) {
        self.index = index
        self.codec = codec
        self.timeBase = timeBase
        self.content = content
        self.profile = profile
        self.configuration = configuration
        self.duration = duration
        self.bitRate = bitRate
    }

    package enum Content: Sendable, Equatable {
        case picture(PictureTrack)
        case sound(SoundTrack)
    }

    package var kind: MediaKind {
        switch content {
        case .picture: .video
        case .sound: .audio
        }
    }
}

/// What is known of a track of pictures.
package struct PictureTrack: Sendable, Equatable {
    package let size: PictureSize
    /// Nil where it is not known or not steady.
    package let rate: FrameRate?
    /// Whether coded frames are shown in another order than they come in: B-frames.
    package let hasReorderedFrames: Bool
    /// Degrees to turn the picture clockwise in order to show it: 0, 90, 180 or 270.
    package let rotation: Int

    package init(size: PictureSize, rate: FrameRate?, hasReorderedFrames: Bool, rotation: Int) {
        self.size = size
        self.rate = rate
        self.hasReorderedFrames = hasReorderedFrames
        self.rotation = rotation
    }
}

/// What is known of a track of sound.
package struct SoundTrack: Sendable, Equatable {
    package let sampleRate: Int
    package let channels: Int

    package init(sampleRate: Int, channels: Int) {
        self.sampleRate = sampleRate
        self.channels = channels
    }
}
