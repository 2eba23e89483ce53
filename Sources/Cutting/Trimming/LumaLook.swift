/// How a picture looks from afar: its brightness in small, by which stills and black are known.
package struct LumaLook: Sendable, Equatable {
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
        /// same: a thousandth of all levels, as FFmpeg's `freezedetect` has it.
        static let stillThousandths = 256
        /// The same for keyframes: each one of a still is coded a little differently.
        static let keyframeThousandths = 750
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

    package func isSame(as other: LumaLook) -> Bool {
        isSame(as: other, within: Limits.stillThousandths)
    }

    func isSame(as other: LumaLook, within thousandths: Int) -> Bool {
        guard luma.count == other.luma.count, !luma.isEmpty else { return false }
        let (left, right) = (luma.span, other.luma.span)
        var sum = 0
        for index in left.indices { sum += abs(Int(left[index]) - Int(right[index])) }
        return sum * 1000 <= luma.count * thousandths
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
    private let shortest: Int64
    private var first: LumaLook?
    package private(set) var stretches: [Stretch] = []

    /// - Parameter shortest: what is shorter doesn't count, in microseconds.
    package init(_ kind: Stillness, shortest: Int64) {
        self.kind = kind
        self.shortest = max(1, shortest)
    }

    package mutating func add(_ look: LumaLook) {
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
    }

    /// Nothing more comes before this time.
    package mutating func finish(at time: Int64) {
        guard let start = first?.time else { return }
        first = nil
        if time - start >= shortest { stretches.append(Stretch(start, time)) }
    }
}
