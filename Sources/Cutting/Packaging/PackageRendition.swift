package import FileAccess
package import Movies
package import Primitives
import WebRTC

/// One rendition that a package offers, before its frames: a size of the picture, or a sound.
package struct PackageRendition: Sendable {
    package enum Kind: Sendable, Hashable {
        case picture
        /// - Parameter language: as BCP 47 has it, such as `de`; nil where nobody knows.
        case sound(title: String, language: String?)
    }

    /// The name of its folder, such as `720p`; of letters, digits, `-` and `_`.
    package var name: String
    package var kind: Kind
    package var format: MovieFormat
    /// Of the times of its frames.
    package var timescale: Int32
    /// How the picture is turned, as `tkhd` has it.
    package var matrix: [UInt32]
    /// Frames that must be decoded before one, less than zero; nil where each stands for itself.
    package var roll: Int16?
    /// Of a sound: which group it is in, for those of one group are chosen from by their names. Of
    /// a picture: which group it is played with; nil for the first one.
    package var soundGroup: String?

    package init(
        name: String, kind: Kind, format: MovieFormat, timescale: Int32, matrix: [UInt32],
        roll: Int16?
    ) {
        self.name = name
        self.kind = kind
        self.format = format
        self.timescale = timescale
        self.matrix = matrix
        self.roll = roll
    }

    var isPicture: Bool { kind == .picture }

    var size: PictureSize? {
        if case .picture(let size) = format.details { size } else { nil }
    }
}

/// When a coded frame is decoded and shown, in ticks of its rendition.
///
/// Zero of presentation is the start of the package, for all renditions: what is before it, such
/// as an encoder's priming, is decoded and not presented. No frame is shown before it is decoded;
/// decoding may begin before zero. NAL units have their lengths before them, as the format's
/// configuration says.
package struct PackageFrame: Sendable, Hashable {
    package var decoding: Int64
    package var presentation: Int64
    package var duration: UInt32
    /// Whether decoding can begin here, and nothing behind it needs anything before it: an IDR of
    /// a closed group of pictures. Sounds always are.
    package var isIndependent: Bool

    package init(decoding: Int64, presentation: Int64, duration: UInt32, isIndependent: Bool) {
        self.decoding = decoding
        self.presentation = presentation
        self.duration = duration
        self.isIndependent = isIndependent
    }
}

/// A piece of a rendition, as it was written.
package struct PackagePiece: Sendable, Hashable {
    /// Within the rendition's folder.
    package let name: String
    /// In ticks of the rendition.
    package let start: Int64
    package var duration: Int64
    package var bytes: Int64
    /// Its keyframes, each readable by itself.
    package var keyframes: [PackageKeyframe]
}

/// A keyframe within a piece: a fragment of its own.
package struct PackageKeyframe: Sendable, Hashable {
    package let presentation: Int64
    package let place: Int64
    package let count: Int64
}

/// What a rendition came to.
package struct RenditionOutcome: Sendable {
    package let rendition: PackageRendition
    package let pieces: [PackagePiece]
    package let frames: Int
    /// The name of what stands before all pieces, within the folder, and its length.
    package let head: String
    package let headBytes: Int64
    package let encryption: PieceEncryption?
    package let remarks: [PackageRemark]

    package var bytes: Int64 { pieces.reduce(0) { $0 + $1.bytes } }

    /// From the first frame to the end of the last.
    package var duration: MediaTime {
        let ticks = pieces.reduce(Int64(0)) { $0 + $1.duration }
        return MediaTime(ticks: ticks, timescale: rendition.timescale)
    }
}

/// What is worth telling of a package that is right all the same.
package enum PackageRemark: Sendable, Hashable {
    /// Pieces can begin only where decoding can: some are longer than was asked for.
    case longPieces(rendition: String, longest: Duration, wanted: Duration)
    /// Whoever seeks waits for it.
    case distantKeyframes(rendition: String, longest: Duration)
    /// With whole pieces encrypted, a part of one can't be read.
    case noKeyframePlaylist(rendition: String)
    /// Players that know no edit lists show what is before the start.
    case hiddenStart(rendition: String, hidden: Duration)
}

/// Why a package could not be made.
package enum PackageProblem: Error, Sendable, Hashable {
    case file(FileProblem)
    /// The first frame of pictures is not one that decoding can begin with.
    case noKeyframe(rendition: String)
    /// Decoded before the frame in front of it; the time is of presentation.
    case disordered(rendition: String, at: Duration)
    /// A frame that is no row of NAL units, where it has to be.
    case badFrame(rendition: String, at: Duration)
    case emptyRendition(String)
    case noRenditions
    /// A codec for whose frames there is no protection here.
    case notProtectable(rendition: String, codec: String)
    /// A codec that has no place in CMAF.
    case codec(rendition: String, codec: String)
    /// What is shown is put together of several stretches: it can't be copied as it is.
    case edited(rendition: String)
    case changingFormat(rendition: String, at: Duration)
    case cipher
    case badKey(path: String, bytes: Int64)
    case interrupted
}
