package import Primitives

/// A playlist of HLS: of pieces, or of other playlists (RFC 8216 and its revision).
package enum Playlist: Sendable, Equatable {
    case media(MediaPlaylist)
    case multivariant(MultivariantPlaylist)

    package enum Limits {
        package static let bytes = 4 << 20
        package static let lineBytes = 16 << 10
        package static let pieces = 20_000
        package static let parts = 20_000
        package static let variants = 1_000
    }
}

/// The pieces of one rendition, in order.
package struct MediaPlaylist: Sendable, Equatable {
    package var version = 1
    package var targetDuration: Duration = .zero
    /// Nil where there are no parts.
    package var partTarget: Duration?
    /// Of the first piece that the playlist has, whether it lists or skips it.
    package var mediaSequence: Int64 = 0
    package var discontinuitySequence: Int64 = 0
    package var control = ServerControl()
    /// Each piece can be decoded without those before it.
    package var isIndependent = false
    package var isEnded = false
    package var pieces: [Piece] = []
    /// Parts of the piece that is not whole yet.
    package var openParts: [Part] = []
    package var hints: [PreloadHint] = []
    /// Pieces at the beginning that are not listed, since the client knows them.
    package var skipped: Int64 = 0
    /// The lowest version that has all that is used.
    package var neededVersion = 1
    /// How pieces are encrypted; nil where none is.
    package var encryption: String?

    package init() {}

    /// The number of the piece that comes after those that are listed.
    package var nextSequence: Int64 {
        pieces.last.map { $0.sequence &+ 1 } ?? mediaSequence &+ skipped
    }

    /// Of all that can be loaded.
    package var duration: Duration {
        pieces.reduce(.zero) { $0 + $1.duration } + openParts.reduce(.zero) { $0 + $1.duration }
    }
}

/// What a server offers beyond files (EXT-X-SERVER-CONTROL).
package struct ServerControl: Sendable, Equatable {
    package var canBlockReload = false
    package var holdBack: Duration?
    package var partHoldBack: Duration?
    package var skipBoundary: Duration?

    package init() {}
}

/// Some of the bytes of a resource.
package struct ByteRange: Sendable, Hashable {
    package let start: Int64
    package let length: Int64

    package var end: Int64 { start + length }

    /// Nil where it would end beyond what can be counted.
    package init?(start: Int64, length: Int64) {
        guard start >= 0, length > 0, !start.addingReportingOverflow(length).overflow else {
            return nil
        }
        self.start = start
        self.length = length
    }
}

/// Bytes that are loaded by a URI, which may be relative to the playlist's.
package struct PieceAddress: Sendable, Hashable {
    package var uri: String
    package var range: ByteRange?

    package init(uri: String, range: ByteRange?) {
        self.uri = uri
        self.range = range
    }
}

/// A media segment, as HLS calls it.
package struct Piece: Sendable, Equatable {
    package var sequence: Int64
    package var address: PieceAddress
    package var duration: Duration
    /// When its first picture was taken, if the playlist says it at this piece.
    package var date: WallClock?
    /// Its coding or its clock has nothing to do with the piece before.
    package var isDiscontinuous: Bool
    /// There is nothing to be loaded.
    package var isGap: Bool
    /// What its decoder needs beforehand.
    package var map: PieceAddress?
    package var parts: [Part]
}

/// A part of a piece, of those that need not wait for the whole (EXT-X-PART).
package struct Part: Sendable, Equatable {
    package var address: PieceAddress
    package var duration: Duration
    package var isIndependent: Bool
    package var isGap: Bool
    package var map: PieceAddress?
    /// As in a piece, where it is the first of one that isn't whole yet.
    package var date: WallClock?
    package var isDiscontinuous: Bool
}

/// What is going to be there (EXT-X-PRELOAD-HINT).
package struct PreloadHint: Sendable, Equatable {
    package var kind: String
    package var uri: String
    package var start: Int64
    package var length: Int64?
}

/// The renditions of one show.
package struct MultivariantPlaylist: Sendable, Equatable {
    package struct Variant: Sendable, Equatable {
        package var uri: String
        package var bandwidth: Int64
        /// As it is written: `1280x720`.
        package var resolution: String?
        package var codecs: String?
        /// The group of the playlists that its sound is in.
        package var audio: String?
    }

    /// A rendition beside the variants (EXT-X-MEDIA).
    package struct Rendition: Sendable, Equatable {
        package var kind: String
        package var group: String
        package var uri: String?
    }

    package var version = 1
    package var variants: [Variant] = []
    package var renditions: [Rendition] = []

    package init() {}

    /// The one with the most bits in a second: the first of those where there are several.
    package var best: Int? {
        variants.indices.max { one, other in
            let (low, high) = (variants[one].bandwidth, variants[other].bandwidth)
            return low == high ? one > other : low < high
        }
    }

    /// Whether the sound of a variant is in a playlist of its own.
    package func hasSoundApart(_ variant: Variant) -> Bool {
        guard let group = variant.audio else { return false }
        return renditions.contains { $0.kind == "AUDIO" && $0.group == group && $0.uri != nil }
    }
}

/// Why a text is no playlist, and the line that says so, from 1.
package struct PlaylistProblem: Error, Sendable, Equatable {
    package enum Fault: Sendable, Equatable {
        /// The first line is not `#EXTM3U`.
        case noHead
        case tooLarge(limit: Int)
        case lineTooLong(limit: Int)
        case tooManyPieces(limit: Int)
        case tooManyParts(limit: Int)
        case tooManyVariants(limit: Int)
        case badTag(String)
        case missingAttribute(tag: String, name: String)
        /// A URI without the tag that belongs before it.
        case strayURI
        /// Tags of both kinds of playlist.
        case mixed
        case missingTargetDuration
    }

    package let line: Int
    package let fault: Fault
}
