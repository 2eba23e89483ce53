package import Primitives

/// A time of the Network Time Protocol: seconds since 1900 in 32.32 fixed point; wraps in 2036.
package struct NTPTime: Sendable, Hashable {
    package let rawValue: UInt64

    private static let secondsTo1970: Int64 = 2_208_988_800
    private static let nanosecondsInSecond: Int64 = 1_000_000_000

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package init(nanosecondsSince1970: Int64) {
        let (quotient, remainder) = nanosecondsSince1970.quotientAndRemainder(
            dividingBy: Self.nanosecondsInSecond)
        let seconds = remainder < 0 ? quotient - 1 : quotient
        let nanoseconds = UInt64(remainder < 0 ? remainder + Self.nanosecondsInSecond : remainder)
        // Rounded to the nearest fraction, so that a nanosecond survives the way there and back.
        let fraction = (nanoseconds << 32 + 500_000_000) / 1_000_000_000
        rawValue =
            UInt64(bitPattern: seconds &+ Self.secondsTo1970) << 32 &+ fraction
    }

    package init(_ time: WallClock) {
        let bound = Int64.max / 1_000_000
        let milliseconds = min(max(time.millisecondsSince1970, -bound), bound)
        self.init(nanosecondsSince1970: milliseconds * 1_000_000)
    }

    /// The low 16 bits of the seconds and the high 16 of the fraction, as LSR wants them.
    package var middle32: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// Times before 1968 are taken as those of the era that begins in 2036 (RFC 4330 section 3).
    package var nanosecondsSince1970: Int64 {
        let seconds = Int64(rawValue >> 32)
        let era = seconds & 0x8000_0000 == 0 ? seconds + 1 << 32 : seconds
        let fraction = (rawValue & 0xFFFF_FFFF) * 1_000_000_000
        let nanoseconds = Int64((fraction + 1 << 31) >> 32)
        return (era - Self.secondsTo1970) * Self.nanosecondsInSecond + nanoseconds
    }

    /// The way from `earlier` to here, across a wrap.
    package func nanoseconds(since earlier: NTPTime) -> Int64 {
        let ticks = Int64(bitPattern: rawValue &- earlier.rawValue)
        return Int64((Int128(ticks) * 1_000_000_000) >> 32)
    }
}

extension Duration {
    /// In units of 2^-16 s, as DLSR counts; saturates at the ends of 32 bits.
    package var shortNTP: UInt32 {
        let nanoseconds = max(wholeNanoseconds, 0)
        return UInt32(clamping: Int128(nanoseconds) << 16 / 1_000_000_000)
    }

    /// A duration that has been counted in units of 2^-16 s.
    package static func shortNTP(_ units: UInt32) -> Duration {
        .nanoseconds((Int64(units) * 1_000_000_000) >> 16)
    }
}
