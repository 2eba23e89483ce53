internal import CFFmpeg
package import WebRTC

extension Picture {
    /// Lets a part of another picture be in this one, without copying it; columns and rows are
    /// rounded down to even ones.
    package func share(
        _ other: Picture, left: Int, top: Int, size: PictureSize
    ) throws(MediaError) {
        let whole = other.size
        guard left >= 0, top >= 0, size.width > 0, size.height > 0,
            left + size.width <= whole.width, top + size.height <= whole.height
        else { throw .badSize(width: size.width, height: size.height) }
        try share(other)
        let (left, top) = (left / 2 * 2, top / 2 * 2)
        unsafe frame.pointee.crop_left = left
        unsafe frame.pointee.crop_top = top
        unsafe frame.pointee.crop_right = whole.width - left - size.width
        unsafe frame.pointee.crop_bottom = whole.height - top - size.height
        let mark = LibraryLog.shared.mark
        let code = unsafe av_frame_apply_cropping(
            frame, Int32(AV_FRAME_CROP_UNALIGNED))
        guard code >= 0 else {
            throw .library(LibraryProblem("av_frame_apply_cropping", code, since: mark))
        }
    }

    /// Draws another picture over this one, its corner at an even column and row. Both are of three
    /// planes; what would lie outside is left out.
    package func draw(_ other: Picture, left: Int, top: Int) {
        for index in 0..<3 {
            let half = index == 0 ? 1 : 2
            let (left, top) = (left / half, top / half)
            let width = min(other.size.width / half, size.width / half - left)
            let height = min(other.size.height / half, size.height / half - top)
            guard left >= 0, top >= 0, width > 0, height > 0 else { continue }
            let (stride, otherStride) = (stride(of: index), other.stride(of: index))
            draw(index) { rows in
                let source = other.plane(index)
                guard source.count >= (height - 1) * otherStride + width,
                    rows.count >= (top + height - 1) * stride + left + width
                else { return }
                for y in 0..<height {
                    for x in 0..<width {
                        rows[(top + y) * stride + left + x] = source[y * otherStride + x]
                    }
                }
            }
        }
    }

    /// Whether its samples say black as 0 and white as 255, as pictures of JPEG do.
    var isFullRange: Bool {
        get { unsafe frame.pointee.color_range == AVCOL_RANGE_JPEG }
        set { unsafe frame.pointee.color_range = newValue ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG }
    }

    /// Stretches samples from 16...235 (chroma 16...240) to the whole range.
    func stretchRange() {
        for index in 0..<3 {
            let (low, span) = index == 0 ? (16, 219) : (128, 224)
            let table = InlineArray<256, UInt8> { value in
                let centre = index == 0 ? 0 : 128
                let wide = ((value - low) * 255 + (value < low ? -span / 2 : span / 2)) / span
                return UInt8(clamping: wide + centre)
            }
            draw(index) { bytes in
                for place in bytes.indices { bytes[place] = table[Int(bytes[place])] }
            }
        }
        isFullRange = true
    }
}
