/// When frames are decoded that are shown at given times: as late as can be, and in order.
package struct FrameTimes: Sendable, Hashable {
    /// By how much all that is shown is moved, so that nothing is shown before it is decoded.
    package let delay: Int64
    /// In the order of decoding.
    package let decoding: [Int64]

    /// - Parameter presentations: in the order of decoding.
    package init(_ presentations: [Int64]) {
        let sorted = presentations.sorted()
        var delay: Int64 = 0
        for (decoded, shown) in zip(sorted, presentations) { delay = max(delay, decoded - shown) }
        self.delay = delay
        decoding = sorted
    }
}
