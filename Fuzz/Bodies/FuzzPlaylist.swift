import Playlists
import Probing

/// A playlist of anybody's: it is read or refused by its line, and what is read keeps its limits.
package func fuzzPlaylist(_ bytes: [UInt8]) {
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    do throws(PlaylistProblem) {
        switch try Playlist(parsing: bytes) {
        case .media(let playlist):
            precondition(playlist.targetDuration > .zero, "a target of nothing")
            precondition(playlist.pieces.count <= Playlist.Limits.pieces, "too many pieces")
            precondition(playlist.nextSequence >= playlist.mediaSequence, "numbers go back")
            for piece in playlist.pieces {
                precondition(piece.duration >= .zero, "a piece before its beginning")
                if let range = piece.address.range {
                    precondition(range.start >= 0 && range.end > range.start, "an empty range")
                }
            }
        case .multivariant(let playlist):
            precondition(playlist.variants.count <= Playlist.Limits.variants, "too many")
            if let best = playlist.best {
                precondition(playlist.variants.indices.contains(best), "a variant of none")
            }
        }
    } catch {
        precondition((1...max(lines, 1)).contains(error.line), "a line that isn't there")
    }
}
