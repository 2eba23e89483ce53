import Media
package import Primitives

/// How clips are made.
package struct ClipSettings: Sendable {
    package var mode: CutMode
    /// Of edges, and of clips that are encoded as a whole; lower is better.
    package var edgeQuality: Int
    package var wholeQuality: Int
    /// Clips that are worked on at once.
    package var jobs: Int
    /// Whether a file of the same name is replaced.
    package var replaces: Bool

    package enum Standard {
        /// What is encoded beside copied frames must look like them.
        package static let edgeQuality = 17
        package static let wholeQuality = 20
        /// By so much x265's fastest way is worse than x264's at the same number.
        static let h265Better = 7
        static let edgeSpeed = ClipEncoding.Speed.ultrafast
        static let wholeSpeed = ClipEncoding.Speed.veryfast
        /// Of sound that is encoded, for each channel.
        package static let soundBitRate = 80_000
        /// Of a whole clip that is encoded.
        package static let keyframeSeconds = 2
        /// Where sounds are joined they fade for so long.
        package static let fade: Duration = .milliseconds(5)
    }

    package init(
        mode: CutMode, edgeQuality: Int, wholeQuality: Int, jobs: Int, replaces: Bool
    ) {
        self.mode = mode
        self.edgeQuality = edgeQuality
        self.wholeQuality = wholeQuality
        self.jobs = jobs
        self.replaces = replaces
    }
}

/// What has become of a wish.
package struct ClipOutcome: Sendable, Equatable {
    package var path: String
    /// As they were cut, to the frame and to the sample.
    package var ranges: [Range<MediaTime>]
    package var duration: MediaTime
    package var picture: Picture?
    package var sound: Sound?
    package var bytes: Int64

    package struct Picture: Sendable, Equatable {
        package var mode: CutMode
        /// Why less is copied than could have been asked for.
        package var reason: EncodeReason?
        package var copied: Int
        package var encoded: Int
        /// Pictures that were damaged in the movie, and are told as the one before.
        package var repeated: Int
    }

    package struct Sound: Sendable, Equatable {
        package var isCopied: Bool
        package var frames: Int
    }
}
