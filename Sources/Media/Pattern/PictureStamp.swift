package import WebRTC

/// A burned clock in the lower left corner of pictures of one size.
///
/// Its blocks begin and end where those of codecs do, and a dark border goes around them.
package struct PictureStamp: Sendable {
    /// Where its blocks are.
    package let grid: StampGrid
    let box: PixelBox
    private let blockWidth: Int
    private let blockHeight: Int

    private enum Limits {
        /// Codecs cut pictures up in multiples of it.
        static let unit = 8
        /// Of a picture, with its border.
        static let width = 0.6
        static let height = 0.18
        /// What stays free at the edges, as a divisor of the picture's size.
        static let inset = 32
        /// Smaller blocks are not worth the trouble.
        static let leastBlock = 4
    }

    /// Nil for pictures that are too small to hold one.
    package init?(in size: PictureSize) {
        // Half a block of border on each side.
        let (columns, rows) = (PatternCode.Limits.columns + 1, PatternCode.Limits.rows + 1)
        var width = Self.rounded(Double(size.width) * Limits.width / Double(columns))
        var height = Self.rounded(Double(size.height) * Limits.height / Double(rows))
        if width * columns > size.width || width < Limits.unit { width = Limits.leastBlock }
        height = max(Limits.leastBlock, min(height, 2 * width))
        guard width * columns <= size.width, height * rows <= size.height else { return nil }
        let unit = width % Limits.unit == 0 && height % Limits.unit == 0 ? Limits.unit : 4
        let border = (
            width: (width / 2 + unit - 1) / unit * unit,
            height: (height / 2 + unit - 1) / unit * unit
        )
        let boxWidth = 2 * border.width + PatternCode.Limits.columns * width
        let boxHeight = 2 * border.height + PatternCode.Limits.rows * height
        guard boxWidth <= size.width, boxHeight <= size.height else { return nil }
        // Off the edges a little, which some screens and some editors cut off.
        let left = min(size.width / Limits.inset, size.width - boxWidth) / unit * unit
        let inset = min(size.height / Limits.inset, size.height - boxHeight)
        let top = (size.height - inset - boxHeight) / unit * unit
        (blockWidth, blockHeight) = (width, height)
        box = PixelBox(left: left, top: top, width: boxWidth, height: boxHeight)
        grid = StampGrid(
            left: Double(left + border.width), top: Double(top + border.height),
            blockWidth: Double(width), blockHeight: Double(height))
    }

    private static func rounded(_ length: Double) -> Int {
        Int((length / Double(Limits.unit)).rounded()) * Limits.unit
    }

    /// Burns a code into a picture, without touching others that share its bytes.
    package func burn(_ code: PatternCode, into picture: Picture) throws(MediaError) {
        try picture.edit()
        picture.fill(box, .dark)
        for (row, bits) in code.rows.enumerated() {
            for column in 0..<PatternCode.Limits.columns
            where PatternCode.isBright(column, bits) {
                picture.fill(
                    PixelBox(
                        left: Int(grid.left) + column * blockWidth,
                        top: Int(grid.top) + row * blockHeight, width: blockWidth,
                        height: blockHeight), .bright)
            }
        }
    }
}
