internal import CFFmpeg
package import WebRTC

/// An image as it is decoded to or encoded from. It is made once and used again.
@safe
package final class Picture {
    let frame: UnsafeMutablePointer<AVFrame>

    /// Without an image as yet: for a decoder or a scaler to put one in.
    package init() {
        guard let frame = unsafe av_frame_alloc() else {
            preconditionFailure("no memory for an empty picture")
        }
        unsafe self.frame = frame
    }

    /// A picture of three planes, luma and two of chroma at half its size (yuv420p), not yet drawn.
    package convenience init(size: PictureSize) throws(MediaError) {
        self.init()
        try allocate(size)
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = unsafe frame
        unsafe av_frame_free(&frame)
    }

    package var size: PictureSize {
        unsafe PictureSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
    }

    /// When it is shown, in ticks of whoever made it; nil where that isn't known.
    package var presentation: Int64? {
        get {
            let ticks = unsafe frame.pointee.pts
            return ticks == lc_no_pts ? nil : ticks
        }
        set { unsafe frame.pointee.pts = newValue ?? lc_no_pts }
    }

    /// Whether its planes are those of `init(size:)`.
    package var isPlanar420: Bool {
        switch unsafe frame.pointee.format {
        case AV_PIX_FMT_YUV420P.rawValue, AV_PIX_FMT_YUVJ420P.rawValue: true
        default: false
        }
    }

    /// The bytes of a plane, row by row, each row `stride(of:)` bytes; empty where it has none.
    @_lifetime(borrow self)
    package func plane(_ index: Int) -> Span<UInt8> {
        let buffer = unsafe UnsafeBufferPointer(mutablePlane(index))
        return unsafe _overrideLifetime(buffer.span, borrowing: self)
    }

    /// The same bytes, to draw on. `edit()` goes before it.
    package func draw(_ index: Int, _ body: (inout MutableSpan<UInt8>) -> Void) {
        var span = unsafe mutablePlane(index).mutableSpan
        body(&span)
    }

    package func stride(of index: Int) -> Int {
        guard (0..<3).contains(index) else { return 0 }
        return unsafe withUnsafePointer(to: &frame.pointee.linesize) {
            unsafe $0.withMemoryRebound(to: Int32.self, capacity: 8) { unsafe Int($0[index]) }
        }
    }

    /// Makes its bytes its own: an encoder may still hold those that were sent to it.
    package func edit() throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let code = unsafe av_frame_make_writable(frame)
        guard code == 0 else {
            throw .library(LibraryProblem("av_frame_make_writable", code, since: mark))
        }
    }

    /// Lets the same image as another's be in this one, without copying it.
    package func share(_ other: Picture) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        unsafe av_frame_unref(frame)
        let code = unsafe av_frame_ref(frame, other.frame)
        guard code == 0 else { throw .library(LibraryProblem("av_frame_ref", code, since: mark)) }
    }

    /// Lets go of the image.
    package func clear() {
        unsafe av_frame_unref(frame)
    }

    /// Makes room for an image of that size, unless it is there.
    func allocate(_ size: PictureSize) throws(MediaError) {
        if isPlanar420, self.size == size { return try edit() }
        guard (2...PictureLimits.side).contains(size.width),
            (2...PictureLimits.side).contains(size.height)
        else { throw .badSize(width: size.width, height: size.height) }
        let mark = LibraryLog.shared.mark
        unsafe av_frame_unref(frame)
        unsafe frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        unsafe frame.pointee.width = Int32(size.width)
        unsafe frame.pointee.height = Int32(size.height)
        let code = unsafe av_frame_get_buffer(frame, 0)
        guard code == 0 else {
            throw .library(LibraryProblem("av_frame_get_buffer", code, since: mark))
        }
    }

    private func mutablePlane(_ index: Int) -> UnsafeMutableBufferPointer<UInt8> {
        let stride = stride(of: index)
        guard isPlanar420, stride > 0,
            let start = unsafe withUnsafePointer(
                to: &frame.pointee.data,
                {
                    unsafe $0.withMemoryRebound(
                        to: Optional<UnsafeMutablePointer<UInt8>>.self, capacity: 8
                    ) { unsafe $0[index] }
                })
        else { return unsafe UnsafeMutableBufferPointer(start: nil, count: 0) }
        let rows = index == 0 ? size.height : (size.height + 1) / 2
        return unsafe UnsafeMutableBufferPointer(start: start, count: stride * rows)
    }
}
