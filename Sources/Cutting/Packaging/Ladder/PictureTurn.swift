package import Movies
package import WebRTC

/// How a picture track is shown: turned, and with square pixels.
package struct PictureTurn: Sendable, Equatable {
    /// As it is coded.
    package let coded: PictureSize
    /// As it is seen.
    package let shown: PictureSize
    /// Degrees to turn it clockwise: 0, 90, 180 or 270.
    package let rotation: Int

    package init(coded: PictureSize, aspect: (width: UInt32, height: UInt32)?, rotation: Int) {
        self.coded = coded
        self.rotation = rotation
        var width = coded.width
        if let aspect, aspect.width > 0, aspect.height > 0 {
            // A ratio that nobody means would leave no picture at all.
            let ratio = min(max(Double(aspect.width) / Double(aspect.height), 0.1), 10)
            width = Int((Double(width) * ratio).rounded())
        }
        let upright = PictureSize(width: max(1, width), height: max(1, coded.height))
        shown =
            rotation % 180 == 0
            ? upright : PictureSize(width: upright.height, height: upright.width)
    }

    /// Nil where the track has no picture of a size.
    package init?(_ track: MovieTrack) {
        guard let format = track.formats.first, case .picture(let size) = format.details,
            size.width > 0, size.height > 0
        else { return nil }
        self.init(
            coded: size, aspect: format.pixelAspect, rotation: Self.rotation(track.matrix))
    }

    /// Of the matrix of `tkhd`, where it only turns.
    static func rotation(_ matrix: [UInt32]) -> Int {
        guard matrix.count == 9 else { return 0 }
        let signs = [0, 1, 3, 4].map { Int32(bitPattern: matrix[$0]).signum() }
        return switch (signs[0], signs[1], signs[2], signs[3]) {
        case (0, 1, -1, 0): 90
        case (-1, 0, 0, -1): 180
        case (0, -1, 1, 0): 270
        default: 0
        }
    }

    /// Where a part of what is seen lies in a picture as it is coded, of whichever size that is.
    package func place(of area: PictureArea, in picture: PictureSize) -> PictureArea {
        let start = Double(area.left) / Double(shown.width)
        let end = Double(area.left + area.size.width) / Double(shown.width)
        let isAcross = rotation % 180 == 0
        let length = isAcross ? picture.width : picture.height
        let isBackwards = rotation == 90 || rotation == 180
        let low = Int((Double(length) * (isBackwards ? 1 - end : start)).rounded())
        let count = Int((Double(length) * (end - start)).rounded())
        let first = min(max(0, low / 2 * 2), max(0, length - 2))
        let span = max(2, min(count, length - first))
        return isAcross
            ? PictureArea(
                left: first, top: 0, size: PictureSize(width: span, height: picture.height))
            : PictureArea(
                left: 0, top: first, size: PictureSize(width: picture.width, height: span))
    }
}
