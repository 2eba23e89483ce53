import Primitives
package import WebRTC

/// What a server of the Network Time Protocol answers (RFC 5905, version 4).
package struct NTPReply: Sendable, Equatable {
    /// When our question came, and this answer left, on the server's clock.
    package var receipt: NTPTime
    package var reply: NTPTime
    /// How far the server itself may be from the true time, by its own account.
    package var error: Duration

    package enum Limits {
        package static let port: UInt16 = 123
        package static let bytes = 48
        /// A server that says it may be further off is of no use.
        static let error: Duration = .seconds(1)
    }

    /// Why an answer is none.
    package enum Problem: Error, Sendable, Equatable {
        case malformed
        /// It answers another question than ours, or an old one.
        case notAsked
        /// The server does not know the time itself.
        case unsynchronised
        /// A kiss-o'-death: the server wants to be asked less.
        case tooOften
        /// A kiss-o'-death: the server does not want to be asked.
        case denied
    }

    /// The packet that asks. `mark` comes back with the answer; it is random, and not the time,
    /// since nobody needs to know that.
    package static func question(mark: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Limits.bytes)
        // No warning, version 4, mode 3: a client.
        bytes[0] = 4 << 3 | 3
        for place in 0..<8 {
            bytes[40 + place] = UInt8(truncatingIfNeeded: mark >> (56 - 8 * place))
        }
        return bytes
    }

    /// Reads the answer to the question of that mark.
    package init(parsing bytes: Span<UInt8>, mark: UInt64) throws(Problem) {
        guard bytes.count >= Limits.bytes, bytes[0] & 7 == 4, (3...4).contains(bytes[0] >> 3 & 7)
        else { throw .malformed }
        // Before anything is believed, a kiss-o'-death too.
        guard Self.number(bytes, 24, 8) == mark else { throw .notAsked }
        let stratum = bytes[1]
        guard stratum > 0 else {
            throw Self.number(bytes, 12, 4) == Self.rate ? .tooOften : .denied
        }
        let (root, spread) = (Self.short(bytes, 4), Self.short(bytes, 8))
        let error = root / 2 + spread + Self.grain(bytes[3])
        guard bytes[0] >> 6 != 3, stratum < 16, error <= Limits.error else { throw .unsynchronised }
        receipt = NTPTime(rawValue: Self.number(bytes, 32, 8))
        reply = NTPTime(rawValue: Self.number(bytes, 40, 8))
        guard receipt.rawValue != 0, reply.rawValue != 0, reply.nanoseconds(since: receipt) >= 0
        else { throw .malformed }
        self.error = error
    }

    /// "RATE" in ASCII.
    private static let rate: UInt64 = 0x5241_5445

    private static func number(_ bytes: Span<UInt8>, _ place: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in place..<place + count { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    private static func short(_ bytes: Span<UInt8>, _ place: Int) -> Duration {
        .shortNTP(UInt32(truncatingIfNeeded: number(bytes, place, 4)))
    }

    /// The step of the server's clock, which is told as a power of two of seconds.
    private static func grain(_ exponent: UInt8) -> Duration {
        let power = Int(Int8(bitPattern: exponent))
        guard power > -30 else { return .nanoseconds(1) }
        return power >= 0 ? .seconds(1 << min(power, 8)) : .nanoseconds(1_000_000_000 >> -power)
    }
}
