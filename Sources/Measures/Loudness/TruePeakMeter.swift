/// The highest point of the curve through the samples of two channels, looked for at four times
/// their rate (ITU-R BS.1770-4, annex 2).
struct TruePeakMeter: Sendable {
    /// The last samples twice in a row, so that a run of them never wraps.
    private var left = InlineArray<24, Float>(repeating: 0)
    private var right = InlineArray<24, Float>(repeating: 0)
    private var place = 0
    /// The highest sample of the last twelve or a few more, by halves.
    private var halves = SIMD2<Float>.zero
    private(set) var highest: Float = 0

    /// No filter makes more of samples than so many times the highest of them.
    private static let most: Float = 2.03

    /// Samples that a filter sees; the curve between the two in its middle is what it gives.
    static let taps = 12

    /// The highest of the curve between two samples, six samples ago, and of both channels; 0
    /// where it is surely not over `floor`.
    mutating func take(_ sample: SIMD2<Float>, over floor: Float) -> Float {
        left[place] = sample.x
        left[place + Self.taps] = sample.x
        right[place] = sample.y
        right[place + Self.taps] = sample.y
        place = place + 1 == Self.taps ? 0 : place + 1
        let louder = max(sample.x.magnitude, sample.y.magnitude)
        if louder > halves.y { halves.y = louder }
        let bound = max(halves.x, halves.y) * Self.most
        if place == 0 { halves = SIMD2(halves.y, 0) }
        guard bound > floor else { return 0 }
        return peak()
    }

    private mutating func peak() -> Float {
        var (first, second) = (SIMD4<Float>.zero, SIMD4<Float>.zero)
        for tap in 0..<Self.taps {
            let phases = Self.phases[Self.taps - 1 - tap]
            first += phases * left[place + tap]
            second += phases * right[place + tap]
        }
        let curve = max(Self.magnitude(first), Self.magnitude(second))
        // The sample itself counts too: the filters are off by a hair at full scale.
        let centre = (place + Self.taps / 2 - 1) % Self.taps
        let peak = max(curve, max(left[centre].magnitude, right[centre].magnitude))
        if peak > highest { highest = peak }
        return peak
    }

    private static func magnitude(_ values: SIMD4<Float>) -> Float {
        let positive = values.max()
        let negative = -values.min()
        return positive > negative ? positive : negative
    }

    /// By age of the sample; the four phases of the filter beside one another.
    private static let phases: InlineArray<12, SIMD4<Float>> = [
        SIMD4(0.001_708_984_375, -0.029_174_804_687_5, -0.018_920_898_437_5, -0.008_300_781_25),
        SIMD4(0.010_986_328_125, 0.029_296_875, 0.033_081_054_687_5, 0.014_892_578_125),
        SIMD4(-0.019_653_320_312_5, -0.051_757_812_5, -0.058_227_539_062_5, -0.026_611_328_125),
        SIMD4(0.033_203_125, 0.089_111_328_125, 0.101_562_5, 0.047_607_421_875),
        SIMD4(-0.059_448_242_187_5, -0.166_503_906_25, -0.200_317_382_812_5, -0.102_294_921_875),
        SIMD4(0.137_329_101_562_5, 0.465_087_890_625, 0.779_785_156_25, 0.972_167_968_75),
        SIMD4(0.972_167_968_75, 0.779_785_156_25, 0.465_087_890_625, 0.137_329_101_562_5),
        SIMD4(-0.102_294_921_875, -0.200_317_382_812_5, -0.166_503_906_25, -0.059_448_242_187_5),
        SIMD4(0.047_607_421_875, 0.101_562_5, 0.089_111_328_125, 0.033_203_125),
        SIMD4(-0.026_611_328_125, -0.058_227_539_062_5, -0.051_757_812_5, -0.019_653_320_312_5),
        SIMD4(0.014_892_578_125, 0.033_081_054_687_5, 0.029_296_875, 0.010_986_328_125),
        SIMD4(-0.008_300_781_25, -0.018_920_898_437_5, -0.029_174_804_687_5, 0.001_708_984_375),
    ]
}
