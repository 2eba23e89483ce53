package import WebRTC

/// What a push can give to a destination: for each medium the choices, the preferred one first.
package struct DestinationOffer: Sendable, Equatable {
    /// Empty where there is no picture.
    package var video: [VideoChoice]
    /// Empty where there is no sound.
    package var audio: [AudioChoice]
    /// The layers of the picture, the largest first; one where there is no simulcast.
    package var layers: [LayerOffer]

    package init(video: [VideoChoice], audio: [AudioChoice], layers: [LayerOffer]) {
        self.video = video
        self.audio = audio
        self.layers = layers
    }

    package static let maximumLayers = 4
}

/// One way in which the picture can be had.
package struct VideoChoice: Sendable, Equatable {
    package var codec: Codec
    /// What offers say of it: `profile-level-id` of the file or of the encoder.
    package var format: CodecFormat
    /// How frames of H.264 and H.265 are framed; others ignore it.
    package var framing: NALFraming
    /// `avcC`, `hvcC` or `av1C` where the container had one; empty where all is in the frames.
    package var configuration: [UInt8]
    package var size: PictureSize
    /// Zero where it is not known.
    package var framesPerSecond: Double
    /// Pictures are shown in another order than they are sent: WebRTC does not take it.
    package var hasReorderedFrames: Bool

    package init(
        codec: Codec, format: CodecFormat, framing: NALFraming, configuration: [UInt8],
        size: PictureSize, framesPerSecond: Double, hasReorderedFrames: Bool
    ) {
        self.codec = codec
        self.format = format
        self.framing = framing
        self.configuration = configuration
        self.size = size
        self.framesPerSecond = framesPerSecond
        self.hasReorderedFrames = hasReorderedFrames
    }
}

/// A codec of sound; AAC has no place in WebRTC, and RTMP knows hardly anything else.
package enum SoundCodec: Sendable, Hashable {
    case opus
    case aac
}

/// One way in which the sound can be had.
package struct AudioChoice: Sendable, Equatable {
    package var codec: SoundCodec
    package var channels: Int
    package var sampleRate: Int
    /// AAC's AudioSpecificConfig; empty for Opus.
    package var configuration: [UInt8]

    package init(codec: SoundCodec, channels: Int, sampleRate: Int, configuration: [UInt8]) {
        self.codec = codec
        self.channels = channels
        self.sampleRate = sampleRate
        self.configuration = configuration
    }
}

/// One encoding of the picture among several that are sent together.
package struct LayerOffer: Sendable, Equatable {
    /// Names it on the wire (RFC 8851): letters and digits.
    package var rid: String
    package var size: PictureSize
    package var maximumBitsPerSecond: Double

    package init(rid: String, size: PictureSize, maximumBitsPerSecond: Double) {
        self.rid = rid
        self.size = size
        self.maximumBitsPerSecond = maximumBitsPerSecond
    }
}

/// What is known of a frame that goes to destinations; its bytes go beside it.
package struct OutgoingFrame: Sendable {
    package var kind: MediaKind
    /// The place in the offer's list of its kind.
    package var choice: Int
    /// The place in the offer's layers; 0 for sound.
    package var layer: Int
    package var isKeyframe: Bool
    /// When it is shown, since the start of the push; one clock for picture and sound.
    package var mediaTime: Duration
    /// When it is decoded; the same where pictures are not reordered.
    package var decodeTime: Duration
    package var duration: Duration
    /// When it was captured, where that is known: it travels as abs-capture-time.
    package var captured: NTPTime?

    package init(
        kind: MediaKind, choice: Int, layer: Int, isKeyframe: Bool, mediaTime: Duration,
        decodeTime: Duration, duration: Duration, captured: NTPTime?
    ) {
        self.kind = kind
        self.choice = choice
        self.layer = layer
        self.isKeyframe = isKeyframe
        self.mediaTime = mediaTime
        self.decodeTime = decodeTime
        self.duration = duration
        self.captured = captured
    }
}
