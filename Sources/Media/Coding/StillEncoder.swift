internal import CFFmpeg
internal import Glibc
import Primitives
package import WebRTC

/// Makes a PNG of a picture, of any size and kind.
@safe
package final class StillEncoder {
    private let handle: CodecHandle
    private let size: PictureSize
    private let converted = Picture()
    private let coded = CodedFrame()

    /// For pictures of that size.
    package init(size: PictureSize) throws(MediaError) {
        guard (1...PictureLimits.side).contains(size.width),
            (1...PictureLimits.side).contains(size.height)
        else { throw .badSize(width: size.width, height: size.height) }
        guard let implementation = unsafe avcodec_find_encoder(AV_CODEC_ID_PNG) else {
            throw .noEncoder(codec: "png")
        }
        self.size = size
        handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        unsafe codec.pointee.width = Int32(size.width)
        unsafe codec.pointee.height = Int32(size.height)
        unsafe codec.pointee.pix_fmt = AV_PIX_FMT_RGB24
        unsafe codec.pointee.time_base = TimeBase.video.rational
        unsafe codec.pointee.thread_count = 1
        try handle.open(LibraryOptions())
    }

    package func encode(_ picture: Picture) throws(MediaError) -> [UInt8] {
        guard picture.size == size else {
            throw .badSize(width: picture.size.width, height: picture.size.height)
        }
        let mark = LibraryLog.shared.mark
        try convert(picture)
        unsafe converted.frame.pointee.pts = 0
        try unsafe handle.send(raw: converted.frame)
        guard try handle.receive(coded: coded) else {
            throw .library(LibraryProblem("avcodec_receive_packet", -EAGAIN, since: mark))
        }
        let coded = coded
        var bytes: [UInt8] = []
        bytes.append(coded.bytes)
        return bytes
    }

    /// Into red, green and blue, by the colours that the picture says it has.
    private func convert(_ picture: Picture) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        unsafe av_frame_unref(converted.frame)
        unsafe converted.frame.pointee.format = AV_PIX_FMT_RGB24.rawValue
        unsafe converted.frame.pointee.width = Int32(size.width)
        unsafe converted.frame.pointee.height = Int32(size.height)
        var code = unsafe av_frame_get_buffer(converted.frame, 0)
        guard code == 0 else {
            throw .library(LibraryProblem("av_frame_get_buffer", code, since: mark))
        }
        var scaler = unsafe sws_getContext(
            Int32(size.width), Int32(size.height),
            AVPixelFormat(rawValue: picture.frame.pointee.format), Int32(size.width),
            Int32(size.height), AV_PIX_FMT_RGB24, SWS_BILINEAR, nil, nil, nil)
        guard unsafe scaler != nil else {
            throw .library(LibraryProblem("sws_getContext", -EINVAL, since: mark))
        }
        defer {
            unsafe sws_freeContext(scaler)
            unsafe scaler = nil
        }
        let isFullRange = unsafe picture.frame.pointee.color_range == AVCOL_RANGE_JPEG
        _ = unsafe sws_setColorspaceDetails(
            scaler, sws_getCoefficients(PictureColour(picture.frame).matrix), isFullRange ? 1 : 0,
            sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16)
        code = unsafe sws_scale_frame(scaler, converted.frame, picture.frame)
        guard code >= 0 else {
            throw .library(LibraryProblem("sws_scale_frame", code, since: mark))
        }
    }
}
