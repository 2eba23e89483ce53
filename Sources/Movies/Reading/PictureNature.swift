/// What a coded picture is by its own bytes, whatever the container says of it.
package enum PictureNature: Sendable, Hashable {
    /// Decoding can begin here, and nothing after it refers to what is before: an IDR picture.
    case instant
    /// Decoding can begin here, but pictures that are shown before it may refer to what came
    /// earlier: CRA of H.265.
    case open
    /// After a join, which its own bytes tell; pictures shown before it are to be left out: BLA.
    case broken
    /// From here on pictures become right, this many after it (H.264's recovery point).
    case recovery(frames: Int)
    /// Of itself alone, but nothing promises that what follows is too.
    case intra
    /// Shown before the keyframe that it follows, and refers to what is before that: RASL.
    case skippedLeading
    /// Shown before the keyframe that it follows, and refers to nothing before that: RADL.
    case decodableLeading
    /// Others refer to it.
    case referenced
    /// None refers to it.
    case disposable
    /// Its bytes are not what its format says.
    case damaged

    /// Whether copied frames can begin here, whatever was before.
    package var isSplicePoint: Bool { self == .instant }

    /// Whether a decoder can begin here, even if some of what follows is not right.
    package var isAccessPoint: Bool {
        switch self {
        case .instant, .open, .broken, .recovery: true
        case .intra, .skippedLeading, .decodableLeading, .referenced, .disposable, .damaged: false
        }
    }
}

/// What is known of one coded picture after a look at its first bytes.
package struct PictureLook: Sendable, Hashable {
    package var nature: PictureNature
    /// Whether parameter sets stand before the picture itself.
    package var hasParameterSets = false

    package init(nature: PictureNature) { self.nature = nature }
}
