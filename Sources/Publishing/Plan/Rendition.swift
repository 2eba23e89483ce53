package import Media
package import WebRTC

/// How a rendition comes about.
package enum Making: Sendable, Equatable {
    case copy
    case encode([EncodingReason])

    package var isCopy: Bool { self == .copy }
}

/// One way in which the picture goes out: the file's own, or an encoding in one or more layers.
package struct VideoRendition: Sendable, Equatable {
    package var choice: VideoChoice
    package var making: Making
    /// By layer, the largest first; what it is encoded to where the input cannot be passed on.
    package var aims: [VideoAim]

    package init(choice: VideoChoice, making: Making, aims: [VideoAim]) {
        self.choice = choice
        self.making = making
        self.aims = aims
    }
}

/// What one layer is encoded to.
package struct VideoAim: Sendable, Equatable {
    package var codec: Codec
    package var size: PictureSize
    package var frameRate: FrameRate
    package var bitsPerSecond: Int
    package var keyframeInterval: Duration
    package var profile: VideoEncoding.H264Profile
    /// The input's pictures come at another rate.
    package var convertsRate: Bool

    package init(
        codec: Codec, size: PictureSize, frameRate: FrameRate, bitsPerSecond: Int,
        keyframeInterval: Duration, profile: VideoEncoding.H264Profile, convertsRate: Bool
    ) {
        self.codec = codec
        self.size = size
        self.frameRate = frameRate
        self.bitsPerSecond = bitsPerSecond
        self.keyframeInterval = keyframeInterval
        self.profile = profile
        self.convertsRate = convertsRate
    }
}

/// One way in which the sound goes out.
package struct AudioRendition: Sendable, Equatable {
    package var choice: AudioChoice
    package var making: Making
    package var bitsPerSecond: Int

    package init(choice: AudioChoice, making: Making, bitsPerSecond: Int) {
        self.choice = choice
        self.making = making
        self.bitsPerSecond = bitsPerSecond
    }
}

/// Names what one encoder, or one track that is passed on, gives.
package struct RenditionName: Sendable, Hashable {
    package let kind: MediaKind
    /// Its place in the offer.
    package let choice: Int
    package let layer: Int

    package init(kind: MediaKind, choice: Int, layer: Int) {
        self.kind = kind
        self.choice = choice
        self.layer = layer
    }
}
