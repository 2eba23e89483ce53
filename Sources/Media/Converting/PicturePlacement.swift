package import WebRTC

/// Where a picture lies within another, in its full shape: black stands beside or above it.
package struct PicturePlacement: Sendable, Equatable {
    package let left: Int
    package let top: Int
    package let width: Int
    package let height: Int

    /// The largest place of a shape that fits. All numbers are even, as chroma needs it.
    ///
    /// `width` and `height` are of the shape as it is shown, not necessarily in pixels.
    package init(ofShape width: Int, by height: Int, within size: PictureSize) {
        let (shapeWidth, shapeHeight) = (max(1, width), max(1, height))
        var wide = size.width
        var high = size.width * shapeHeight / shapeWidth
        // A shape off by a line or two fills the place: nobody wants such a border.
        if abs(high - size.height) <= 2 { high = size.height }
        if high > size.height {
            high = size.height
            wide = size.height * shapeWidth / shapeHeight
            if abs(wide - size.width) <= 2 { wide = size.width }
        }
        self.width = min(size.width, max(2, wide / 2 * 2))
        self.height = min(size.height, max(2, high / 2 * 2))
        left = (size.width - self.width) / 4 * 2
        top = (size.height - self.height) / 4 * 2
    }
}
