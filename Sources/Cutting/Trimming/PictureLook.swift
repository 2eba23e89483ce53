/// How a picture looks from afar: its brightness in small, by which stills and black are known.
package struct PictureLook: Sendable, Equatable {
    /// When it is shown, in microseconds.
    package let time: Int64
    /// Row by row.
    package let luma: [UInt8]

    package enum Limits {
        /// A picture is looked at in this size: noise of the coding is evened out.
        package static let width = 160
        package static let height = 90
        /// What is as dark as this is black: a tenth of the way from black to white, as
        /// FFmpeg's `blackdetect` has it.
        static let blackLuma: UInt8 = 37
        /// So many of a hundred pixels make a picture black.
        static let blackPercent = 98
        /// Pictures that differ by no more than this many thousandths of a level a pixel are the
        /// same: each keyframe of a still is coded a little differently.
        static let stillThousandths = 750
    }

    package init(time: Int64, luma: [UInt8]) {
        self.time = time
        self.luma = luma
    }

    package var isBlack: Bool {
        var dark = 0
        for level in luma where level <= Limits.blackLuma { dark += 1 }
        return !luma.isEmpty && dark * 100 >= luma.count * Limits.blackPercent
    }

    package func isSame(as other: PictureLook) -> Bool {
        guard luma.count == other.luma.count, !luma.isEmpty else { return false }
        let (left, right) = (luma.span, other.luma.span)
        var sum = 0
        for index in left.indices { sum += abs(Int(left[index]) - Int(right[index])) }
        return sum * 1000 <= luma.count * Limits.stillThousandths
    }
}

/// What a stretch of pictures has in common.
package enum Stillness: String, Sendable, Hashable, CaseIterable {
    case black
    case freeze
}

/// Finds where the picture is black or stands still: looks go in, in the order of time, and
/// stretches come out, from the first picture that is so to the first that is not.
package struct StillMeter: Sendable {
    private let kind: Stillness
    private var first: PictureLook?
    private var last: Int64 = 0
    /// As long as they are, even if it is no time at all.
    package private(set) var stretches: [Stretch] = []

    package init(_ kind: Stillness) {
        self.kind = kind
    }

    package mutating func add(_ look: PictureLook) {
        switch kind {
        case .black where look.isBlack: if first == nil { first = look }
        case .black: finish(at: look.time)
        case .freeze:
            guard let reference = first, !reference.isSame(as: look) else {
                if first == nil { first = look }
                break
            }
            finish(at: look.time)
            first = look
        }
        last = look.time
    }

    /// Nothing more comes before this time.
    package mutating func finish(at time: Int64) {
        guard let start = first?.time else { return }
        first = nil
        if time > start { stretches.append(Stretch(start, time)) }
    }
}
