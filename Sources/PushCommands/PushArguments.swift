import CommandLineKit
import Media
import Publishing
import SessionCommands
import Signaling

/// The options and operands of whip-push.
enum PushArguments {
    static let input = Argument.operand(
        "INPUT", .input, "a file, a list (.m3u), a URL, a device, 'test:' or '-'")
    static let targets = Argument.operands(
        "URL", .target, "where to send: WHIP endpoints (http, https) and RTMP servers (rtmp, rtmps)"
    )

    // MARK: - Input

    static let then = Argument.repeated(
        "then", .input, "play this input after the one before, without a gap")
    static let loop = Argument.flag("loop", "begin anew at the end, without a gap")
    static let start = Argument.option(
        "start", .duration, "begin here in the first input; a copy begins at the keyframe before",
        default: "0s")
    static let duration = Argument.option("duration", .duration, "end after this time")
    static let video = Argument.negatable("video", "send the picture", default: true)
    static let audio = Argument.negatable("audio", "send the sound", default: true)
    static let live = Argument.flag(
        "live", "send the input as it comes, not by its timestamps; devices and live URLs always")
    static let inputTimeout = Argument.option(
        "input-timeout", .duration, "the longest that an input may keep silent", default: "30s")

    // MARK: - Encoding

    static let copy = Argument.flag(
        "copy", "refuse to encode anything anew: what cannot be passed on as it is fails")
    static let encode = Argument.flag("encode", "encode anew even what could be passed on")
    static let videoCodec = Argument.option(
        "video-codec", .choice(of: VideoCodecName.self, "CODEC"), "the codec of the picture")
    static let bitRate = Argument.option("bitrate", .bitRate, "bits per second of the picture")
    static let size = Argument.option("size", .size, "scale the picture to this size")
    static let frameRate = Argument.option("fps", .frameRate, "pictures per second")
    static let gop = Argument.option(
        "gop", .duration, "the time from one keyframe to the next, if nobody asks for one sooner")
    static let profile = Argument.option(
        "profile", .choice(of: VideoEncoding.H264Profile.self, "PROFILE"), "the profile of H.264")
    static let layers = Argument.repeated(
        "layer", .layer,
        "send the picture in this size; said again, in each of them, as layers (simulcast)")
    static let audioBitRate = Argument.option(
        "audio-bitrate", .bitRate, "bits per second of the sound")

    static let stamp = Argument.option(
        "stamp", .choice(of: StampPlace.self, "WHERE"), implied: "picture",
        "say in each picture when it was captured, for whep-probe: burned in, or as SEI, which "
            + "leaves the coded picture as it is")

    // MARK: - Sending

    static let fallback = Argument.option(
        "fallback", .target, "send here while the first URL cannot be reached, and back again")
    static let reconnect = Argument.negatable(
        "reconnect", "try lost destinations again", default: true)
    static let session = SessionArguments(.whip)

    // MARK: - Output

    static let stats = Argument.option(
        "stats", .choice(of: StatsFormat.self, "FORMAT"),
        "print what is sent each second, and a summary, as JSON Lines on standard output")

    static let rows =
        [input.row, targets.row]
        + [
            then.row, loop.row, start.row, duration.row, video.row, audio.row, live.row,
            inputTimeout.row,
        ].under("Input")
        + [
            copy.row, encode.row, videoCodec.row, bitRate.row, size.row, frameRate.row, gop.row,
            profile.row, layers.row, audioBitRate.row, stamp.row,
        ].under("Encoding")
        + ([fallback.row, reconnect.row] + session.rows).under("Sending")
        + [stats.row].under("Output")

    static let groups: [ArgumentGroup] = [
        .atMostOne(["copy", "encode"]), .atMostOne(["layer", "size"]),
        .atMostOne(["layer", "copy"]), session.group,
    ]
}
