import Primitives

/// Parameter sets in a session description: base64, separated by commas.
///
/// `sprop-parameter-sets` of H.264 (RFC 6184 8.1); `sprop-vps`, `-sps` and `-pps` of H.265
/// (RFC 7798 7.1).
package enum SpropParameterSets {
    /// Sets of one parameter, and characters of it: far above what encoders have.
    package static let maximumCount = 16
    package static let maximumLength = 16_384

    package static func text(_ units: [[UInt8]]) -> String {
        units.map(Base64.text).joined(separator: ",")
    }

    /// Nil where it isn't base64, or beyond the limits; empty parts are passed over.
    package static func parse(_ text: String) -> [[UInt8]]? {
        guard text.utf8.count <= maximumLength else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: ","))
        guard parts.count <= maximumCount else { return nil }
        var units: [[UInt8]] = []
        for part in parts {
            guard let unit = Base64.bytes(Array(part)) else { return nil }
            if !unit.isEmpty { units.append(unit) }
        }
        return units
    }
}
