package import Media
package import WebRTC

/// What the user asks of picture and sound; what is nil is decided by the input.
package struct RenditionWish: Sendable, Equatable {
    /// Whether media may be encoded anew.
    package enum CopyRule: Sendable, Equatable {
        /// Where it must be.
        case automatic
        /// Never: what cannot be passed on as it is ends the push.
        case always
        /// Always.
        case never
    }

    package var takesVideo = true
    package var takesAudio = true
    package var copyRule = CopyRule.automatic
    package var videoCodec: Codec?
    package var videoBitRate: Int?
    package var size: PictureSize?
    package var frameRate: FrameRate?
    /// From one keyframe to the next.
    package var keyframeInterval: Duration?
    package var profile: VideoEncoding.H264Profile?
    package var audioBitRate: Int?
    /// The largest first; empty where one encoding is sent.
    package var layers: [LayerWish] = []
    package var stamp: StampPlace?

    package init() {}
}

/// Where a push puts the time at which a picture was captured, for a probe to read.
package enum StampPlace: String, Sendable, CaseIterable {
    /// Burned into the picture, so that it survives everything.
    case picture
    /// Beside the coded picture, which stays as it is.
    case sei
}

/// A layer as the user asks for it: `1280x720@1.5M`.
package struct LayerWish: Sendable, Equatable {
    package var size: PictureSize
    package var bitRate: Int?

    package init(size: PictureSize, bitRate: Int?) {
        self.size = size
        self.bitRate = bitRate
    }
}

/// What kinds of destination there are: they take different things.
package struct DestinationNeeds: Sendable, Equatable {
    /// No B-frames, and sound as Opus.
    package var webRTC: Bool
    /// H.264 and AAC.
    package var rtmp: Bool

    package init(webRTC: Bool, rtmp: Bool) {
        self.webRTC = webRTC
        self.rtmp = rtmp
    }
}

/// Why media are encoded instead of passed on.
package enum EncodingReason: Sendable, Equatable {
    /// Neither WebRTC nor RTMP, as the case may be, has a place for it.
    case codecNotTaken(String)
    case profileNotTaken(String)
    case reorderedFrames
    case rotated(degrees: Int)
    /// Pictures and sounds that have never been encoded: a device, the test pattern.
    case raw
    case tooManyChannels(Int)
    /// The container does not say what a decoder must know beforehand.
    case configurationMissing
    case codecAsked
    case bitRateAsked
    case sizeAsked
    case frameRateAsked
    case keyframesAsked
    case profileAsked
    case layersAsked
    case encodingAsked
    /// Something is to be drawn on it.
    case stampAsked
}

/// Why nothing can be sent of an input.
package enum RenditionProblem: Error, Sendable, Equatable {
    /// Media would have to be encoded, and `--copy` forbids it.
    case copyRefused(MediaKind, TrackSummary, [EncodingReason])
    /// The input has not what is left to be sent.
    case nothingToSend(hasVideo: Bool, hasAudio: Bool)
    /// RTMP takes one picture only.
    case layersNeedWebRTC
    /// The codec has no place beside a picture where a stamp could be.
    case stampNotCarried(codec: String)
    /// No stamp that could be read again would fit in.
    case stampTooLarge(PictureSize)
}

/// A track in the words that a person knows it by.
package struct TrackSummary: Sendable, Equatable {
    package var codec: String
    package var profile: String?
    package var size: PictureSize?
    package var frameRate: FrameRate?
    package var hasReorderedFrames = false
    package var channels: Int?
    package var sampleRate: Int?

    package init(_ track: TrackDescription) {
        codec = track.codec.name
        profile = track.profile
        switch track.content {
        case .picture(let picture):
            size = picture.size
            frameRate = picture.rate
            hasReorderedFrames = picture.hasReorderedFrames
        case .sound(let sound):
            channels = sound.channels
            sampleRate = sound.sampleRate
        }
    }
}
