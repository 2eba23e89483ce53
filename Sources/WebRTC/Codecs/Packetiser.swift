import Primitives

/// Cuts the frames of one medium into RTP payloads.
///
/// What it needs is kept from frame to frame: in the steady state nothing is allocated.
package struct Packetiser: Sendable {
    /// A payload must hold the headers of any format and something after them.
    package static let payloadLimits = 32...65_000
    /// NAL units or OBUs of one frame; the largest level of H.265 allows 600 slices.
    package static let maximumUnitCount = 4_096
    package static let maximumFrameSize = 64 << 20

    package let codec: Codec
    let framing: NALFraming
    let repeatsParameterSets: Bool
    var scratch: [UInt8] = []
    var units: [PlacedUnit] = []
    /// Kept from the frames so far, for keyframes that come without.
    var parameterSets: ParameterSets
    /// Of the next frame of VP8 or VP9, fifteen bits.
    package private(set) var pictureID: UInt16

    /// - Parameters:
    ///   - framing: how frames of H.264 and H.265 arrive; others ignore it.
    ///   - repeatsParameterSets: put the latest parameter sets before each keyframe without them.
    ///   - pictureID: of the first frame of VP8 or VP9; RFC 7741 wants it random.
    package init(
        _ codec: Codec, framing: NALFraming, repeatsParameterSets: Bool, pictureID: UInt16
    ) {
        self.codec = codec
        self.framing = framing
        self.repeatsParameterSets = repeatsParameterSets
        self.parameterSets = ParameterSets(codec.nalSyntax ?? .h264)
        self.pictureID = pictureID & 0x7FFF
    }

    /// Adds a parameter set that the frames do not carry, as from an `avcC`.
    package mutating func adopt(parameterSet unit: Span<UInt8>) {
        guard codec.nalSyntax != nil else { return }
        parameterSets.keep(unit)
    }

    /// Cuts one frame; `isLast` goes with the payload that ends it, whose packet has the marker.
    ///
    /// A frame that holds nothing but what is dropped gives no payload. After an error nothing has
    /// been emitted.
    package mutating func packetise(
        _ frame: Span<UInt8>, maximumPayload: Int,
        emit: (_ payload: Span<UInt8>, _ isLast: Bool) -> Void
    ) throws(PacketiserProblem) {
        guard Self.payloadLimits.contains(maximumPayload) else {
            throw .payloadLimitOutOfRange(maximumPayload)
        }
        guard !frame.isEmpty else { throw .emptyFrame }
        guard frame.count <= Self.maximumFrameSize else { throw .frameTooLong(frame.count) }
        switch codec {
        case .h264, .h265:
            try packetiseNAL(frame, limit: maximumPayload, emit: emit)
        case .vp8:
            packetiseVP8(frame, limit: maximumPayload, emit: emit)
            pictureID = (pictureID + 1) & 0x7FFF
        case .vp9:
            packetiseVP9(frame, limit: maximumPayload, emit: emit)
            pictureID = (pictureID + 1) & 0x7FFF
        case .av1:
            try packetiseAV1(frame, limit: maximumPayload, emit: emit)
        case .opus, .pcmu, .pcma:
            guard frame.count <= maximumPayload else { throw .frameTooLong(frame.count) }
            emit(frame, true)
        }
    }

    /// The size of pieces when `count` bytes are cut as evenly as `limit` allows: many packets of
    /// one size go out in one call (GSO), a tiny rest would not.
    static func pieceSize(_ count: Int, limit: Int) -> Int {
        let pieces = (count + limit - 1) / limit
        return (count + pieces - 1) / pieces
    }
}

/// Why a frame can't be cut into payloads.
package enum PacketiserProblem: Error, Equatable {
    case payloadLimitOutOfRange(Int)
    case emptyFrame
    case frameTooLong(Int)
    case tooManyUnits
    /// H.264 or H.265 that isn't framed as promised.
    case notUnits(NALProblem)
    /// An OBU at this place of the frame has no size, or one that overruns it.
    case malformedUnit(at: Int)
}

/// Where a unit of a frame lies.
struct PlacedUnit: Sendable {
    /// In the frame, or in a kept parameter set.
    let range: Range<Int>
    let parameterSet: Int?
    /// Of a NAL unit.
    let role: NALRole

    var count: Int { range.count }
}
