/// Finds where nothing is heard: samples go in, stretches come out, exact to the sample.
///
/// Where there are no samples at all, there is silence, too.
package struct SilenceMeter: Sendable {
    /// Below it a sample is silence; full scale is 1.
    private let level: Float
    private let shortest: Int64
    private let end: Int64
    /// Since when nothing was heard; nil while something is.
    private var since: Int64? = 0
    /// Where the last samples ended.
    private var heardUntil: Int64 = 0
    package private(set) var silences: [Stretch] = []

    /// - Parameters:
    ///   - decibels: of full scale, such as -50.
    ///   - shortest: what is shorter is a pause, in microseconds.
    ///   - end: of the show.
    package init(decibels: Int, shortest: Int64, end: Int64) {
        level = Self.amplitude(decibels)
        self.shortest = shortest
        self.end = end
    }

    /// Takes the samples of a moment, channel beside channel; what overlaps is heard twice.
    package mutating func add(_ samples: Span<Float>, channels: Int, rate: Int, at start: Int64) {
        guard channels > 0, rate > 0 else { return }
        if since == nil, start > heardUntil { since = heardUntil }
        let count = samples.count / channels
        heardUntil = max(heardUntil, start + Self.microseconds(count, rate))
        var index = 0
        while index < samples.count {
            // Most samples are as loud, or as silent, as the one before.
            if since == nil {
                guard let quiet = firstQuiet(samples, channels, from: index) else { return }
                since = start + Self.microseconds(quiet / channels, rate)
                index = quiet
            }
            guard let loud = firstLoud(samples, from: index) else { return }
            finish(at: start + Self.microseconds(loud / channels, rate))
            index = (loud / channels + 1) * channels
        }
    }

    /// Nothing more comes.
    package mutating func finish() {
        if since == nil { since = heardUntil }
        finish(at: end)
    }

    private mutating func finish(at time: Int64) {
        guard let since else { return }
        let stretch = Stretch(max(since, 0), min(time, end))
        if stretch.length >= shortest, stretch.length > 0 { silences.append(stretch) }
        self.since = nil
    }

    private func firstLoud(_ samples: Span<Float>, from start: Int) -> Int? {
        for index in start..<samples.count where !(abs(samples[index]) < level) { return index }
        return nil
    }

    /// The first moment at which all channels are quiet.
    private func firstQuiet(_ samples: Span<Float>, _ channels: Int, from start: Int) -> Int? {
        var index = start
        while index + channels <= samples.count {
            var isQuiet = true
            for channel in 0..<channels where !(abs(samples[index + channel]) < level) {
                isQuiet = false
            }
            if isQuiet { return index }
            index += channels
        }
        return nil
    }

    private static func microseconds(_ samples: Int, _ rate: Int) -> Int64 {
        Int64(samples) * 1_000_000 / Int64(rate)
    }

    private static func amplitude(_ decibels: Int) -> Float {
        // The twentieth root of ten is one decibel.
        var value = 1.0
        for _ in 0..<min(abs(decibels), 200) {
            value = decibels < 0 ? value / 1.122018454301963 : value * 1.122018454301963
        }
        return Float(value)
    }
}
