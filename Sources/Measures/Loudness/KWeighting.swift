/// The two filters of BS.1770 at 48 kHz, for two channels at once: the head's shelf, then a high
/// pass.
struct KWeighting: Sendable {
    typealias Pair = SIMD2<Double>

    private var shelf = (Pair.zero, Pair.zero)
    private var pass = (Pair.zero, Pair.zero)

    mutating func take(_ sample: Pair) -> Pair {
        let first = sample * 1.535_124_859_586_97 + shelf.0
        shelf.0 = sample * -2.691_696_189_406_38 + first * 1.690_659_293_182_41 + shelf.1
        shelf.1 = sample * 1.198_392_810_852_85 - first * 0.732_480_774_215_85
        let second = first + pass.0
        pass.0 = first * -2 + second * 1.990_047_454_833_98 + pass.1
        pass.1 = first - second * 0.990_072_250_366_21
        return second
    }
}
