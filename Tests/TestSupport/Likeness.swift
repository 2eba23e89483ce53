internal import CTestSupport
import Glibc

/// How alike two sounds or two pictures are.
package enum Likeness {
    /// A place in a sound, and the correlation there: 1 for equal.
    package struct Match: Sendable {
        package let place: Int
        package let likeness: Double
    }

    /// Where a piece of one sound is found in another, looked for at the places named.
    package static func find(
        _ piece: ArraySlice<Float>, in whole: [Float], at places: Range<Int>
    ) -> Match? {
        var likeness = 0.0
        let place = unsafe whole.withUnsafeBufferPointer { all in
            unsafe piece.withUnsafeBufferPointer {
                unsafe lct_match(
                    all.baseAddress, Int32(all.count), $0.baseAddress, Int32($0.count),
                    Int32(places.lowerBound), Int32(places.upperBound), &likeness)
            }
        }
        return place < 0 ? nil : Match(place: Int(place), likeness: likeness)
    }

    /// The peak signal-to-noise ratio of two pictures of bytes, in decibels; infinite where they
    /// are equal.
    package static func ratio(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Double {
        guard one.count == other.count, !one.isEmpty else { return 0 }
        let squares = unsafe one.withUnsafeBufferPointer { first in
            unsafe other.withUnsafeBufferPointer {
                unsafe lct_squares(first.baseAddress, $0.baseAddress, Int32($0.count))
            }
        }
        return squares == 0 ? .infinity : 10 * log10(255 * 255 * Double(one.count) / squares)
    }
}
