package import WebRTC

/// A part of a picture as it is shown, in pixels.
package struct PictureArea: Sendable, Hashable {
    package let left: Int
    package let top: Int
    package let size: PictureSize

    package init(left: Int, top: Int, size: PictureSize) {
        self.left = left
        self.top = top
        self.size = size
    }
}

/// One rendition of a ladder.
package struct LadderRung: Sendable, Hashable {
    /// Names its files and its group: `720p`, `720p-vertical`.
    package let name: String
    package let size: PictureSize
    /// At most so many bits in a second.
    package let bitRate: Int
    /// What of the shown picture it is made of; nil for all.
    package let area: PictureArea?

    package var isVertical: Bool { area != nil }

    package init(name: String, size: PictureSize, bitRate: Int, area: PictureArea?) {
        self.name = name
        self.size = size
        self.bitRate = bitRate
        self.area = area
    }
}

/// Which renditions a package offers: sizes, bit rates and what is cut out for upright screens.
package struct LadderPlan: Sendable, Equatable {
    /// The best first; those for upright screens behind the others.
    package let rungs: [LadderRung]
    /// Wishes that would have made the picture larger than it is.
    package let leftOut: [LadderWish]

    /// How the part for upright screens is chosen.
    package struct Crop: Sendable, Hashable {
        /// Where its middle is: 0 at the left edge, 1 at the right edge.
        package let centre: Double

        package init(centre: Double) {
            self.centre = min(1, max(0, centre))
        }

        package static let middle = Crop(centre: 0.5)
    }

    /// - Parameters:
    ///   - shown: the size of the source as it is shown: turned, and with square pixels.
    ///   - rate: pictures in a second; more of them need more bits.
    ///   - wishes: nil for the usual ones.
    package init(
        shown: PictureSize, rate: Double, wishes: [LadderWish]?, vertical: Crop?
    ) {
        let source = min(shown.width, shown.height)
        let all = wishes ?? Self.usual(below: source)
        var fitting = all.filter { $0.lines <= source }
        leftOut = wishes == nil ? [] : all.filter { $0.lines > source }
        if fitting.isEmpty {
            fitting = [LadderWish(lines: max(2, source / 2 * 2), bitRate: nil)]
        }
        var rungs = fitting.map { wish in
            LadderRung(
                name: "\(wish.lines)p", size: Self.size(shown, lines: wish.lines),
                bitRate: wish.bitRate ?? Self.usualBitRate(lines: wish.lines, rate: rate),
                area: nil)
        }
        if let vertical, let area = Self.upright(of: shown, vertical) {
            rungs += rungs.map { rung in
                let high = rung.size.height * area.size.height / max(1, shown.height)
                let size = PictureSize(
                    width: Self.even(high * area.size.width, over: area.size.height),
                    height: Self.even(high, over: 1))
                // Fewer pixels need fewer bits, but not in the same measure.
                let share =
                    Double(size.width * size.height)
                    / Double(max(1, rung.size.width * rung.size.height))
                let bitRate = Int(Double(rung.bitRate) * share.squareRoot()) / 1000 * 1000
                return LadderRung(
                    name: "\(rung.name)-vertical", size: size, bitRate: max(50_000, bitRate),
                    area: area)
            }
        }
        self.rungs = rungs
    }

    /// The usual ladder, and above it the source's own size where much would be lost otherwise.
    private static func usual(below source: Int) -> [LadderWish] {
        let usual = LadderWish.usual
        let top = usual[0].lines
        guard source < top, let best = usual.first(where: { $0.lines <= source }),
            source * 10 > best.lines * 11
        else { return usual }
        return [LadderWish(lines: source / 2 * 2, bitRate: nil)] + usual
    }

    /// In the shape of the source, never larger than it.
    private static func size(_ shown: PictureSize, lines: Int) -> PictureSize {
        let isLying = shown.width >= shown.height
        let (short, long) = isLying ? (shown.height, shown.width) : (shown.width, shown.height)
        let exact = short / 2 * 2 == lines / 2 * 2
        let side = exact ? max(2, long / 2 * 2) : even(lines * long, over: max(1, short))
        let low = max(2, lines / 2 * 2)
        return isLying
            ? PictureSize(width: side, height: low) : PictureSize(width: low, height: side)
    }

    /// The nearest even number.
    private static func even(_ number: Int, over divisor: Int) -> Int {
        max(2, (number + divisor) / (2 * divisor) * 2)
    }

    /// 9:16 of the source's full height; nil where it is no wider than that.
    private static func upright(of shown: PictureSize, _ crop: Crop) -> PictureArea? {
        let width = max(2, (shown.height * 9 / 16 + 1) / 2 * 2)
        guard width < shown.width else { return nil }
        let middle = Int(crop.centre * Double(shown.width))
        let left = min(max(0, middle - width / 2), shown.width - width)
        return PictureArea(
            left: left / 2 * 2, top: 0, size: PictureSize(width: width, height: shown.height))
    }

    /// What pictures of people who show things need, by their lines.
    private static let bitRates: [(lines: Int, bitRate: Int)] = [
        (120, 150_000), (240, 350_000), (360, 750_000), (480, 1_200_000),
        (720, 2_800_000), (1080, 5_000_000), (2160, 14_000_000),
    ]

    private static func usualBitRate(lines: Int, rate: Double) -> Int {
        var bits = bitRates[bitRates.count - 1].bitRate
        for (low, high) in zip(bitRates, bitRates.dropFirst()) where lines <= high.lines {
            let share = Double(max(0, lines - low.lines)) / Double(high.lines - low.lines)
            bits = low.bitRate + Int(share * Double(high.bitRate - low.bitRate))
            break
        }
        return (rate > 40 ? bits * 3 / 2 : bits) / 10_000 * 10_000
    }
}
