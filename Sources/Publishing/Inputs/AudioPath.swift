import Media
import Primitives
import WebRTC

/// What becomes of the frames of sound: passed on, or decoded and encoded. It belongs to the feed's
/// thread.
final class AudioPath {
    private struct Rendition {
        let name: RenditionName
        let choice: AudioChoice
        let mayCopy: Bool
        var isCopied: Bool
        var times = RisingTimes()
        var encoder: EncodedSound
    }

    private var renditions: [Rendition]
    private var wanted: Set<RenditionName> = []
    private let sound = Sound()
    private var decoder: AudioDecoder?
    private var makeDecoder: (() throws(MediaError) -> AudioDecoder)?
    private var base = TimeBase.audio
    private var shift: Int64 = 0
    private var start: Int64 = 0

    init(_ renditions: [AudioRendition]) {
        self.renditions = renditions.enumerated().map { place, rendition in
            let name = RenditionName(kind: .audio, choice: place, layer: 0)
            return Rendition(
                name: name, choice: rendition.choice, mayCopy: rendition.making.isCopy,
                isCopied: rendition.making.isCopy, encoder: EncodedSound(name, rendition))
        }
    }

    /// Another input; tells why what was passed on before cannot be now.
    func begin(
        _ track: TrackDescription, of reader: InputReader
    ) throws(MediaError) -> [EncodingReason]? {
        base = track.timeBase
        decoder = nil
        makeDecoder = { () throws(MediaError) -> AudioDecoder in
            try AudioDecoder(track: track.index, of: reader)
        }
        var reasons: [EncodingReason]?
        for place in renditions.indices where renditions[place].mayCopy {
            let hindrances = renditions[place].choice.hindrances(track)
            if renditions[place].isCopied, !hindrances.isEmpty { reasons = hindrances }
            renditions[place].isCopied = hindrances.isEmpty
        }
        return reasons
    }

    func want(_ names: Set<RenditionName>) {
        wanted = names.filter { $0.kind == .audio }
        for place in renditions.indices where !wanted.contains(renditions[place].name) {
            renditions[place].encoder.rest()
        }
    }

    func take(
        _ frame: CodedFrame, _ place: FrameClock.Place, start: Int64,
        into frames: inout [FeedFrame]
    ) throws(MediaError) {
        if place.isAfterJump { try finish(into: &frames) }
        self.start = start
        if let presentation = frame.presentation ?? frame.decoding {
            shift = place.presentation - base.duration(presentation).wholeNanoseconds
        }
        var encodes = false
        for index in renditions.indices where wanted.contains(renditions[index].name) {
            guard renditions[index].isCopied else {
                encodes = true
                continue
            }
            // What a codec needs to settle before the beginning is of no use to anybody.
            guard place.presentation + place.duration > start else { continue }
            let time = renditions[index].times.next(place.presentation)
            frames.append(
                FeedFrame(
                    rendition: renditions[index].name, isKeyframe: true, decoding: time,
                    presentation: time, duration: place.duration, captured: nil,
                    bytes: frame.copiedBytes))
        }
        guard encodes else {
            decoder = nil
            return
        }
        if decoder == nil { decoder = try makeDecoder?() }
        try decoder?.send(frame)
        try drain(into: &frames)
    }

    func finish(into frames: inout [FeedFrame]) throws(MediaError) {
        guard let decoder else { return }
        try decoder.send(nil)
        try drain(into: &frames)
        decoder.reset()
    }

    private func drain(into frames: inout [FeedFrame]) throws(MediaError) {
        while try decoder?.receive(into: sound) == true {
            guard let ticks = sound.presentation else { continue }
            let time = base.duration(ticks).wholeNanoseconds + shift
            guard time >= start else { continue }
            for place in renditions.indices
            where !renditions[place].isCopied && wanted.contains(renditions[place].name) {
                try renditions[place].encoder.take(
                    sound, at: time, captured: nil, into: &frames)
            }
        }
    }
}

/// One encoding of sound. It belongs to the feed's thread.
final class EncodedSound {
    private let name: RenditionName
    private let encoding: AudioEncoding
    private var encoder: AudioEncoder?
    private var converter: SoundConverter?
    private let converted = Sound()
    private let coded = CodedFrame()
    private var times = RisingTimes()

    init(_ name: RenditionName, _ rendition: AudioRendition) {
        self.name = name
        encoding = AudioEncoding(
            codec: rendition.choice.codec == .opus ? .opus : .aac,
            bitRate: rendition.bitsPerSecond, channels: 2)
    }

    func rest() {
        encoder = nil
        converter = nil
    }

    func take(
        _ sound: Sound, at time: Int64, captured: Instant?, into frames: inout [FeedFrame]
    ) throws(MediaError) {
        if converter == nil { converter = try SoundConverter(to: encoding.format) }
        if encoder == nil { encoder = try AudioEncoder(encoding) }
        guard let converter, let encoder else { return }
        try converter.send(sound, at: .nanoseconds(time))
        let length = TimeBase.audio.duration(Int64(encoding.format.frameCount))
        while try converter.receive(into: converted) {
            try encoder.send(converted)
            while try encoder.receive(into: coded) {
                let shown = TimeBase.audio.duration(coded.presentation ?? 0).wholeNanoseconds
                let rising = times.next(shown)
                frames.append(
                    FeedFrame(
                        rendition: name, isKeyframe: true, decoding: rising, presentation: rising,
                        duration: length.wholeNanoseconds,
                        captured: captured.map { $0 + .nanoseconds(shown - time) },
                        bytes: coded.copiedBytes))
            }
        }
    }
}
