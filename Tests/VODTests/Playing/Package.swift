import Playlists
import Primitives
import TestSupport

/// A package as a player sees it: through the strict parser of playlists.
struct Package {
    struct Rendition {
        /// The playlist, from the package's folder.
        let name: String
        let codec: String
        let playlist: MediaPlaylist
        /// What is fed to a decoder, in order.
        let files: [String]
    }

    let folder: String
    let main: MultivariantPlaylist
    /// The best first.
    let pictures: [Rendition]
    let sounds: [Rendition]

    init(_ folder: String, main name: String = "main.m3u8") throws {
        self.folder = folder
        guard case .multivariant(let main) = try Self.playlist("\(folder)/\(name)") else {
            throw MediaFailure(words: "\(name) is no multivariant playlist")
        }
        self.main = main
        pictures = try main.variants.sorted { $0.bandwidth > $1.bandwidth }.map { variant in
            let codec = variant.codecs?.split(separator: ",").first { !$0.hasPrefix("mp4a") }
            return try Self.rendition(variant.uri, codec: String(codec ?? ""), in: folder)
        }
        sounds = try main.renditions.filter { $0.kind == "AUDIO" }.compactMap { sound in
            try sound.uri.map { try Self.rendition($0, codec: "mp4a.40.2", in: folder) }
        }
    }

    private static func playlist(_ path: String) throws -> Playlist {
        guard let text = Files.bytes(path) else { throw MediaFailure(words: "no \(path)") }
        return try Playlist(parsing: text)
    }

    private static func rendition(
        _ name: String, codec: String, in folder: String
    ) throws -> Rendition {
        guard case .media(let playlist) = try playlist("\(folder)/\(name)") else {
            throw MediaFailure(words: "\(name) is no media playlist")
        }
        let place = name.split(separator: "/").dropLast().map { "\($0)/" }.joined()
        var files: [String] = []
        for piece in playlist.pieces {
            if let map = piece.map, !files.contains("\(place)\(map.uri)") {
                files.append("\(place)\(map.uri)")
            }
            files.append("\(place)\(piece.address.uri)")
        }
        return Rendition(name: name, codec: codec, playlist: playlist, files: files)
    }
}
