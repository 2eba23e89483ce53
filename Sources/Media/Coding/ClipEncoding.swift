package import WebRTC

/// How pictures are encoded that become part of a file: as good as what they are made of, and as
/// fast as can be.
package struct ClipEncoding: Sendable, Hashable {
    package var form: Form
    /// The quality that is held: x264's and x265's constant rate factor; lower is better.
    package var quality: Int
    package var speed: Speed
    /// At most so many B-frames in a row.
    package var bidirectional: Int
    /// At most so many pictures from one keyframe to the next.
    package var keyframeInterval: Int
    package var threads: Int
    /// What times are counted in.
    package var timeBase: TimeBase
    /// For the encoder to judge by; pictures come when their times say.
    package var rate: FrameRate

    package enum Form: Sendable, Hashable {
        /// The profile by x264's name, the level as ten times its number, and the number that the
        /// parameter sets have. What is nil is the encoder's own choice.
        case h264(profile: String?, level: Int?, parameterSet: Int)
        case h265(level: Int?)
    }

    package enum Speed: String, Sendable, Hashable, CaseIterable {
        case ultrafast
        case superfast
        case veryfast
        case fast
        case medium
    }

    package init(
        form: Form, quality: Int, speed: Speed, bidirectional: Int, keyframeInterval: Int,
        threads: Int, timeBase: TimeBase, rate: FrameRate
    ) {
        self.form = form
        self.quality = quality
        self.speed = speed
        self.bidirectional = bidirectional
        self.keyframeInterval = keyframeInterval
        self.threads = threads
        self.timeBase = timeBase
        self.rate = rate
    }

    package var codec: Codec {
        switch form {
        case .h264: .h264
        case .h265: .h265
        }
    }

    var encoderName: String {
        switch form {
        case .h264: "libx264"
        case .h265: "libx265"
        }
    }

    var options: LibraryOptions {
        var options = LibraryOptions([
            ("preset", speed.rawValue), ("crf", String(quality)), ("forced-idr", "1"),
        ])
        switch form {
        case .h264(let profile, let level, let parameterSet):
            if let profile { options.set("profile", profile) }
            if let level { options.set("level", Self.levelName(level)) }
            // What the preset has switched off is what tells the profiles apart. Where the larger
            // transform does, the simpler coder is half the work.
            if profile == "main" { options.set("coder", "cabac") }
            if profile?.hasPrefix("high") == true { options.set("8x8dct", "1") }
            // x264's tree of macroblocks reads memory that it never wrote, and a thread that looks
            // ahead makes what others choose hang on who was first: the same pictures would not
            // give the same bytes.
            options.set(
                "x264-params",
                "sps-id=\(parameterSet):mbtree=0:scenecut=0:open-gop=0:ref=1:sliced-threads=0"
                    + ":sync-lookahead=0")
        case .h265(let level):
            var parameters =
                "log-level=none:info=0:repeat-headers=0:open-gop=0:wpp=0:frame-threads=1:"
                + "pools=none:aud=0:hrd=0:scenecut=0"
            if let level { parameters += ":level-idc=\(Self.levelName(level))" }
            options.set("x265-params", parameters)
        }
        return options
    }

    /// `40` as `4.0`; x264 calls 1b 9.
    private static func levelName(_ level: Int) -> String {
        level == 9 ? "1b" : "\(level / 10).\(level % 10)"
    }
}
