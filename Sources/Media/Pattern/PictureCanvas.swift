internal import CFFmpeg
import WebRTC

/// A rectangle of pixels.
struct PixelBox {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
}

/// A colour as our pictures hold it.
struct PixelColour {
    let luma: UInt8
    let blue: UInt8
    let red: UInt8

    static let dark = PixelColour(luma: PatternCode.Limits.dark, blue: 128, red: 128)
    static let bright = PixelColour(luma: PatternCode.Limits.bright, blue: 128, red: 128)
}

extension Picture {
    /// Fills a rectangle, as far as it lies within the picture.
    func fill(_ box: PixelBox, _ colour: PixelColour) {
        fill(box, plane: 0, colour.luma)
        // Chroma is of half the size: only whole pairs of pixels are coloured.
        let half = PixelBox(
            left: (box.left + 1) / 2, top: (box.top + 1) / 2,
            width: (box.left + box.width) / 2 - (box.left + 1) / 2,
            height: (box.top + box.height) / 2 - (box.top + 1) / 2)
        fill(half, plane: 1, colour.blue)
        fill(half, plane: 2, colour.red)
    }

    private func fill(_ box: PixelBox, plane: Int, _ level: UInt8) {
        let divisor = plane == 0 ? 1 : 2
        let (width, height) = (size.width / divisor, size.height / divisor)
        let columns = max(0, box.left)..<max(0, box.left, min(width, box.left + box.width))
        let rows = max(0, box.top)..<max(0, box.top, min(height, box.top + box.height))
        let stride = stride(of: plane)
        guard isPlanar420, !columns.isEmpty, let start = unsafe start(of: plane) else { return }
        for y in rows {
            unsafe (start + y * stride + columns.lowerBound)
                .update(repeating: level, count: columns.count)
        }
    }

    /// Takes over the image of another picture of the same size, by copying it.
    func copy(_ other: Picture) throws(MediaError) {
        try allocate(other.size)
        let mark = LibraryLog.shared.mark
        let code = unsafe av_frame_copy(frame, other.frame)
        guard code >= 0 else { throw .library(LibraryProblem("av_frame_copy", code, since: mark)) }
    }

    /// Writes digits of `dot` pixels a dot, each on a ground of its own.
    func write(_ text: String, left: Int, top: Int, dot: Int) {
        var left = left
        for character in text.utf8 {
            for (row, bits) in PatternFont.rows(of: character).enumerated() {
                for column in 0..<PatternFont.width
                where bits >> UInt8(PatternFont.width - 1 - column) & 1 == 1 {
                    fill(
                        PixelBox(
                            left: left + column * dot, top: top + row * dot, width: dot,
                            height: dot), .bright)
                }
            }
            left += PatternFont.advance * dot
        }
    }
}
