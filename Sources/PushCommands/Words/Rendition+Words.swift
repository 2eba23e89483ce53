import CommandLineKit
import Media
import Publishing
import WebRTC
import SessionCommands

extension TrackSummary {
    /// `h264 High with B-frames, 1280x720, 30 fps`
    var words: String {
        var name = codec == "rawvideo" || codec.hasPrefix("pcm_") ? "uncompressed" : codec
        if let profile { name += " \(profile)" }
        if hasReorderedFrames { name += " with B-frames" }
        var parts = [name]
        if let size { parts.append("\(size.width)x\(size.height)") }
        if let frameRate { parts.append("\(Words.rate(frameRate)) fps") }
        if let sampleRate, sampleRate > 0 { parts.append("\(sampleRate) Hz") }
        if let channels, channels > 0 {
            parts.append(channels == 1 ? "mono" : channels == 2 ? "stereo" : "\(channels) channels")
        }
        return parts.joined(separator: ", ")
    }
}

extension Words {
    static func rate(_ rate: FrameRate) -> String {
        if rate.denominator == 1 { return String(rate.numerator) }
        let hundredths = Int((rate.framesPerSecond * 100).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        return rest == 0 ? "\(whole)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension EncodingReason {
    /// Why, as the end of a sentence.
    func words(isWebRTC: Bool) -> String {
        let who = isWebRTC ? "WebRTC" : "RTMP"
        return switch self {
        case .codecNotTaken(let codec): "\(who) takes no \(codec)"
        case .profileNotTaken(let profile): "browsers do not show the profile \(profile)"
        case .reorderedFrames: "\(who) takes no B-frames"
        case .rotated(let degrees): "it is turned by \(degrees)°, and \(who) cannot say so"
        case .raw: "it is not encoded yet"
        case .tooManyChannels(let count): "\(who) takes at most stereo, not \(count) channels"
        case .configurationMissing: "the container lacks what a decoder must know beforehand"
        case .codecAsked: "--video-codec asks for another codec"
        case .bitRateAsked: "a bit rate is asked for"
        case .sizeAsked: "another size is asked for"
        case .frameRateAsked: "--fps asks for another rate"
        case .keyframesAsked: "--gop asks for keyframes"
        case .profileAsked: "--profile asks for it"
        case .layersAsked: "--layer asks for several sizes"
        case .encodingAsked: "--encode asks for it"
        case .stampAsked: "--stamp draws the time on it"
        }
    }

    /// Whether `--copy` would stand in the way of something that nobody asked for.
    var isByNeed: Bool {
        switch self {
        case .codecNotTaken, .profileNotTaken, .reorderedFrames, .rotated, .tooManyChannels,
            .configurationMissing:
            true
        case .raw, .codecAsked, .bitRateAsked, .sizeAsked, .frameRateAsked, .keyframesAsked,
            .profileAsked, .layersAsked, .encodingAsked, .stampAsked:
            false
        }
    }
}

extension RenditionPlan {
    /// One line each for picture and sound; one for each kind of destination where they differ.
    func lines(_ needs: DestinationNeeds) -> [String] {
        let kinds = (needs.webRTC ? [true] : []) + (needs.rtmp ? [false] : [])
        var lines: [String] = []
        for kind in [MediaKind.video, .audio] {
            let words = kinds.map { kind == .video ? video(webRTC: $0) : audio(webRTC: $0) }
            if words.count == 2, words[0] == words[1] || words[1] == nil {
                lines += words[0].map { ["\(kind.word): \($0)"] } ?? []
            } else {
                for (isWebRTC, text) in zip(kinds, words) {
                    guard let text else { continue }
                    let to = kinds.count < 2 ? "" : isWebRTC ? " to WHIP" : " to RTMP"
                    lines.append("\(kind.word)\(to): \(text)")
                }
            }
        }
        return lines
    }

    private func video(webRTC isWebRTC: Bool) -> String? {
        guard let picture, let rendition = firstVideo(webRTC: isWebRTC) else { return nil }
        let source = TrackSummary(picture).words
        switch rendition.making {
        case .copy: return "\(source): passed on as it is"
        case .encode(let reasons):
            let aims = isWebRTC ? rendition.aims : Array(rendition.aims.prefix(1))
            let layers = aims.map { aim in
                "\(aim.size.width)x\(aim.size.height) \(Words.bitRate(Double(aim.bitsPerSecond)))"
            }
            let codec = TrackCodec.webRTC(rendition.choice.codec).name
            return "\(source): \(Self.verb(reasons)) \(codec), \(layers.joined(separator: " + "))"
                + Self.why(reasons, isWebRTC)
        }
    }

    private func audio(webRTC isWebRTC: Bool) -> String? {
        guard let sound, let rendition = firstAudio(webRTC: isWebRTC) else { return nil }
        let source = TrackSummary(sound).words
        switch rendition.making {
        case .copy: return "\(source): passed on as it is"
        case .encode(let reasons):
            let codec = rendition.choice.codec == .opus ? "opus" : "aac"
            return "\(source): \(Self.verb(reasons)) \(codec), "
                + Words.bitRate(Double(rendition.bitsPerSecond)) + Self.why(reasons, isWebRTC)
        }
    }

    private static func verb(_ reasons: [EncodingReason]) -> String {
        reasons.contains(.raw) ? "encoding to" : "transcoding to"
    }

    private static func why(_ reasons: [EncodingReason], _ isWebRTC: Bool) -> String {
        guard !reasons.isEmpty, !reasons.contains(.raw) else { return "" }
        let words = Words.list(reasons.map { $0.words(isWebRTC: isWebRTC) })
        let copy = reasons.contains(where: \.isByNeed) ? "; --copy refuses this" : ""
        return " (\(words)\(copy))"
    }
}

extension MediaKind {
    var word: String {
        switch self {
        case .video: "video"
        case .audio: "audio"
        }
    }
}

extension Failure {
    init(_ problem: RenditionProblem) {
        switch problem {
        case .copyRefused(let kind, let track, let reasons):
            let isWebRTC = !reasons.contains(.configurationMissing)
            let words = Words.list(reasons.map { $0.words(isWebRTC: isWebRTC) })
            let without = kind == .video ? "--no-video" : "--no-audio"
            self.init(
                .dataError, "rendition.copy-refused",
                "\(kind.word): \(track.words): --copy refuses to transcode it: \(words)",
                hint: reasons.contains(.reorderedFrames)
                    ? "leave out --copy, or encode the file once without B-frames: "
                        + "ffmpeg -i IN -c:v libx264 -bf 0 -c:a libopus OUT.mp4"
                    : "leave out --copy, or send the rest with \(without)")
        case .nothingToSend(let hasVideo, let hasAudio):
            let has = hasVideo ? "only a picture" : hasAudio ? "only sound" : "neither"
            self.init(
                .dataError, "rendition.nothing-to-send",
                "the input has \(has), and that is not to be sent",
                hint: "leave out --no-video and --no-audio")
        case .layersNeedWebRTC:
            self.init(
                .usage, "rendition.layers-need-webrtc",
                "--layer: RTMP takes one picture only",
                hint: "give a WHIP endpoint, or one --size and --bitrate")
        case .stampNotCarried(let codec):
            self.init(
                .usage, "rendition.stamp-not-carried",
                "--stamp=sei: \(codec) has no place for a stamp beside a picture",
                hint: "--video-codec h264 has; --stamp burns the time in; the time of capture is "
                    + "always sent as abs-capture-time")
        case .stampTooLarge(let size):
            self.init(
                .usage, "rendition.stamp-too-large",
                "--stamp: no stamp fits into a picture of \(size.width)x\(size.height)",
                hint: "--stamp=sei needs no room, --size and --layer give more")
        }
    }
}
