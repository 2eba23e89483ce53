package import Primitives
package import WebRTC

/// What the blocks at the foot of the test pattern say: when the picture was made, and its number.
///
/// Four rows of 24 blocks, dark for 0 and bright for 1. The first row is the same in each picture:
/// it is found by it, and tells dark from bright. The others hold, the most significant bit first,
/// 32 bits of milliseconds since 1970, 24 bits of the picture's number, and 16 bits of the CRC-32
/// of those seven bytes. Places and sizes are fractions of the picture, so that scaling keeps them:
/// block (column, row) begins at width × (1 + column) / 26 and height × (7.5 + row) / 12.
package struct PatternCode: Sendable, Hashable {
    package let milliseconds: UInt32
    package let number: UInt32

    package enum Limits {
        package static let columns = 24
        package static let rows = 4
        package static let dark: UInt8 = 16
        package static let bright: UInt8 = 235
        /// Levels between dark and bright, below which it isn't our pattern, or is beyond reading.
        static let leastContrast = 48
        /// Numbers begin anew above it.
        package static let numbers: UInt32 = 1 << 24
    }

    /// The first row: as many bright blocks as dark ones, and like itself at no other place.
    static let knownRow: UInt32 = 0b1010_0110_0011_1001_0101_1100

    package init(_ wallClock: WallClock, number: Int64) {
        milliseconds = UInt32(truncatingIfNeeded: wallClock.millisecondsSince1970)
        self.number = UInt32(truncatingIfNeeded: number) % Limits.numbers
    }

    private init(milliseconds: UInt32, number: UInt32) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// The moment that was meant, of those 49 days apart: the nearest to when it was read.
    package func wallClock(near reading: WallClock) -> WallClock {
        let now = UInt32(truncatingIfNeeded: reading.millisecondsSince1970)
        let difference = Int32(truncatingIfNeeded: Int64(milliseconds) - Int64(now))
        return reading + .milliseconds(Int64(difference))
    }

    /// The blocks of each row, the first column in the highest of 24 bits.
    package var rows: [UInt32] {
        let check = Self.check(milliseconds, number)
        return [
            Self.knownRow,
            milliseconds >> 8,
            (milliseconds & 0xFF) << 16 | number >> 8,
            (number & 0xFF) << 16 | UInt32(check),
        ]
    }

    /// From the rows after the first; nil where they don't agree with their check.
    package init?(rows: [UInt32]) {
        guard rows.count == Limits.rows - 1 else { return nil }
        let milliseconds = rows[0] << 8 | rows[1] >> 16 & 0xFF
        let number = (rows[1] & 0xFFFF) << 8 | rows[2] >> 16 & 0xFF
        guard Self.check(milliseconds, number) == UInt16(truncatingIfNeeded: rows[2]) else {
            return nil
        }
        self.init(milliseconds: milliseconds, number: number)
    }

    private static func check(_ milliseconds: UInt32, _ number: UInt32) -> UInt16 {
        var sum = CRC32()
        for shift in [24, 16, 8, 0] as [UInt32] {
            sum.update(UInt8(truncatingIfNeeded: milliseconds >> shift))
        }
        for shift in [16, 8, 0] as [UInt32] {
            sum.update(UInt8(truncatingIfNeeded: number >> shift))
        }
        return UInt16(truncatingIfNeeded: sum.value)
    }
}

/// Where a block of the code lies in a picture of some size.
package struct PatternBlock: Sendable, Equatable {
    package let left: Int
    package let top: Int
    package let right: Int
    package let bottom: Int

    package init(column: Int, row: Int, in size: PictureSize) {
        left = size.width * (1 + column) / 26
        right = size.width * (2 + column) / 26
        top = size.height * (15 + 2 * row) / 24
        bottom = size.height * (17 + 2 * row) / 24
    }
}

extension PatternCode {
    /// Reads the code of a picture that shows the pattern as a whole, at any size; nil where there
    /// is none to be read.
    package init?(luma: Span<UInt8>, stride: Int, size: PictureSize) {
        guard size.width >= 2 * 26, size.height >= 2 * 12, stride >= size.width,
            luma.count >= stride * (size.height - 1) + size.width
        else { return nil }
        var levels: [Int] = []
        levels.reserveCapacity(Limits.rows * Limits.columns)
        for row in 0..<Limits.rows {
            for column in 0..<Limits.columns {
                let block = PatternBlock(column: column, row: row, in: size)
                levels.append(Self.level(of: block, luma, stride))
            }
        }
        var sums = (bright: 0, dark: 0)
        for column in 0..<Limits.columns {
            if Self.isBright(column, Self.knownRow) {
                sums.bright += levels[column]
            } else {
                sums.dark += levels[column]
            }
        }
        let half = Limits.columns / 2
        guard sums.bright - sums.dark >= Limits.leastContrast * half else { return nil }
        let threshold = (sums.bright + sums.dark) / (2 * half)
        var rows = [UInt32](repeating: 0, count: Limits.rows)
        for (index, level) in levels.enumerated() where level > threshold {
            rows[index / Limits.columns] |= 1 << UInt32(23 - index % Limits.columns)
        }
        guard rows[0] == Self.knownRow else { return nil }
        self.init(rows: Array(rows.dropFirst()))
    }

    static func isBright(_ column: Int, _ row: UInt32) -> Bool {
        row >> UInt32(Limits.columns - 1 - column) & 1 == 1
    }

    /// The mean of the inner half of a block: its edges are blurred by scaling and coding.
    private static func level(of block: PatternBlock, _ luma: Span<UInt8>, _ stride: Int) -> Int {
        let (width, height) = (block.right - block.left, block.bottom - block.top)
        let columns =
            block.left + width / 4..<max(block.left + width / 4 + 1, block.right - width / 4)
        let rows =
            block.top + height / 4..<max(block.top + height / 4 + 1, block.bottom - height / 4)
        var sum = 0
        for y in rows {
            for x in columns { sum += Int(luma[y * stride + x]) }
        }
        return sum / (rows.count * columns.count)
    }
}
