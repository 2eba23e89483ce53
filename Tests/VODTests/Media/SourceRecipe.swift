import TestSupport

/// How a movie of numbered pictures and a numbered sound is made by ffmpeg.
struct SourceRecipe: Sendable, CustomStringConvertible {
    enum Rate: Sendable {
        case frames(Int, per: Int)
        /// Every frame lasts another time; in 90,000ths of a second.
        case varying
    }

    enum Sound: Sendable, Equatable {
        case none
        case aac(Int)
        case opus
        case mp3
        case pcm
    }

    /// What happens to the movie after it was encoded.
    enum Finish: Sendable {
        case plain
        case turned(degrees: Int)
        /// Cut by ffmpeg without encoding, from that frame on: its edit list begins within a GOP.
        case copied(from: Int)
    }

    let name: String
    var video: [String]? = Self.x264("high", gop: 60, bFrames: 3)
    var pixels = "yuv420p"
    var rate = Rate.frames(30, per: 1)
    var frames = 150
    var size = (width: 160, height: 90)
    var sound = Sound.aac(48_000)
    /// The end of the file's name, and what its muxer is told.
    var container = "mp4"
    var muxing: [String] = []
    var finish = Finish.plain

    var description: String { name }

    static func x264(
        _ profile: String, gop: Int, bFrames: Int, _ more: String = ""
    ) -> [String] {
        let rest = more.isEmpty ? "" : ":\(more)"
        return [
            "-c:v", "libx264", "-preset", "veryfast", "-profile:v", profile, "-crf", "20",
            "-x264-params",
            "keyint=\(gop):min-keyint=\(min(gop, 25)):bframes=\(bFrames):threads=1"
                + ":b-pyramid=\(bFrames > 2 ? "normal" : "none"):scenecut=0\(rest)",
        ]
    }

    static func x265(gop: Int, bFrames: Int, _ more: String = "") -> [String] {
        let rest = more.isEmpty ? "" : ":\(more)"
        return [
            "-c:v", "libx265", "-preset", "ultrafast", "-crf", "22", "-tag:v", "hvc1",
            "-x265-params",
            "log-level=error:keyint=\(gop):min-keyint=1:bframes=\(bFrames):scenecut=0"
                + ":pools=none:frame-threads=1:open-gop=0\(rest)",
        ]
    }

    /// When the picture of that number is shown, in seconds, had nothing been cut.
    func time(of number: Int) -> Double {
        switch rate {
        case .frames(let count, let seconds): Double(number * seconds) / Double(count)
        case .varying: Double(Self.ticks(number)) / 90_000
        }
    }

    private static func ticks(_ number: Int) -> Int { number * 3300 + number * 37 % 101 * 20 }

    private var rateWords: String {
        switch rate {
        case .frames(let count, let seconds): "\(count)/\(seconds)"
        case .varying: "30"
        }
    }

    private var soundWords: [String] {
        switch sound {
        case .none: ["-an"]
        // Its noise substitution would put other noise in the place of ours.
        case .aac(let rate): ["-c:a", "aac", "-b:a", "128k", "-aac_pns", "0", "-ar", "\(rate)"]
        case .opus: ["-c:a", "libopus", "-b:a", "256k"]
        case .mp3: ["-c:a", "libmp3lame", "-b:a", "160k"]
        case .pcm: ["-c:a", "pcm_s16le"]
        }
    }

    private var pictureWords: [String] {
        let view = NumberedPicture.View.whole
        let fields = (
            width: Int(view.width * Double(size.width)),
            height: Int(view.height * Double(size.height))
        )
        let times =
            switch rate {
            case .frames: ""
            case .varying: ",settb=1/90000,setpts=N*3300+mod(N*37\\,101)*20"
            }
        return [
            "-filter_complex",
            "[0:v]scale=\(fields.width):\(fields.height):flags=neighbor[code];"
                + "[1:v][code]overlay=\(Int(view.left * Double(size.width))):"
                + "\(Int(view.top * Double(size.height))):shortest=1,format=\(pixels)\(times)[v]",
            "-map", "[v]",
        ]
    }

    /// Makes the movie in a folder and gives its path.
    func make(in folder: ScratchFolder) throws -> String {
        let final = folder.path("\(name).\(container)")
        let raw = folder.path("\(name)-raw.\(container)")
        let seconds = time(of: frames)
        var words: [String] = []
        if video != nil {
            let fields = folder.write(
                (0..<frames).flatMap(NumberedPicture.fields), to: "\(name).gray")
            words += [
                "-f", "rawvideo", "-pixel_format", "gray", "-video_size",
                "\(NumberedPicture.columns)x\(NumberedPicture.rows)", "-framerate", rateWords,
                "-i", fields, "-f", "lavfi", "-i",
                "testsrc2=size=\(size.width)x\(size.height):rate=\(rateWords)",
            ]
        }
        if sound != .none {
            let values = NumberedSound.values(count: Int(seconds * 48_000))
            let noise = folder.write(NumberedSound.bytes(values), to: "\(name).pcm")
            words += ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", noise]
        }
        if let video {
            words += pictureWords + ["-fps_mode", "passthrough"]
            if case .varying = rate {
                words += ["-enc_time_base", "1:90000", "-video_track_timescale", "90000"]
            }
            words += video + ["-threads:v", "1"]
        }
        words += sound == .none ? [] : ["-map", video == nil ? "0:a" : "2:a"]
        words += soundWords + ["-bitexact"]
        guard case .plain = finish else {
            try MediaPrograms.make(words + [raw])
            try MediaPrograms.make(finishing(raw) + muxing + [final])
            return final
        }
        try MediaPrograms.make(words + muxing + [final])
        return final
    }

    private func finishing(_ raw: String) -> [String] {
        switch finish {
        case .plain: ["-i", raw, "-c", "copy"]
        case .turned(let degrees):
            ["-i", raw, "-c", "copy", "-metadata:s:v:0", "rotate=\(degrees)"]
        case .copied(let frame):
            // Rounded to the microsecond, the edit begins with the frame.
            ["-ss", "\(time(of: frame))", "-i", raw, "-c", "copy"]
        }
    }
}
