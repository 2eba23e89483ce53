/// A value of a band that has been cut out of a signal.
struct ComplexValue: Sendable {
    var real: Float
    var imaginary: Float

    static let zero = ComplexValue(real: 0, imaginary: 0)

    var power: Float { real * real + imaginary * imaginary }
}

/// The band that a chirp sweeps, cut out of the sound and taken at a fraction of its rate.
///
/// The values are not turned back to zero frequency: a constant turn from value to value cancels
/// out in the comparison, since the pattern has it too.
struct ChirpBand: Sendable {
    /// Samples from one value to the next.
    let step: Int
    private let real: [Float]
    private let imaginary: [Float]

    var taps: Int { real.count }

    init(_ chirp: ChirpFinder.Chirp) {
        let rate = Double(chirp.sampleRate)
        let width = chirp.toHertz - chirp.fromHertz
        // Half as much again as the band is wide leaves room for the filter's edges.
        step = max(1, Int(rate / (1.5 * width)))
        let taps = ChirpFinder.Limits.taps
        let cutoff = min(0.5, 0.5 / Double(step))
        let middle = (chirp.fromHertz + chirp.toHertz) / 2 / rate
        var (real, imaginary) = ([Float](), [Float]())
        for tap in 0..<taps {
            let place = Double(tap) - Double(taps - 1) / 2
            // Half a tap from the middle, so never zero.
            let shape = Double.sine(turns: cutoff * place) / (Double.pi * place)
            let window = 0.5 + 0.5 * Double.cosine(turns: place / Double(taps))
            real.append(Float(shape * window * Double.cosine(turns: middle * place)))
            imaginary.append(Float(shape * window * Double.sine(turns: middle * place)))
        }
        self.real = real
        self.imaginary = imaginary
    }

    /// The value that the samples from a place on make.
    func value(of samples: [Float], from start: Int) -> ComplexValue {
        var value = ComplexValue.zero
        for tap in real.indices {
            let sample = samples[start + tap]
            value.real += sample * real[tap]
            value.imaginary += sample * imaginary[tap]
        }
        return value
    }

    /// What a chirp looks like here: from the value whose filter has its middle at the first
    /// sample.
    func values(of chirp: ChirpFinder.Chirp) -> [ComplexValue] {
        let rate = Double(chirp.sampleRate)
        let slope = (chirp.toHertz - chirp.fromHertz) * rate / Double(chirp.samples)
        let pad = [Float](repeating: 0, count: taps)
        let sweep = (0..<chirp.samples).map { index in
            let time = Double(index) / rate
            return Float(Double.sine(turns: chirp.fromHertz * time + slope / 2 * time * time))
        }
        let padded = pad + sweep + pad
        return stride(from: 0, to: chirp.samples, by: step).map { start in
            value(of: padded, from: start + taps / 2)
        }
    }
}
