package import WebRTC

/// Where the blocks of a burned clock lie in a picture, in pixels and parts of them.
package struct StampGrid: Sendable, Equatable {
    package var left: Double
    package var top: Double
    /// Of one block.
    package var blockWidth: Double
    package var blockHeight: Double

    package enum Limits {
        /// Levels between dark and bright, below which it is no code, or beyond reading.
        static let leastContrast = 40.0
        /// A block whose level is so near to the middle is not believed: it may be two pictures
        /// blended into one. As a part of the contrast, to either side.
        static let doubt = 0.1
        /// Points of a block that are looked at, in each direction.
        static let points = 5
    }

    package init(left: Double, top: Double, blockWidth: Double, blockHeight: Double) {
        self.left = left
        self.top = top
        self.blockWidth = blockWidth
        self.blockHeight = blockHeight
    }

    /// Where the test pattern has them that fills a picture of that size.
    package init(patternOf size: PictureSize) {
        blockWidth = Double(size.width) / 26
        blockHeight = Double(size.height) / 12
        left = blockWidth
        top = 7.5 * blockHeight
    }

    mutating func scale(x: Double, y: Double) {
        (left, blockWidth) = (left * x, blockWidth * x)
        (top, blockHeight) = (top * y, blockHeight * y)
    }

    /// What was read, and how plain it was.
    struct Reading {
        let code: PatternCode
        let dark: Double
        let bright: Double
        /// How far the least plain block is from the middle, as a part of the contrast.
        let plainness: Double
    }

    /// Nil where there is no code, or one that cannot be relied on.
    func read(_ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize) -> Reading? {
        let (columns, rows) = (PatternCode.Limits.columns, PatternCode.Limits.rows)
        guard left >= 0, top >= 0, blockWidth >= 2, blockHeight >= 2,
            left + Double(columns) * blockWidth <= Double(size.width) + 0.5,
            top + Double(rows) * blockHeight <= Double(size.height) + 0.5
        else { return nil }
        var sums = (bright: 0.0, dark: 0.0)
        var known: InlineArray<24, Double> = .init(repeating: 0)
        for column in 0..<columns {
            known[column] = level(column, 0, luma, stride, size)
            if PatternCode.isBright(column, PatternCode.knownRow) {
                sums.bright += known[column]
            } else {
                sums.dark += known[column]
            }
        }
        let half = Double(columns / 2)
        let (bright, dark) = (sums.bright / half, sums.dark / half)
        let contrast = bright - dark
        guard contrast >= Limits.leastContrast else { return nil }
        var plainness = 1.0
        let middle = (bright + dark) / 2
        for column in 0..<columns {
            let isBright = PatternCode.isBright(column, PatternCode.knownRow)
            let distance = (known[column] - middle) / contrast * (isBright ? 1 : -1)
            guard distance > Limits.doubt else { return nil }
            plainness = min(plainness, distance)
        }
        var bits: [UInt32] = [0, 0, 0]
        for row in 1..<rows {
            for column in 0..<columns {
                let distance = (level(column, row, luma, stride, size) - middle) / contrast
                guard abs(distance) > Limits.doubt else { return nil }
                plainness = min(plainness, abs(distance))
                bits[row - 1] = bits[row - 1] << 1 | (distance > 0 ? 1 : 0)
            }
        }
        guard let code = PatternCode(rows: bits) else { return nil }
        return Reading(code: code, dark: dark, bright: bright, plainness: plainness)
    }

    /// The mean of the inner half of a block: its edges are blurred by scaling and coding.
    private func level(
        _ column: Int, _ row: Int, _ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize
    ) -> Double {
        let x = left + (Double(column) + 0.25) * blockWidth
        let y = top + (Double(row) + 0.25) * blockHeight
        return PixelMean(
            left: x, top: y, right: x + blockWidth / 2, bottom: y + blockHeight / 2, in: size
        ).level(luma, stride, points: Limits.points)
    }

    /// The mean of the head of the test pattern around these blocks, which flashes; nil where that
    /// lies beyond the picture.
    func headLevel(_ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize) -> Double? {
        let (x, y) = (left - blockWidth, top - 7.5 * blockHeight)
        let area = PixelMean(
            left: x + blockWidth, top: y + 0.3 * blockHeight, right: x + 25 * blockWidth,
            bottom: y + 1.2 * blockHeight, in: size)
        guard y + 0.5 * blockHeight >= 0 else { return nil }
        return area.level(luma, stride, points: 24)
    }
}

/// A rectangle of whole pixels within a picture, at least one of them.
struct PixelMean {
    private let columns: Range<Int>
    private let rows: Range<Int>

    init(left: Double, top: Double, right: Double, bottom: Double, in size: PictureSize) {
        columns = Self.range(left, right, size.width)
        rows = Self.range(top, bottom, size.height)
    }

    private static func range(_ from: Double, _ to: Double, _ limit: Int) -> Range<Int> {
        let first = max(0, min(limit - 1, Int(from.rounded())))
        return first..<max(first + 1, min(limit, Int(to.rounded())))
    }

    /// The mean of at most about so many points in each direction.
    func level(_ luma: Span<UInt8>, _ stride: Int, points: Int) -> Double {
        let (stepX, stepY) = (max(1, columns.count / points), max(1, rows.count / points))
        var (sum, count) = (0, 0)
        var y = rows.lowerBound
        while y < rows.upperBound {
            var x = columns.lowerBound
            while x < columns.upperBound {
                sum += Int(luma[y * stride + x])
                count += 1
                x += stepX
            }
            y += stepY
        }
        return Double(sum) / Double(count)
    }
}
