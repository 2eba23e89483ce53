import Primitives

/// How the pieces of a package are encrypted, with one key for all.
package struct PieceEncryption: Sendable, Hashable {
    package enum Method: Sendable, Hashable {
        /// AES-128: a whole piece is one chain of blocks.
        case wholePieces
        /// SAMPLE-AES, which is `cbcs` in CMAF: what is within frames, so that parts can be read.
        case frames
    }

    package var method: Method
    package var key: [UInt8]
    /// Where players load the key.
    package var uri: String

    /// Nil where the key has not 16 bytes.
    package init?(method: Method, key: [UInt8], uri: String) {
        guard key.count == 16 else { return nil }
        self.method = method
        self.key = key
        self.uri = uri
    }

    /// The same key names the same vector for the same rendition: so are its bytes the same.
    func vector(of rendition: String) -> [UInt8] { derived("vector " + rendition) }

    var keyID: [UInt8] { derived("identifier") }

    private func derived(_ purpose: String) -> [UInt8] {
        var mac = HMAC<SHA256>(key: key.span)
        mac.update(Array(purpose.utf8).span)
        return Array(mac.finish()[..<16])
    }

    /// Of a whole piece: its number, as HLS has it where no vector is told.
    static func vector(number: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: 8)
            + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }
}
