import Media
import Primitives
import WebRTC

/// Why a picture cannot be passed on as it is.
struct PictureHindrances {
    let forWebRTC: [EncodingReason]
    let forRTMP: [EncodingReason]

    /// Beyond these no browser shows H.264: more bits, more colour, slices in no order.
    private static let profilesH264: Set = [
        "Baseline", "Constrained Baseline", "Main", "High", "Constrained High",
    ]
    private static let profilesOthers: Set = ["Main", "Profile 0"]

    init(_ picture: TrackDescription) {
        guard case .picture(let track) = picture.content else {
            forWebRTC = []
            forRTMP = []
            return
        }
        guard !picture.isRaw else {
            forWebRTC = [.raw]
            forRTMP = [.raw]
            return
        }
        var common: [EncodingReason] = []
        if track.rotation != 0 { common.append(.rotated(degrees: track.rotation)) }
        guard case .webRTC(let codec) = picture.codec else {
            forWebRTC = common + [.codecNotTaken(picture.codec.name)]
            forRTMP = common + [.codecNotTaken(picture.codec.name)]
            return
        }
        if let profile = picture.profile, !Self.isTaken(profile, codec) {
            common.append(.profileNotTaken(profile))
        }
        forWebRTC = common + (track.hasReorderedFrames ? [.reorderedFrames] : [])
        forRTMP = common + (codec == .h264 ? [] : [.codecNotTaken(picture.codec.name)])
    }

    private static func isTaken(_ profile: String, _ codec: Codec) -> Bool {
        switch codec {
        case .h264: profilesH264.contains(profile)
        case .h265, .av1, .vp9: profilesOthers.contains(profile)
        default: true
        }
    }
}

extension TrackDescription {
    /// Never encoded: what devices give.
    var isRaw: Bool {
        guard case .other(let name) = codec else { return false }
        return name == "rawvideo" || name.hasPrefix("pcm_") || name == "wrapped_avframe"
    }
}

extension VideoChoice {
    /// The track as it is; nil where WebRTC has no name for its codec.
    init?(copying track: TrackDescription) {
        guard case .picture(let picture) = track.content, case .webRTC(let codec) = track.codec
        else { return nil }
        let framing = track.framing
        self.init(
            codec: codec, format: Self.format(codec, track, framing), framing: framing,
            configuration: track.configuration, size: picture.size,
            framesPerSecond: picture.rate?.framesPerSecond ?? 0,
            hasReorderedFrames: picture.hasReorderedFrames)
    }

    private static func format(
        _ codec: Codec, _ track: TrackDescription, _ framing: NALFraming
    ) -> CodecFormat {
        switch codec {
        case .h265: return .h265
        case .vp8: return .vp8
        case .vp9:
            return .vp9(profile: track.profile?.last?.wholeNumberValue ?? 0)
        case .av1: return .av1
        default: break
        }
        guard let told = H264Told(track.configuration) else { return .h264(.constrainedBaseline) }
        return .h264(
            H264ProfileLevel(
                profileIDC: told.profile, constraints: told.constraints, levelIDC: told.level))
    }
}

/// Profile and level, from an `avcC` or from parameter sets with start codes.
private struct H264Told {
    let profile: UInt8
    let constraints: UInt8
    let level: UInt8

    init?(_ configuration: [UInt8]) {
        if let told = AVCConfiguration(parsing: configuration.span) {
            (profile, constraints, level) = (told.profile, told.constraints, told.level)
            return
        }
        var walk = NALWalk(.annexB)
        while let unit = try? walk.next(in: configuration.span) {
            guard unit.count > 4, configuration[unit.lowerBound] & 0x1F == 7 else { continue }
            profile = configuration[unit.lowerBound + 1]
            constraints = configuration[unit.lowerBound + 2]
            level = configuration[unit.lowerBound + 3]
            return
        }
        return nil
    }
}

extension TrackDescription {
    /// How its NAL units stand in a frame; Annex B for all that has none.
    var framing: NALFraming {
        switch codec {
        case .webRTC(.h264):
            AVCConfiguration(parsing: configuration.span).map { .lengthPrefixed($0.lengthSize) }
                ?? .annexB
        case .webRTC(.h265):
            HEVCConfiguration(parsing: configuration.span).map { .lengthPrefixed($0.lengthSize) }
                ?? .annexB
        default: .annexB
        }
    }
}

extension VideoChoice {
    /// Why another input's track cannot go on where this one's copy left off.
    func hindrances(_ track: TrackDescription) -> [EncodingReason] {
        guard track.codec == .webRTC(codec) else { return [.codecNotTaken(track.codec.name)] }
        let hindrances = PictureHindrances(track)
        return hasReorderedFrames ? hindrances.forRTMP : hindrances.forWebRTC
    }
}

extension AudioChoice {
    func hindrances(_ track: TrackDescription) -> [EncodingReason] {
        guard case .sound(let sound) = track.content else { return [] }
        guard track.codec == (codec == .opus ? .webRTC(.opus) : .aac) else {
            return [.codecNotTaken(track.codec.name)]
        }
        if sound.channels > 2 { return [.tooManyChannels(sound.channels)] }
        // The other side was told of one configuration, and AAC has none in its frames.
        if codec == .aac, track.configuration != configuration { return [.configurationMissing] }
        return []
    }
}
