import Primitives

/// A tag of a playlist as it stands there, for rules about what the parser passes over.
package struct PlaylistTag: Sendable, Equatable {
    /// From 1.
    package let line: Int
    /// Without `#`: `EXT-X-DATERANGE`.
    package let name: String
    /// What stands behind the colon.
    package let value: String

    /// The tags of a playlist in their order; lines over the limit are passed over.
    package static func all(in bytes: [UInt8]) -> [PlaylistTag] {
        var reader = LineReader(maximumLength: Playlist.Limits.lineBytes)
        reader.add(bytes)
        reader.finish()
        var tags: [PlaylistTag] = []
        while true {
            switch reader.advance() {
            case .starved: return tags
            case .tooLong: continue
            case .line:
                let text = unsafe reader.line.withUnsafeBufferPointer {
                    unsafe String(decoding: $0, as: UTF8.self)
                }
                guard text.hasPrefix("#EXT") else { continue }
                let parts = text.dropFirst().split(
                    separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                tags.append(
                    PlaylistTag(
                        line: reader.number, name: String(parts[0].trimmed),
                        value: parts.count == 2 ? String(parts[1].trimmed) : ""))
            }
        }
    }

    /// The attributes that it lists, without their quotes; nil where it lists none.
    package var attributes: [(name: String, text: String)]? {
        AttributeList(parsing: value[...].utf8)?.all.map { ($0.name, $0.value.text) }
    }

    package func attribute(_ name: String) -> String? {
        attributes?.first { $0.name == name }?.text
    }
}
