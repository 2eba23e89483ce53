package import Primitives

/// Finds the flashes of the test pattern in the brightness of the head of each picture.
///
/// What is dark and what is bright is learnt from the last seconds, so that fades, ranges and
/// codecs do not matter; what hardly changes has no flashes.
package struct FlashFinder: Sendable {
    package enum Limits {
        /// Pictures that are remembered: at least one flash a second is among them at up to 60 a
        /// second.
        static let remembered = 128
        /// Of 255.
        static let leastContrast = 40.0
        static let apart: Duration = .milliseconds(300)
    }

    private var levels: [Double] = []
    private var place = 0
    private var wasBright = false
    private var lastFlash: Instant?

    package init() {
        levels.reserveCapacity(Limits.remembered)
    }

    /// Takes the mean luma (0 to 255) of a picture's head; true where a flash begins with it.
    package mutating func take(luma: Double, at now: Instant) -> Bool {
        let isFirst = levels.isEmpty
        if levels.count < Limits.remembered {
            levels.append(luma)
        } else {
            levels[place] = luma
            place = (place + 1) % Limits.remembered
        }
        guard let low = levels.min(), let high = levels.max(),
            high - low >= Limits.leastContrast
        else {
            wasBright = false
            return false
        }
        let isBright = luma > (low + high) / 2
        defer { wasBright = isBright }
        // Whether the first picture begins a flash or is in the middle of one, nobody knows.
        guard isBright, !wasBright, !isFirst else { return false }
        // Who goes over to the sender's clock may go back by any time.
        if let last = lastFlash, now >= last, now - last < Limits.apart { return false }
        lastFlash = now
        return true
    }
}
