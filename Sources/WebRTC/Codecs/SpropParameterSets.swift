/// Parameter sets in a session description: base64, separated by commas.
///
/// `sprop-parameter-sets` of H.264 (RFC 6184 8.1); `sprop-vps`, `-sps` and `-pps` of H.265
/// (RFC 7798 7.1).
package enum SpropParameterSets {
    /// Sets of one parameter, and characters of it: far above what encoders have.
    package static let maximumCount = 16
    package static let maximumLength = 16_384

    package static func text(_ units: [[UInt8]]) -> String {
        units.map(encode).joined(separator: ",")
    }

    /// Nil where it isn't base64, or beyond the limits; empty parts are passed over.
    package static func parse(_ text: String) -> [[UInt8]]? {
        guard text.utf8.count <= maximumLength else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: ","))
        guard parts.count <= maximumCount else { return nil }
        var units: [[UInt8]] = []
        for part in parts {
            guard let unit = decode(Array(part)) else { return nil }
            if !unit.isEmpty { units.append(unit) }
        }
        return units
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group = 0
            for place in 0..<3 {
                group = group << 8 | (place < count ? Int(bytes[start + place]) : 0)
            }
            for place in 0..<4 {
                let index = group >> (18 - 6 * place) & 0x3F
                text.append(place <= count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Padding may be left out, as some encoders do.
    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        var digits = text[...]
        while digits.last == UInt8(ascii: "="), text.count - digits.count < 2 {
            digits.removeLast()
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var group = 0
        var bits = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            group = (group << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> bits))
            }
        }
        return bytes
    }
}
