/// How much of one request a server takes before it refuses.
package struct HTTPLimits: Sendable, Equatable {
    package var requestLineBytes: Int
    /// All field lines of a head together, with their line ends; trailers count against it too.
    package var headerBytes: Int
    package var headerCount: Int
    package var bodyBytes: Int

    package init(requestLineBytes: Int, headerBytes: Int, headerCount: Int, bodyBytes: Int) {
        self.requestLineBytes = requestLineBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
    }

    /// Ample for session descriptions: browsers' offers are 5 to 20 kB.
    package static let signaling = HTTPLimits(
        requestLineBytes: 8192, headerBytes: 16_384, headerCount: 64, bodyBytes: 262_144)

    /// Empty lines that a client may send before a request line (RFC 9112 2.2).
    static let leadingEmptyLines = 2
    /// Digits of a Content-Length: below 2^63 whatever they are.
    static let lengthDigits = 18
    /// Hexadecimal digits of a chunk's size.
    static let chunkSizeDigits = 8
    /// A chunk's size with its extensions.
    static let chunkLineBytes = 256
    static let methodBytes = 32
}
