import FileAccess
import Media
import Movies
import Primitives
import WebRTC

/// A stretch of a sound track, in its ticks, and where it begins on the clip's line.
struct SoundWindow {
    let from: Int64
    let to: Int64
    let at: Int64
}

extension SoundCutter {
    /// Decodes stretches and encodes them as one, so that no joint is heard; nil where nothing
    /// sounds.
    func encode(
        _ windows: [SoundWindow], length: Int64, scale: Int64, movieScale: Int32,
        spool: FrameSpool, stop: StopFlag
    ) throws(SpliceProblem) -> ClipSound? {
        var run = SoundRun(cutter: self, spool: spool, scale: scale, stop: stop)
        for (number, window) in windows.enumerated() {
            try run.append(window, isFirst: number == 0, isLast: number == windows.count - 1)
        }
        return try run.finish(length: length, movieScale: movieScale)
    }
}

/// Sound on its way through a decoder and an encoder.
private struct SoundRun {
    let cutter: SoundCutter
    let spool: FrameSpool
    let scale: Int64
    let stop: StopFlag
    var encoder: ClipSoundEncoder?
    /// Samples of each channel that the encoder has been given.
    var position: Int64 = 0
    var frames: [MovieFrame] = []
    var bytes: [FrameBytes] = []
    let coded = CodedFrame()
    let sound = Sound()

    init(cutter: SoundCutter, spool: FrameSpool, scale: Int64, stop: StopFlag) {
        self.cutter = cutter
        self.spool = spool
        self.scale = scale
        self.stop = stop
    }

    private var near: MediaTime { .of(position, Int32(clamping: encoder?.sampleRate ?? 1)) }

    mutating func append(
        _ window: SoundWindow, isFirst: Bool, isLast: Bool
    ) throws(SpliceProblem) {
        let track = cutter.track
        guard
            let plan = SoundPlan(
                track.frames, from: window.from, to: window.to, settling: 2 * cutter.settling)
        else { return }
        let decoder = try open(track.formats[Int(track.frames[plan.frames.lowerBound].format)])
        var stretch = SampleStretch(window, timescale: track.timescale)
        for index in plan.frames {
            if stop.isRaised { throw .interrupted }
            try read(index)
            do { try decoder.send(coded) } catch { throw .media(error, near: near) }
            try receive(decoder, &stretch)
        }
        do { try decoder.send(nil) } catch { throw .media(error, near: near) }
        try receive(decoder, &stretch)
        try put(&stretch, isFirst: isFirst, isLast: isLast)
    }

    private func open(_ format: MovieFormat) throws(SpliceProblem) -> AudioDecoder {
        let codec: TrackCodec
        switch format.coding {
        case .aac: codec = .aac
        case .known(let known): codec = .webRTC(known)
        case .other: codec = .other(name: format.name)
        }
        var description = SoundTrack(sampleRate: 48_000, channels: 2)
        if case .sound(let sampleRate, let channels) = format.details {
            description = SoundTrack(sampleRate: sampleRate, channels: channels)
        }
        do {
            return try AudioDecoder(
                codec, configuration: format.configuration, sound: description,
                timeBase: TimeBase(numerator: 1, denominator: max(1, cutter.track.timescale)))
        } catch {
            throw .media(error, near: near)
        }
    }

    private func read(_ index: Int) throws(SpliceProblem) {
        let frame = cutter.track.frames[index]
        guard frame.count <= CodedFrame.Limits.bytes else {
            throw .undecodable(near: .of(frame.presentation, cutter.track.timescale))
        }
        do throws(FileProblem) {
            try coded.fill(
                count: Int(frame.count), presentation: frame.presentation,
                decoding: frame.decoding, isKeyframe: true
            ) { (bytes: inout MutableSpan<UInt8>) throws(FileProblem) in
                try cutter.file.read(at: frame.place, into: &bytes)
            }
        } catch {
            throw .file(error)
        }
    }

    private func receive(
        _ decoder: AudioDecoder, _ stretch: inout SampleStretch
    ) throws(SpliceProblem) {
        while true {
            do { guard try decoder.receive(into: sound) else { return } } catch {
                throw .media(error, near: near)
            }
            stretch.take(sound)
        }
    }

    /// Gives a stretch to the encoder, with silence before it where there is a gap.
    private mutating func put(
        _ stretch: inout SampleStretch, isFirst: Bool, isLast: Bool
    ) throws(SpliceProblem) {
        guard let rate = stretch.rate, stretch.channels > 0 else { return }
        let encoder = try encoder(rate, stretch.channels)
        let start = CutLine.rescale(stretch.window.at, scale, Int64(rate))
        if start > position {
            try send([Float](repeating: 0, count: Int(start - position) * encoder.channels))
            position = start
        }
        var samples = stretch.samples(rate: rate, channels: encoder.channels)
        let fade =
            Int(ClipSettings.Standard.fade.components.attoseconds / 1_000_000_000_000_000)
            * rate / 1000
        SampleStretch.fade(
            &samples, channels: encoder.channels, count: fade, isIn: !isFirst, isOut: !isLast)
        try send(samples)
        position += Int64(samples.count / encoder.channels)
    }

