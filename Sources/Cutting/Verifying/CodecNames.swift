import Movies
import WebRTC

/// The names that playlists have for the codecs of a movie (RFC 6381).
enum CodecNames {
    /// None where it cannot be read, or where a name is not known.
    static func of(_ head: [UInt8]) -> [String] {
        let read = { (place: Int64, count: Int) -> [UInt8]? in
            guard place >= 0, Int(place) + count <= head.count else { return nil }
            return Array(head[Int(place)..<Int(place) + count])
        }
        guard let movie = try? MovieReader.read(length: Int64(head.count), read) else { return [] }
        return movie.tracks.compactMap { $0.formats.first.flatMap(name) }
    }

    private static func name(_ format: MovieFormat) -> String? {
        switch format.name {
        case "avc1", "avc3":
            guard format.configuration.count >= 4 else { return nil }
            return format.name + "." + format.configuration[1...3].map(hex).joined()
        case "mp4a":
            // Of the object types only those of one byte: all that are in use.
            guard let first = format.configuration.first else { return nil }
            return "mp4a.40.\(first >> 3)"
        case "Opus": return "opus"
        default: return nil
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + text : text
    }
}
