package import FileAccess
package import Media
package import Movies
import Primitives
import WebRTC

/// Reads the sound of a movie as it is heard: samples at 48 kHz from the start of presentation on,
/// silence where there is none.
package final class ShownSound {
    package static let sampleRate = 48_000

    package let channels: Int
    private let file: ReadableFile
    private let track: MovieTrack
    private let runs: [SoundRun]
    private let stop: StopFlag
    private let coded = CodedFrame()
    private let sound = Sound()
    private let converted = Sound()

    private var decoder: AudioDecoder?
    private var format: UInt16 = 0
    private var converter: SoundConverter?
    /// The run that is read, and its next frame.
    private var run = 0
    private var frame = 0
    /// Samples that have been given.
    package private(set) var position: Int64 = 0
    /// Samples that have been given, or wait to be.
    private var reached: Int64 = 0
    /// Silence where the track has a gap, and what is heard behind it: a gap may be as long as the
    /// file says, and is never held as a whole.
    private var waiting: [(silence: Int64, samples: [Float])] = []

    private enum Limits {
        /// Frames before the first one that is heard, for the decoder to settle.
        static let settling = 3
        /// Samples that are given at once, silence too.
        static let samples: Int64 = 48_000
    }

    package init(
        _ file: ReadableFile, _ track: MovieTrack, _ showing: MovieShowing, stop: StopFlag
    ) {
        self.file = file
        self.track = track
        self.stop = stop
        runs = showing.sound(in: min(0, showing.start)..<max(1, showing.end), of: track)
        var channels = 2
        if let format = track.formats.first, case .sound(_, 1) = format.details { channels = 1 }
        self.channels = channels
        frame = runs.first.map(start) ?? 0
    }

    /// Samples of each channel that there are.
    package var count: Int64 {
        runs.last.map { samples($0.presentation + $0.length) } ?? 0
    }

    /// Appends the next samples, channel beside channel; false at the end.
    package func read(into samples: inout [Float]) throws(SpliceProblem) -> Bool {
        while run < runs.count {
            if stop.isRaised { throw .interrupted }
            if giveWaiting(into: &samples) { return true }
            let before = samples.count
            let isOver = frame >= runs[run].frames.upperBound
            if isOver { try finishRun(into: &samples) } else { try step(into: &samples) }
            if samples.count > before { return true }
        }
        return false
    }

    private func giveWaiting(into samples: inout [Float]) -> Bool {
        guard let first = waiting.first else { return false }
        let silence = min(first.silence, Limits.samples)
        samples.append(contentsOf: repeatElement(0, count: Int(silence) * channels))
        position += silence
        waiting[0].silence -= silence
        if waiting[0].silence == 0 {
            samples += first.samples
            position += Int64(first.samples.count / channels)
            waiting.removeFirst()
        }
        return true
    }

    private func start(_ run: SoundRun) -> Int {
        max(0, run.frames.lowerBound - Limits.settling)
    }

    private func samples(_ ticks: Int64) -> Int64 {
        MediaTime(ticks: ticks, timescale: track.timescale)
            .rescaled(to: Int32(Self.sampleRate)).ticks
    }

    private var near: MediaTime {
        MediaTime(ticks: position, timescale: Int32(Self.sampleRate))
    }

    private func step(into samples: inout [Float]) throws(SpliceProblem) {
        let next = track.frames[frame]
        if decoder == nil || next.format != format {
            if let decoder {
                try drain(decoder, into: &samples)
            }
            decoder = try open(next.format)
            format = next.format
        }
        try read(next)
        frame += 1
        guard let decoder else { return }
        do { try decoder.send(coded) } catch { throw .media(error, near: near) }
        try receive(decoder, into: &samples)
    }

    private func finishRun(into samples: inout [Float]) throws(SpliceProblem) {
        if let decoder { try drain(decoder, into: &samples) }
        decoder = nil
        if let converter {
            do throws(MediaError) { try converter.finish() } catch {
                throw .media(error, near: near)
            }
            try take(converter, into: &samples)
        }
        converter = nil
        guard waiting.isEmpty else { return }
        let end = self.samples(runs[run].presentation + runs[run].length)
        if end > position {
            // The last frame may be missing, or hold less than was said.
            let count = min(end - position, Limits.samples)
            samples.append(contentsOf: repeatElement(0, count: Int(count) * channels))
            position += count
            reached = position
            if position < end { return }
        }
        run += 1
        if run < runs.count { frame = start(runs[run]) }
    }

    private func drain(
        _ decoder: AudioDecoder, into samples: inout [Float]
    ) throws(SpliceProblem) {
        do { try decoder.send(nil) } catch { throw .media(error, near: near) }
        try receive(decoder, into: &samples)
    }

    private func read(_ frame: MovieFrame) throws(SpliceProblem) {
        guard frame.count <= CodedFrame.Limits.bytes else { throw .undecodable(near: near) }
        do throws(FileProblem) {
            try coded.fill(
                count: Int(frame.count), presentation: frame.presentation,
                decoding: frame.decoding, isKeyframe: true
            ) { (bytes: inout MutableSpan<UInt8>) throws(FileProblem) in
                try file.read(at: frame.place, into: &bytes)
            }
        } catch {
            throw .file(error)
        }
    }

    private func receive(
        _ decoder: AudioDecoder, into samples: inout [Float]
    ) throws(SpliceProblem) {
        let run = runs[run]
        // From the frames' own times to those of presentation.
        let media = track.frames[run.frames.lowerBound].presentation + run.skippedBefore
        do throws(MediaError) {
            while try decoder.receive(into: sound) {
                let converter = try openConverter()
                let time = (sound.presentation ?? media) - media + run.presentation
                let base = TimeBase(numerator: 1, denominator: max(1, track.timescale))
                try converter.send(sound, at: base.duration(time))
            }
        } catch {
            throw .media(error, near: near)
        }
        if let converter { try take(converter, into: &samples) }
    }

    /// Takes what is ready, and of it what belongs to the run and was not given yet.
    private func take(
        _ converter: SoundConverter, into samples: inout [Float]
    ) throws(SpliceProblem) {
        let run = runs[run]
        let begin = self.samples(run.presentation)
        let end = self.samples(run.presentation + run.length)
        do throws(MediaError) {
            while try converter.receive(into: converted) {
                let start = converted.presentation ?? reached
                let count = Int64(converted.count)
                let first = max(reached, begin, start) - start
                let last = min(end, start + count) - start
                guard first < last else { continue }
                let silence = start + first - reached
                let heard = Int(first) * channels..<Int(last) * channels
                if silence > 0 { waiting.append((silence, [])) }
                append(heard, to: &samples)
                reached = start + last
            }
        } catch {
            throw .media(error, near: near)
        }
    }

    /// Appends what was converted, behind what waits.
    private func append(_ part: Range<Int>, to samples: inout [Float]) {
        let place = converted
        let heard = place.samples
        if waiting.isEmpty {
            for index in part { samples.append(heard[index]) }
            position += Int64(part.count / channels)
        } else {
            for index in part { waiting[waiting.count - 1].samples.append(heard[index]) }
        }
    }

    private func openConverter() throws(MediaError) -> SoundConverter {
        if let converter { return converter }
        let made = try SoundConverter(
            to: SoundFormat(
                sampleRate: Self.sampleRate, channels: channels, arrangement: .interleaved,
                frameCount: 1024))
        converter = made
        return made
    }

    private func open(_ number: UInt16) throws(SpliceProblem) -> AudioDecoder {
        guard track.formats.indices.contains(Int(number)) else { throw .undecodable(near: near) }
        let format = track.formats[Int(number)]
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
                timeBase: TimeBase(numerator: 1, denominator: max(1, track.timescale)))
        } catch {
            throw .media(error, near: near)
        }
    }
}
