import HTTP
import Playlists
import Primitives

/// A piece or a part that is to be loaded next, and what the playlist says of it.
struct PieceWish: Sendable, Equatable {
    /// Bytes of a resource, by their whole address.
    struct Source: Sendable, Hashable {
        let url: URL
        let range: ByteRange?
    }

    let name: PieceName
    let source: Source
    /// What its decoder needs beforehand.
    let map: Source?
    let duration: Duration
    /// When its first picture was taken, by the playlist.
    let date: WallClock?
    /// It is said to begin with a keyframe.
    let isIndependent: Bool
    /// Its clock or coding has nothing to do with what came before.
    let isBroken: Bool
    /// Nothing is missing between it and what was loaded before.
    let isConsecutive: Bool
    /// Where in it playing begins, if it is the first.
    let startsAt: Duration?
}
