internal import CFFmpeg
import Primitives
package import WebRTC

/// Makes pictures of one size and of our kind (yuv420p) out of any, upright and in their shape.
@safe
package final class PictureScaler {
    package let size: PictureSize
    /// Degrees that the input is turned by clockwise.
    package let rotation: Int

    private var scaler: OpaquePointer?
    private var last: Form?
    /// What is turned is scaled into this first.
    private let unturned = Picture()

    /// What a scaler is made for.
    private struct Form: Equatable {
        let size: PictureSize
        let format: Int32
        let colour: PictureColour
        let isFullRange: Bool
        let place: PictureSize
    }

    package init(size: PictureSize, rotation: Int) {
        self.size = size
        self.rotation = rotation
    }

    deinit {
        unsafe sws_freeContext(scaler)
    }

    /// Puts `picture` into `result`; its time goes along. Where nothing needs to be done, both
    /// share the same bytes.
    package func convert(_ picture: Picture, into result: Picture) throws(MediaError) {
        guard picture.size.width > 0, picture.size.height > 0,
            picture.size.width <= PictureLimits.side, picture.size.height <= PictureLimits.side
        else { throw .badSize(width: picture.size.width, height: picture.size.height) }
        if isFitting(picture) { return try result.share(picture) }
        let time = picture.presentation
        let isTurned = rotation % 180 != 0
        let shape = displayShape(picture)
        let place =
            isTurned
            ? PicturePlacement(ofShape: shape.height, by: shape.width, within: size)
            : PicturePlacement(ofShape: shape.width, by: shape.height, within: size)
        try result.allocate(size)
        if place.width < size.width || place.height < size.height { result.blacken() }
        if rotation == 0 {
            try scale(picture, into: result, at: place)
        } else {
            let upright = PictureSize(
                width: isTurned ? place.height : place.width,
                height: isTurned ? place.width : place.height)
            try unturned.allocate(upright)
            let whole = PicturePlacement(
                ofShape: upright.width, by: upright.height, within: upright)
            try scale(picture, into: unturned, at: whole)
            for plane in 0..<3 { turn(plane, into: result, at: place) }
        }
        result.presentation = time
        unsafe result.frame.pointee.color_range = AVCOL_RANGE_MPEG
    }

    private func isFitting(_ picture: Picture) -> Bool {
        unsafe rotation == 0 && picture.size == size
            && picture.frame.pointee.format == AV_PIX_FMT_YUV420P.rawValue
            && picture.frame.pointee.color_range != AVCOL_RANGE_JPEG
            && PictureColour(picture.frame) == PictureColour.of(size)
            && displayShape(picture) == picture.size
    }

    /// The shape as it is shown: pixels need not be square.
    private func displayShape(_ picture: Picture) -> PictureSize {
        let ratio = unsafe picture.frame.pointee.sample_aspect_ratio
        let size = picture.size
        guard ratio.num > 0, ratio.den > 0, ratio.num != ratio.den else { return size }
        // A ratio that nobody means would leave no picture at all.
        let times = min(max(Double(ratio.num) / Double(ratio.den), 0.1), 10)
        return PictureSize(width: Int(Double(size.width) * times), height: size.height)
    }

    private func scale(
        _ picture: Picture, into result: Picture, at place: PicturePlacement
    ) throws(MediaError) {
        try prepare(picture, PictureSize(width: place.width, height: place.height))
        let mark = LibraryLog.shared.mark
        var rows = unsafe [UnsafeMutablePointer<UInt8>?]()
        var strides: [Int32] = []
        for plane in 0..<3 {
            let half = plane == 0 ? 1 : 2
            let stride = result.stride(of: plane)
            let start = unsafe result.start(of: plane)
            unsafe rows.append(
                start.map { unsafe $0 + (place.top / half * stride + place.left / half) })
            strides.append(Int32(stride))
        }
        let code = unsafe withUnsafePointer(to: &picture.frame.pointee.data) { data in
            unsafe withUnsafePointer(to: &picture.frame.pointee.linesize) { sizes in
                unsafe UnsafeRawPointer(data).withMemoryRebound(
                    to: Optional<UnsafePointer<UInt8>>.self, capacity: 8
                ) { data in
                    unsafe UnsafeRawPointer(sizes).withMemoryRebound(to: Int32.self, capacity: 8) {
                        unsafe sws_scale(
                            scaler, data, $0, 0, Int32(picture.size.height), &rows, &strides)
                    }
                }
            }
        }
        guard code > 0 else { throw .library(LibraryProblem("sws_scale", code, since: mark)) }
    }

    private func prepare(_ picture: Picture, _ place: PictureSize) throws(MediaError) {
        let format = unsafe picture.frame.pointee.format
        let isFullRange = unsafe picture.frame.pointee.color_range == AVCOL_RANGE_JPEG
        let form = unsafe Form(
            size: picture.size, format: format, colour: PictureColour(picture.frame),
            isFullRange: isFullRange, place: place)
        guard form != last else { return }
        let mark = LibraryLog.shared.mark
        unsafe scaler = sws_getCachedContext(
            scaler, Int32(picture.size.width), Int32(picture.size.height),
            AVPixelFormat(rawValue: format), Int32(place.width), Int32(place.height),
            AV_PIX_FMT_YUV420P, SWS_BILINEAR, nil, nil, nil)
        guard unsafe scaler != nil else {
            last = nil
            throw .library(LibraryProblem("sws_getContext", -22, since: mark))
        }
        // Formats without such details refuse them, which is right too.
        _ = unsafe sws_setColorspaceDetails(
            scaler, sws_getCoefficients(form.colour.matrix), isFullRange ? 1 : 0,
            sws_getCoefficients(PictureColour.of(size).matrix), 0, 0, 1 << 16, 1 << 16)
        last = form
    }

    /// Turns a plane of `unturned` into its place.
    private func turn(_ plane: Int, into result: Picture, at place: PicturePlacement) {
        let half = plane == 0 ? 1 : 2
        let (width, height) = (place.width / half, place.height / half)
        let (sourceStride, stride) = (unturned.stride(of: plane), result.stride(of: plane))
        // Where the first pixel comes from, and how far it is to the next in a row and in a column.
        let (first, across, down) =
            switch rotation {
            case 90: ((width - 1) * sourceStride, -sourceStride, 1)
            case 180: ((height - 1) * sourceStride + width - 1, -1, -sourceStride)
            default: (height - 1, sourceStride, -1)
            }
        let corner = place.top / half * stride + place.left / half
        let unturned = unturned
        result.draw(plane) { rows in
            let source = unturned.plane(plane)
            for y in 0..<height {
                for x in 0..<width {
                    rows[corner + y * stride + x] = source[first + y * down + x * across]
                }
            }
        }
    }
}

extension Picture {
    func start(of plane: Int) -> UnsafeMutablePointer<UInt8>? {
        unsafe withUnsafePointer(to: &frame.pointee.data) {
            unsafe UnsafeRawPointer($0).withMemoryRebound(
                to: Optional<UnsafeMutablePointer<UInt8>>.self, capacity: 8
            ) { unsafe $0[plane] }
        }
    }

    /// Draws black everywhere.
    package func blacken() {
        for plane in 0..<3 {
            let level: UInt8 = plane == 0 ? 16 : 128
            draw(plane) { bytes in
                for index in bytes.indices { bytes[index] = level }
            }
        }
    }
}
