import Primitives

/// Puts the frames of one medium together from RTP payloads in the order of their sequence.
///
/// A frame of which anything may be missing is discarded and counted, never emitted. Frames that
/// follow such a loss are emitted as damaged until a keyframe arrives.
package struct Depacketiser: Sendable {
    /// Bytes of one frame: a keyframe of 4K at a high quality stays below.
    package static let maximumFrameSize = 4 << 20

    package let codec: Codec
    package internal(set) var counts = DepacketiserCounts()
    /// Whether the decoder can go on only from a keyframe: at the start, and after a loss.
    package private(set) var needsKeyframe: Bool

    var buffer: FrameBuffer
    var progress: FrameProgress?
    /// H.264 and H.265: the latest sets, for keyframes that come without.
    var parameterSets: ParameterSets
    /// Whether parameter sets came in the payloads, not only another way.
    var hasSetsInBand = false
    /// AV1: the unit that has begun and not ended, whose size isn't known yet.
    var openUnit: [UInt8] = []
    /// Nothing is known of what came before the first payload.
    private var isGapPending = true

    /// - Parameters:
    ///   - framing: how frames of H.264 and H.265 are wanted; others ignore it.
    ///   - maximumFrameSize: bytes; a frame that would be longer is discarded.
    package init(_ codec: Codec, framing: NALFraming, maximumFrameSize: Int) {
        self.codec = codec
        needsKeyframe = codec.isPredictive
        buffer = FrameBuffer(limit: maximumFrameSize, framing: framing)
        parameterSets = ParameterSets(codec.nalSyntax ?? .h264)
    }

    /// Adds a parameter set that came another way, as in `sprop-parameter-sets`.
    package mutating func adopt(parameterSet unit: Span<UInt8>) {
        guard codec.nalSyntax != nil else { return }
        parameterSets.keep(unit)
    }

    /// Takes the payload of the next packet.
    ///
    /// - Parameter isAfterGap: packets before this one never arrived.
    package mutating func receive(
        payload: Span<UInt8>, marker: Bool, timestamp: UInt32, isAfterGap: Bool,
        emit: (FrameDescription, Span<UInt8>) -> Void
    ) {
        // Padding alone, sent as a probe: it holds nothing, and belongs to no frame.
        guard !payload.isEmpty else {
            isGapPending = isGapPending || isAfterGap
            return
        }
        let hasGap = isAfterGap || isGapPending
        isGapPending = false
        guard codec.isPredictive else {
            receiveAudio(payload, timestamp, hasGap, emit: emit)
            return
        }
        if hasGap {
            progress?.isBroken = true
            needsKeyframe = true
        }
        if let progress, progress.timestamp != timestamp { finish(emit: emit) }
        if progress == nil {
            buffer.removeAll()
            openUnit.removeAll(keepingCapacity: true)
            var begun = FrameProgress(timestamp: timestamp, isAfterGap: hasGap)
            // After a gap a payload in the middle of a frame looks like any other.
            begun.isBroken =
                hasGap && !PayloadInspection.isFrameStart(codec, payload: payload)
                && !isOutOfBandStart(payload)
            progress = begun
        }
        if progress?.isBroken == false, !take(payload) {
            progress?.isBroken = true
            counts.payloadsDiscarded &+= 1
        }
        if marker { finish(emit: emit) }
    }

    /// Ends the frame in progress: by its marker, or because the next packet is of another one.
    private mutating func finish(emit: (FrameDescription, Span<UInt8>) -> Void) {
        guard let progress else { return }
        self.progress = nil
        guard !progress.isBroken, !progress.isLayerOpen, buffer.openUnit == nil, openUnit.isEmpty
        else {
            counts.framesDiscarded &+= 1
            needsKeyframe = true
            return
        }
        // Parameter sets alone are kept, and go with the next keyframe.
        guard progress.hasPicture else { return }
        let isKeyframe = progress.isKeyframe
        if isKeyframe, isDecodable { needsKeyframe = false }
        counts.framesEmitted &+= 1
        let description = FrameDescription(
            timestamp: progress.timestamp, isKeyframe: isKeyframe, isDamaged: needsKeyframe,
            isAfterGap: progress.isAfterGap)
        emit(description, buffer.bytes.span)
    }

    /// Whether a keyframe came with all that it needs.
    private var isDecodable: Bool {
        codec.nalSyntax == nil || parameterSets.isComplete
    }

    private mutating func take(_ payload: Span<UInt8>) -> Bool {
        switch codec {
        case .h264: takeH264(payload)
        case .h265: takeH265(payload)
        case .vp8: takeVP8(payload)
        case .vp9: takeVP9(payload)
        case .av1: takeAV1(payload)
        case .opus, .pcmu, .pcma: false
        }
    }

    private mutating func receiveAudio(
        _ payload: Span<UInt8>, _ timestamp: UInt32, _ hasGap: Bool,
        emit: (FrameDescription, Span<UInt8>) -> Void
    ) {
        guard payload.count <= buffer.limit else {
            counts.payloadsDiscarded &+= 1
            counts.framesDiscarded &+= 1
            return
        }
        counts.framesEmitted &+= 1
        let description = FrameDescription(
            timestamp: timestamp, isKeyframe: true, isDamaged: false, isAfterGap: hasGap)
        emit(description, payload)
    }
}

/// What is known of the frame being put together.
struct FrameProgress: Sendable {
    let timestamp: UInt32
    let isAfterGap: Bool
    /// Something of it is missing or malformed: the rest is passed over.
    var isBroken = false
    /// There is a picture, not parameter sets alone.
    var hasPicture = false
    var hasKeyPicture = false
    /// Parameters came with it: with intra slices alone it is a recovery point.
    var hasVideoSet = false
    var hasSequence = false
    var hasPictureSet = false
    var hasPredictedSlice = false
    /// VP9: a layer's frame has begun and not ended.
    var isLayerOpen = false

    init(timestamp: UInt32, isAfterGap: Bool) {
        self.timestamp = timestamp
        self.isAfterGap = isAfterGap
    }

    var isKeyframe: Bool { hasKeyPicture || hasSequence && !hasPredictedSlice }
}
