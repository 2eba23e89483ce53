import Media
import WebRTC

/// Listens to the sound of a file, all of it.
enum SoundScan {
    /// Where nothing is heard; nil where there is no sound at all.
    static func silences(
        _ path: String, _ meter: consuming SilenceMeter, stop: StopFlag,
        progress: (Int64) -> Void
    ) throws(TrimProblem) -> [Stretch]? {
        var at: Int64?
        do throws(MediaError) {
            let options = InputOptions(start: .zero, probing: .quick, timeout: .seconds(60))
            let reader = try InputReader(.file(path: path), options: options, stop: stop)
            guard let track = reader.tracks.first(where: { $0.kind == .audio }) else { return nil }
            for other in reader.tracks where other.index != track.index {
                reader.discard(track: other.index)
            }
            let decoder = try AudioDecoder(track: track.index, of: reader)
            let (frame, sound) = (CodedFrame(), Sound())
            var samples: [Float] = []
            while true {
                let hasFrame = try reader.read(into: frame)
                if hasFrame, frame.track != track.index { continue }
                try decoder.send(hasFrame ? frame : nil)
                while try decoder.receive(into: sound) {
                    guard let ticks = sound.presentation else { continue }
                    let time = track.timeBase.rescale(ticks, to: .microseconds)
                    at = time
                    samples.removeAll(keepingCapacity: true)
                    sound.appendSamples(to: &samples)
                    meter.add(
                        samples.span, channels: sound.channels, rate: sound.sampleRate, at: time)
                    progress(time)
                }
                if !hasFrame { break }
                if stop.isRaised { throw .stopped }
            }
        } catch .stopped {
            throw .stopped
        } catch {
            throw .media(error, at: at)
        }
        meter.finish()
        return meter.silences
    }
}
