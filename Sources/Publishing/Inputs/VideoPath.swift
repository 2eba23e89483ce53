import Media
import Primitives
import WebRTC

/// What becomes of the frames of pictures: passed on, or decoded and encoded, for each rendition
/// that somebody wants. It belongs to the feed's thread.
final class VideoPath {
    private let renditions: [VideoRendition]
    /// By choice: where the rendition is the input's own, unless this input cannot be passed on.
    private var copied: [CopiedPictures?]
    private var isCopied: [Bool]
    private let encoded: [[EncodedLayer]]
    private var wanted: Set<RenditionName> = []
    private let picture = Picture()
    private var decoder: VideoDecoder?
    private var makeDecoder: (() throws(MediaError) -> VideoDecoder)?
    private var awaitsKeyframe = true
    private var base = TimeBase.video
    /// What lies between the input's time and that of the push.
    private var shift: Int64 = 0
    private var start: Int64 = 0

    /// When the start of the push is on the air, as far as that is known: by it pictures are
    /// stamped.
    var onAir: Instant?

    /// With `stampsBy` the time of that clock is burned into what is encoded.
    init(_ renditions: [VideoRendition], stampsBy wallClock: WallClockAnchor?) {
        self.renditions = renditions
        copied = renditions.map { $0.making.isCopy ? CopiedPictures($0.choice) : nil }
        isCopied = renditions.map(\.making.isCopy)
        encoded = renditions.enumerated().map { choice, rendition in
            rendition.aims.enumerated().map { layer, aim in
                EncodedLayer(
                    RenditionName(kind: .video, choice: choice, layer: layer), aim,
                    stamp: wallClock.flatMap { LayerStamp(aim.size, $0) })
            }
        }
    }

    /// Whether what goes out first is the input's own.
    var copies: Bool { isCopied.first ?? false }

    /// Another input; tells why what was passed on before cannot be now.
    func begin(
        _ track: TrackDescription, of reader: InputReader
    ) throws(MediaError) -> [EncodingReason]? {
        guard case .picture(let description) = track.content else { return nil }
        base = track.timeBase
        decoder = nil
        awaitsKeyframe = true
        let threads = description.size.width * description.size.height > 1280 * 720 ? 2 : 1
        makeDecoder = { () throws(MediaError) -> VideoDecoder in
            try VideoDecoder(track: track.index, of: reader, threads: threads)
        }
        for layers in encoded {
            for layer in layers { layer.begin(rotation: description.rotation) }
        }
        var reasons: [EncodingReason]?
        for choice in renditions.indices where renditions[choice].making.isCopy {
            let hindrances = renditions[choice].choice.hindrances(track)
            let wasCopied = isCopied[choice]
            isCopied[choice] = hindrances.isEmpty
            if hindrances.isEmpty {
                copied[choice]?.begin(track)
            } else if wasCopied {
                reasons = hindrances
            }
        }
        return reasons
    }

    /// B-frames have shown up that nothing had told of; true where that changes something.
    func encodesFromNowOn() -> Bool {
        let places = renditions.indices.filter {
            isCopied[$0] && !renditions[$0].choice.hasReorderedFrames
        }
        for choice in places { isCopied[choice] = false }
        return !places.isEmpty
    }

    func want(_ names: Set<RenditionName>) {
        wanted = names.filter { $0.kind == .video }
        for layers in encoded {
            for layer in layers where !wanted.contains(layer.name) { layer.rest() }
        }
    }

    func makeKeyframe(_ name: RenditionName) { layer(name)?.makeKeyframe() }

    func setRate(_ name: RenditionName, bitsPerSecond: Int) {
        layer(name)?.setRate(bitsPerSecond)
    }

    private func layer(_ name: RenditionName) -> EncodedLayer? {
        guard encoded.indices.contains(name.choice),
            encoded[name.choice].indices.contains(name.layer)
        else { return nil }
        return encoded[name.choice][name.layer]
    }

    /// `start` is where the input begins: what is shown before it is only decoded.
    func take(
        _ frame: CodedFrame, _ place: FrameClock.Place, start: Int64,
        into frames: inout [FeedFrame]
    ) throws(MediaError) {
        if place.isAfterJump { try finish(into: &frames) }
        self.start = start
        if let presentation = frame.presentation ?? frame.decoding {
            shift = place.presentation - base.duration(presentation).wholeNanoseconds
        }
        for choice in renditions.indices where isCopied[choice] {
            let name = RenditionName(kind: .video, choice: choice, layer: 0)
            guard wanted.contains(name) else { continue }
            if let copy = copied[choice]?.frame(frame, place, name) { frames.append(copy) }
        }
        guard encodes else {
            // Decoding begins anew with a keyframe when somebody wants it.
            decoder = nil
            awaitsKeyframe = true
            return
        }
        if awaitsKeyframe, !frame.isKeyframe { return }
        awaitsKeyframe = false
        if decoder == nil { decoder = try makeDecoder?() }
        try decoder?.send(frame)
        try drain(into: &frames)
    }

    /// Brings out the pictures that the decoder holds back.
    func finish(into frames: inout [FeedFrame]) throws(MediaError) {
        guard let decoder else { return }
        try decoder.send(nil)
        try drain(into: &frames)
        decoder.reset()
    }

    private var encodes: Bool {
        wanted.contains { isEncoded($0) }
    }

    private func isEncoded(_ name: RenditionName) -> Bool {
        isCopied.indices.contains(name.choice) && !isCopied[name.choice]
    }

    private func drain(into frames: inout [FeedFrame]) throws(MediaError) {
        while try decoder?.receive(into: picture) == true {
            guard let ticks = picture.presentation else { continue }
            let time = base.duration(ticks).wholeNanoseconds + shift
            guard time >= start else { continue }
            let captured = onAir.map { $0 + .nanoseconds(time) }
            for choice in encoded.indices where !isCopied[choice] {
                for layer in encoded[choice] where wanted.contains(layer.name) {
                    try layer.take(picture, at: time, captured: captured, into: &frames)
                }
            }
        }
    }
}
