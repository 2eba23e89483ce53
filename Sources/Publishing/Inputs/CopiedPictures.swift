import Media
import Primitives
import WebRTC

/// The frames of a track of pictures as they are, framed and timed as the first input's were.
struct CopiedPictures {
    let choice: VideoChoice
    private var times = RisingTimes()
    private var framing: NALFraming
    /// Before keyframes of inputs whose parameter sets the other side has not been told.
    private var parameterSets: [UInt8] = []
    /// Frames that build on another input's keyframe show nonsense.
    private var awaitsKeyframe = true

    init(_ choice: VideoChoice) {
        self.choice = choice
        framing = choice.framing
    }

    /// Goes on with another input's track, which has the same codec.
    mutating func begin(_ track: TrackDescription) {
        framing = track.framing
        awaitsKeyframe = true
        parameterSets = []
        guard track.configuration != choice.configuration else { return }
        for unit in track.parameterSets { _ = choice.framing.append(unit.span, to: &parameterSets) }
    }

    /// Nil for a frame that nobody could show.
    mutating func frame(
        _ frame: CodedFrame, _ place: FrameClock.Place, _ name: RenditionName
    ) -> FeedFrame? {
        if awaitsKeyframe, !frame.isKeyframe { return nil }
        guard let bytes = bytes(of: frame) else { return nil }
        awaitsKeyframe = false
        let decoding = times.next(place.decoding)
        return FeedFrame(
            rendition: name, isKeyframe: frame.isKeyframe, decoding: decoding,
            presentation: max(place.presentation, decoding), duration: place.duration,
            captured: nil,
            bytes: bytes)
    }

    private func bytes(of frame: CodedFrame) -> [UInt8]? {
        var bytes: [UInt8] = []
        let sets = frame.isKeyframe ? parameterSets.count : 0
        bytes.reserveCapacity(frame.count + sets + 64)
        if sets > 0 { bytes += parameterSets }
        guard framing != choice.framing, choice.codec.hasUnits else {
            bytes.append(frame.bytes)
            return bytes
        }
        do throws(NALProblem) {
            try framing.convert(frame.bytes, to: choice.framing, into: &bytes)
            return bytes
        } catch {
            return nil
        }
    }
}

extension Codec {
    fileprivate var hasUnits: Bool { self == .h264 || self == .h265 }
}

extension TrackDescription {
    /// Those that the container keeps apart from the frames, in the order a decoder needs them.
    fileprivate var parameterSets: [[UInt8]] {
        switch codec {
        case .webRTC(.h264):
            if let told = AVCConfiguration(parsing: configuration.span) {
                return told.sequenceParameters + told.pictureParameters
            }
        case .webRTC(.h265):
            if let told = HEVCConfiguration(parsing: configuration.span) {
                return told.parameterSets
            }
        default: return []
        }
        var units: [[UInt8]] = []
        var walk = NALWalk(.annexB)
        while let unit = try? walk.next(in: configuration.span) {
            units.append(Array(configuration[unit]))
        }
        return units
    }
}
