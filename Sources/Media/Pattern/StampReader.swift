package import Primitives
package import WebRTC

/// Reads the burned clock of one picture after another, wherever it stands in them.
///
/// It looks where it was last, then where the test pattern has it, and now and then all over the
/// picture: letterboxed, cropped, in a corner, at any scale.
package struct StampReader {
    /// What a picture says.
    package struct Reading: Sendable, Equatable {
        /// Nil where there is none that can be relied on.
        package var code: PatternCode?
        /// The mean luma of the test pattern's head, which flashes once in a second; nil where it
        /// is not known to be there.
        package var headLuma: Double?
        /// The levels of its blocks, by which a flash is told from what it isn't.
        package var dark: Double
        package var bright: Double
    }

    package enum Limits {
        /// Searching costs a few milliseconds, so it is done at most so often.
        package static let searchInterval: Duration = .milliseconds(250)
        /// Where nothing has been found for so long there is likely nothing.
        static let hope: Duration = .seconds(10)
        static let hopelessInterval: Duration = .seconds(1)
        /// Smaller pictures hold no code.
        static let least = PictureSize(width: 2 * 26, height: 2 * 12)
    }

    /// Where it was last.
    package private(set) var grid: StampGrid?
    private var size: PictureSize?
    private var isPattern = false
    private var levels = (dark: 16.0, bright: 235.0)
    private var search = StampSearch()
    private var nextSearch: Instant?
    private var lastFound: Instant?

    package init() {}

    package mutating func read(
        luma: Span<UInt8>, stride: Int, size: PictureSize, now: Instant
    ) -> Reading {
        var result = Reading(code: nil, headLuma: nil, dark: levels.dark, bright: levels.bright)
        guard size.width >= Limits.least.width, size.height >= Limits.least.height,
            stride >= size.width, luma.count >= stride * (size.height - 1) + size.width
        else { return result }
        if size != self.size { resize(size) }
        if let found = find(luma, stride, size, now) {
            grid = found.grid
            isPattern = found.reading.code.isPattern
            levels = (found.reading.dark, found.reading.bright)
            lastFound = now
            result.code = found.reading.code
            (result.dark, result.bright) = levels
        }
        // A picture whose blocks are spoilt still shows whether it flashes.
        if let grid, isPattern { result.headLuma = grid.headLevel(luma, stride, size) }
        return result
    }

    /// Who sends less when there is less room shows the same picture in another size.
    private mutating func resize(_ size: PictureSize) {
        if let old = self.size {
            grid?.scale(
                x: Double(size.width) / Double(old.width),
                y: Double(size.height) / Double(old.height))
        }
        self.size = size
    }

    private mutating func find(
        _ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize, _ now: Instant
    ) -> (grid: StampGrid, reading: StampGrid.Reading)? {
        if let grid, let reading = grid.read(luma, stride, size) { return (grid, reading) }
        let whole = StampGrid(patternOf: size)
        if whole != grid, let reading = whole.read(luma, stride, size) { return (whole, reading) }
        if let nextSearch, now < nextSearch { return nil }
        let since = lastFound ?? now
        lastFound = since
        nextSearch =
            now
            + (now - since > Limits.hope ? Limits.hopelessInterval : Limits.searchInterval)
        return search.find(luma, stride, size)
    }
}