    private mutating func encoder(
        _ rate: Int, _ channels: Int
    ) throws(SpliceProblem) -> ClipSoundEncoder {
        if let encoder { return encoder }
        do {
            let made = try ClipSoundEncoder(
                sampleRate: rate, channels: channels,
                bitRate: ClipSettings.Standard.soundBitRate * channels)
            encoder = made
            return made
        } catch {
            throw .media(error, near: near)
        }
    }

    private mutating func send(_ samples: [Float]) throws(SpliceProblem) {
        guard let encoder else { return }
        do { try encoder.send(samples) } catch { throw .media(error, near: near) }
        try collect(encoder)
    }

    private mutating func collect(_ encoder: ClipSoundEncoder) throws(SpliceProblem) {
        while true {
            do { guard try encoder.receive(into: coded) else { return } } catch {
                throw .media(error, near: near)
            }
            let coded = coded
            var frame: [UInt8] = []
            frame.append(coded.bytes)
            bytes.append(try spool.keep(frame))
            frames.append(
                MovieFrame(
                    place: 0, decoding: Int64(frames.count * encoder.frameCount),
                    count: UInt32(clamping: frame.count), shift: 0,
                    duration: UInt32(clamping: encoder.frameCount), format: 0, isSync: true))
        }
    }

    mutating func finish(
        length: Int64, movieScale: Int32
    ) throws(SpliceProblem) -> ClipSound? {
        guard let encoder else { return nil }
        do { try encoder.finish() } catch { throw .media(error, near: near) }
        try collect(encoder)
        let rate = Int32(clamping: encoder.sampleRate)
        var sound = ClipSound(told: ClipOutcome.Sound(isCopied: false, frames: frames.count))
        let heard = min(position, CutLine.rescale(length, scale, Int64(rate)))
        if let last = frames.last {
            let rest = Int64(encoder.padding) + heard - last.decoding
            frames[frames.count - 1].duration = UInt32(
                clamping: max(1, min(Int64(last.duration), rest)))
        }
        sound.bytes = bytes
        sound.roll = -1
        sound.track = MovieTrack(
            id: 2, kind: .sound, timescale: rate,
            formats: [
                FormatEntry.aac(
                    configuration: encoder.configuration, sampleRate: encoder.sampleRate,
                    channels: encoder.channels,
                    averageRate: ClipSettings.Standard.soundBitRate * encoder.channels)
            ], matrix: cutter.track.matrix,
            edits: ClipSound.edits(
                late: 0, skipped: Int64(encoder.padding), length: heard, rate, movieScale),
            frames: frames)
        sound.track.language = cutter.track.language
        return sound
    }
}

/// The samples of one stretch as they come from a decoder.
private struct SampleStretch {
    let window: SoundWindow
    let timescale: Int32
    private(set) var rate: Int?
    private(set) var channels = 0
    private var collected: [Float] = []
    /// The time of the first collected sample, in samples.
    private var start: Int64 = 0

    init(_ window: SoundWindow, timescale: Int32) {
        self.window = window
        self.timescale = timescale
    }

    mutating func take(_ sound: Sound) {
        guard sound.count > 0, sound.sampleRate > 0, sound.channels > 0 else { return }
        if rate == nil {
            rate = sound.sampleRate
            channels = sound.channels
            start = CutLine.rescale(
                sound.presentation ?? window.from, Int64(timescale), Int64(sound.sampleRate))
        }
        guard sound.sampleRate == rate, sound.channels == channels else { return }
        sound.appendSamples(to: &collected)
    }

    /// Exactly the samples of the stretch; what is missing is silent.
    func samples(rate: Int, channels wanted: Int) -> [Float] {
        let from = CutLine.rescale(window.from, Int64(timescale), Int64(rate)) - start
        let to = CutLine.rescale(window.to, Int64(timescale), Int64(rate)) - start
        var samples: [Float] = []
        samples.reserveCapacity(Int(max(0, to - from)) * wanted)
        let have = Int64(collected.count / max(1, channels))
        for index in from..<max(from, to) {
            for channel in 0..<wanted {
                let isThere = index >= 0 && index < have && channel < channels
                samples.append(isThere ? collected[Int(index) * channels + channel] : 0)
            }
        }
        return samples
    }

    /// In and out over so many samples.
    static func fade(
        _ samples: inout [Float], channels: Int, count: Int, isIn: Bool, isOut: Bool
    ) {
        let total = samples.count / max(1, channels)
        let count = min(count, total / 2)
        for index in 0..<count {
            let gain = Float(index) / Float(count)
            for channel in 0..<channels {
                if isIn { samples[index * channels + channel] *= gain }
                if isOut { samples[(total - 1 - index) * channels + channel] *= gain }
            }
        }
    }
}
