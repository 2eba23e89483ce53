import Media
import Primitives

/// The samples of one stretch on their way from a decoder: exactly as many as it is long.
struct SampleStretch {
    enum Limits {
        /// Containers round times: a step that is smaller is none.
        static let rounding: Int64 = 64
    }

    let window: SoundWindow
    private let timescale: Int32
    private let fadesIn: Bool
    private let fadesOut: Bool
    private var rate = 0
    private var channels = 0
    /// Of the whole stretch.
    private var total: Int64 = 0
    private var given: Int64 = 0
    /// Where what was decoded last ended, in samples of the track.
    private var end: Int64?
    private var samples: [Float] = []

    init(_ window: SoundWindow, timescale: Int32, isFirst: Bool, isLast: Bool) {
        self.window = window
        self.timescale = timescale
        fadesIn = !isFirst
        fadesOut = !isLast
    }

    var hasBegun: Bool { rate > 0 }

    /// - Parameter channels: of what is given; others are left out, or silent.
    mutating func begin(rate: Int, channels: Int) {
        self.rate = rate
        self.channels = channels
        total = max(0, sample(window.to) - sample(window.from))
    }

    private func sample(_ ticks: Int64) -> Int64 {
        CutLine.rescale(ticks, Int64(timescale), Int64(rate))
    }

    /// What of a sound belongs to the stretch, channel beside channel, with silence before it
    /// where the track has a gap.
    mutating func take(_ sound: Sound) -> [Float] {
        guard sound.sampleRate == rate else { return [] }
        var start = sample(sound.presentation ?? window.from)
        if let end, sound.presentation == nil || abs(start - end) <= Limits.rounding { start = end }
        end = start + Int64(sound.count)
        let first = sample(window.from)
        var output: [Float] = []
        append(silence: start - first - given, to: &output)
        samples.removeAll(keepingCapacity: true)
        sound.appendSamples(to: &samples)
        let count = samples.count / sound.channels
        let skipped = max(0, first + given - start)
        guard skipped < Int64(count) else { return output }
        for index in Int(skipped)..<count where given < total {
            let gain = gain(given)
            for channel in 0..<channels {
                let isThere = channel < sound.channels
                output.append(isThere ? samples[index * sound.channels + channel] * gain : 0)
            }
            given += 1
        }
        return output
    }

    /// Silence for what is missing at the end.
    mutating func rest() -> [Float] {
        var output: [Float] = []
        append(silence: total - given, to: &output)
        return output
    }

    private mutating func append(silence count: Int64, to output: inout [Float]) {
        let count = min(count, total - given)
        guard count > 0 else { return }
        output.append(contentsOf: repeatElement(0, count: Int(count) * channels))
        given += count
    }

    private func gain(_ place: Int64) -> Float {
        let fade = Int64(rate) * ClipSettings.Standard.fade.wholeMilliseconds / 1000
        guard fade > 0 else { return 1 }
        let fromStart = fadesIn ? Float(place) / Float(fade) : 1
        let fromEnd = fadesOut ? Float(total - 1 - place) / Float(fade) : 1
        return min(1, fromStart, fromEnd)
    }
}
