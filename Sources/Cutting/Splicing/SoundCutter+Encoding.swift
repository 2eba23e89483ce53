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
        var stretch = SampleStretch(
            window, timescale: track.timescale, isFirst: isFirst, isLast: isLast)
        for index in plan.frames {
            if stop.isRaised { throw .interrupted }
            try read(index)
            do { try decoder.send(coded) } catch { throw .media(error, near: near) }
            try receive(decoder, &stretch)
        }
        do { try decoder.send(nil) } catch { throw .media(error, near: near) }
        try receive(decoder, &stretch)
        guard encoder != nil else { return }
        try silence(until: position + stretch.rest())
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

    private mutating func receive(
        _ decoder: AudioDecoder, _ stretch: inout SampleStretch
    ) throws(SpliceProblem) {
        while true {
            do { guard try decoder.receive(into: sound) else { return } } catch {
                throw .media(error, near: near)
            }
            guard sound.count > 0, sound.sampleRate > 0, sound.channels > 0 else { continue }
            let encoder = try encoder(sound.sampleRate, sound.channels)
            if !stretch.hasBegun {
                // With silence where nothing sounded before.
                let start = CutLine.rescale(stretch.window.at, scale, Int64(encoder.sampleRate))
                try silence(until: start)
                stretch.begin(rate: encoder.sampleRate, channels: encoder.channels)
            }
            // A gap may be as long as the file says: it is never held as a whole.
            try silence(until: position + stretch.gap(before: sound))
            try send(stretch.take(sound))
        }
    }

    private mutating func silence(until end: Int64) throws(SpliceProblem) {
        guard let encoder else { return }
        while position < end {
            if stop.isRaised { throw .interrupted }
            let count = Int(min(end - position, Int64(encoder.sampleRate)))
            try send([Float](repeating: 0, count: count * encoder.channels))
        }
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
        // The encoder holds one frame: it is emptied before it is given the next.
        let step = encoder.frameCount * encoder.channels
        for start in stride(from: 0, to: samples.count, by: step) {
            let part = Array(samples[start..<min(samples.count, start + step)])
            do { try encoder.send(part) } catch { throw .media(error, near: near) }
            position += Int64(part.count / encoder.channels)
            try collect(encoder)
        }
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
