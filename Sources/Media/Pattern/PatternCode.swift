package import Primitives
package import WebRTC

/// What the blocks of a burned clock say: when the picture was made, and its number.
///
/// Four rows of 24 blocks, dark for 0 and bright for 1. The first row is the same in each picture:
/// it is found by it, and tells dark from bright. The others hold, the most significant bit first,
/// 28 bits of milliseconds since 1970, 19 bits of the picture's number, a bit that says whether the
/// test pattern is around it, and 24 bits of the CRC-32 of those six bytes. `StampGrid` says where
/// they are.
package struct PatternCode: Sendable, Hashable {
    package let milliseconds: UInt32
    package let number: UInt32
    /// The test pattern's own, which fills the picture; else a stamp upon another picture.
    package let isPattern: Bool

    package enum Limits {
        package static let columns = 24
        package static let rows = 4
        package static let dark: UInt8 = 16
        package static let bright: UInt8 = 235
        /// Times are told of those so far apart, three days.
        package static let period: Int64 = 1 << 28
        /// Numbers begin anew above it.
        package static let numbers: UInt32 = 1 << 19
    }

    /// The first row: as many bright blocks as dark ones, and like itself at no other place.
    static let knownRow: UInt32 = 0b1010_0110_0011_1001_0101_1100

    package init(_ wallClock: WallClock, number: Int64, isPattern: Bool) {
        let milliseconds = wallClock.millisecondsSince1970
        self.init(
            milliseconds: UInt32(truncatingIfNeeded: milliseconds & (Limits.period - 1)),
            number: UInt32(truncatingIfNeeded: number) % Limits.numbers, isPattern: isPattern)
    }

    private init(milliseconds: UInt32, number: UInt32, isPattern: Bool) {
        self.milliseconds = milliseconds
        self.number = number
        self.isPattern = isPattern
    }

    /// The moment that was meant, of those three days apart: the nearest to when it was read.
    package func wallClock(near reading: WallClock) -> WallClock {
        let now = reading.millisecondsSince1970
        let ahead = (Int64(milliseconds) - now) & (Limits.period - 1)
        return reading + .milliseconds(ahead < Limits.period / 2 ? ahead : ahead - Limits.period)
    }

    /// The blocks of each row, the first column in the highest of 24 bits.
    package var rows: [UInt32] {
        let low = number << 1 | (isPattern ? 1 : 0)
        return [
            Self.knownRow, milliseconds >> 4, (milliseconds & 0xF) << 20 | low,
            Self.check(milliseconds >> 4, (milliseconds & 0xF) << 20 | low),
        ]
    }

    /// From the rows after the first; nil where they don't agree with their check.
    package init?(rows: [UInt32]) {
        guard rows.count == Limits.rows - 1, Self.check(rows[0], rows[1]) == rows[2] else {
            return nil
        }
        self.init(
            milliseconds: rows[0] << 4 | rows[1] >> 20, number: rows[1] >> 1 & 0x7FFFF,
            isPattern: rows[1] & 1 == 1)
    }

    private static func check(_ first: UInt32, _ second: UInt32) -> UInt32 {
        var sum = CRC32()
        for row in [first, second] {
            for shift in [16, 8, 0] as [UInt32] {
                sum.update(UInt8(truncatingIfNeeded: row >> shift))
            }
        }
        return sum.value & 0xFF_FFFF
    }

    static func isBright(_ column: Int, _ row: UInt32) -> Bool {
        row >> UInt32(Limits.columns - 1 - column) & 1 == 1
    }
}

/// Where a block of the test pattern's code lies in a picture of some size.
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
            luma.count >= stride * (size.height - 1) + size.width,
            let reading = StampGrid(patternOf: size).read(luma, stride, size)
        else { return nil }
        self = reading.code
    }
}
