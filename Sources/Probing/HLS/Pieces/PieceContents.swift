import Media

/// Which bytes of a show are meant: a piece, or a part of it.
struct PieceName: Sendable, Hashable {
    let sequence: Int64
    /// Nil for the whole piece.
    let part: Int?

    var text: String { part.map { "\(sequence).\($0)" } ?? String(sequence) }
}

/// What was found in a piece.
///
/// Times are the container's own, counted on where a container's counter has begun anew.
struct PieceContents: Sendable {
    /// A coded frame of picture.
    struct Frame: Sendable {
        let presentation: Duration
        let bytes: Int
        let isKeyframe: Bool
    }

    /// A decoded picture whose clock was looked for.
    struct Reading: Sendable {
        let presentation: Duration
        let code: PatternCode?
        /// Whether its place is counted as that of the pieces before a break.
        let isBeforeBreak: Bool
    }

    var shape: PieceShape = .unknown
    var failure: MediaError?
    /// In the order of presentation.
    var frames: [Frame] = []
    var readings: [Reading] = []
    var damaged = 0
    var beginsWithKeyframe: Bool?
    /// Of the picture where there is one, else of the sound.
    var start: Duration?
    var end: Duration?
    var facts = Facts()
    /// A picture as PNG, once, where one is wanted.
    var snapshot: [UInt8]?
    /// How long decoding took.
    var work: Duration = .zero

    struct Facts: Sendable, Equatable {
        var videoCodec: String?
        var audioCodec: String?
        var width: Int?
        var height: Int?
    }

    var duration: Duration? {
        guard let start, let end, end > start else { return nil }
        return end - start
    }
}
