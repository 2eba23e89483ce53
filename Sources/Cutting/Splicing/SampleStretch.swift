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

    /// How many samples of silence stand before a sound, where the track has a gap; they count as
    /// given. `take` is called next.
    mutating func gap(before sound: Sound) -> Int64 {
        guard sound.sampleRate == rate else { return 0 }
        return skip(start(of: sound) - sample(window.from) - given)
    }

    private func start(of sound: Sound) -> Int64 {
        let start = sample(sound.presentation ?? window.from)
        guard let end, sound.presentation == nil || abs(start - end) <= Limits.rounding else {
            return start
        }
        return end
    }

    /// What of a sound belongs to the stretch, channel beside channel.
    mutating func take(_ sound: Sound) -> [Float] {
        guard sound.sampleRate == rate else { return [] }
        let start = start(of: sound)
        end = start + Int64(sound.count)
        let first = sample(window.from)
        var output: [Float] = []
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

    /// How many samples of silence stand for what is missing at the end.
    mutating func rest() -> Int64 { skip(total - given) }

    private mutating func skip(_ wanted: Int64) -> Int64 {
        let count = max(0, min(wanted, total - given))
        given += count
        return count
    }

    private func gain(_ place: Int64) -> Float {
        let fade = Int64(rate) * ClipSettings.Standard.fade.wholeMilliseconds / 1000
        guard fade > 0 else { return 1 }
        let fromStart = fadesIn ? Float(place) / Float(fade) : 1
        let fromEnd = fadesOut ? Float(total - 1 - place) / Float(fade) : 1
        return min(1, fromStart, fromEnd)
    }
}
