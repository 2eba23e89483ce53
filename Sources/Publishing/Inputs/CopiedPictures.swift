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
        parameterSets = choice.codec == .av1 ? track.sequenceHeader : []
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
        let sets = lacksParameterSets(frame) ? parameterSets.count : 0
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

extension CopiedPictures {
    /// AV1's may stand before some keyframes of a file only; twice would not harm, but is not a
    /// copy.
    private func lacksParameterSets(_ frame: CodedFrame) -> Bool {
        frame.isKeyframe
            && (choice.codec != .av1 || AV1Header.sequenceHeader(in: frame.bytes) == nil)
    }
}

extension Codec {
    fileprivate var hasUnits: Bool { self == .h264 || self == .h265 }
}

extension TrackDescription {
    /// AV1's, that `av1C` or the container's own row of units holds.
    fileprivate var sequenceHeader: [UInt8] {
        let prefix = configuration.first == Self.av1CMark ? Self.av1CLength : 0
        guard configuration.count >= prefix else { return [] }
        let units = configuration.span.extracting(prefix..<configuration.count)
        guard let range = AV1Header.sequenceHeader(in: units) else { return [] }
        return Array(
            configuration[(prefix + range.unit.lowerBound)..<(prefix + range.unit.upperBound)])
    }

    /// A marker bit and version 1, which no unit begins with; four bytes stand before the units.
    private static let av1CMark: UInt8 = 0x81
    private static let av1CLength = 4

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
