internal import CFFmpeg
internal import Glibc
import Primitives
import WebRTC

/// Encodes pictures as they come from a decoder: of their size, kind, shape and colours.
///
/// After each picture that is sent, coded frames are received until there are none; times are in
/// ticks of the encoding.
@safe
package final class ClipEncoder {
    package let encoding: ClipEncoding
    private let handle: CodecHandle
    private let form: PictureForm
    /// For what the encoder cannot take as it is.
    private let converted = Picture()
    private var scaler: OpaquePointer?
    private var isFirst = true

    /// For pictures like this one.
    package init(_ encoding: ClipEncoding, like picture: Picture) throws(MediaError) {
        guard let implementation = unsafe avcodec_find_encoder_by_name(encoding.encoderName) else {
            throw .noEncoder(codec: encoding.codec.encodingName)
        }
        let form = PictureForm(picture)
        guard (16...PictureLimits.side).contains(form.width),
            (16...PictureLimits.side).contains(form.height)
        else { throw .badSize(width: form.width, height: form.height) }
        self.encoding = encoding
        self.form = form
        handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        unsafe codec.pointee.width = Int32(form.width & ~1)
        unsafe codec.pointee.height = Int32(form.height & ~1)
        unsafe codec.pointee.pix_fmt = Self.format(for: form, implementation)
        unsafe codec.pointee.time_base = encoding.timeBase.rational
        unsafe codec.pointee.framerate = encoding.rate.rational
        unsafe codec.pointee.gop_size = Int32(clamping: encoding.keyframeInterval)
        unsafe codec.pointee.max_b_frames = Int32(clamping: encoding.bidirectional)
        unsafe codec.pointee.thread_count = Int32(clamping: max(1, encoding.threads))
        unsafe codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
        unsafe codec.pointee.sample_aspect_ratio = picture.frame.pointee.sample_aspect_ratio
        unsafe codec.pointee.color_range = picture.frame.pointee.color_range
        unsafe codec.pointee.colorspace = picture.frame.pointee.colorspace
        unsafe codec.pointee.color_primaries = picture.frame.pointee.color_primaries
        unsafe codec.pointee.color_trc = picture.frame.pointee.color_trc
        unsafe codec.pointee.chroma_sample_location = picture.frame.pointee.chroma_location
        try handle.open(encoding.options)
    }

    deinit {
        unsafe sws_freeContext(scaler)
    }

    /// Parameter sets, each behind a start code.
    package var parameterSets: [UInt8] { handle.configuration }

    /// Whether the encoder takes pictures of that kind as they are.
    package static func takes(_ picture: Picture, _ form: ClipEncoding.Form) -> Bool {
        let name =
            switch form {
            case .h264: "libx264"
            case .h265: "libx265"
            }
        guard let implementation = unsafe avcodec_find_encoder_by_name(name) else { return false }
        let form = PictureForm(picture)
        return unsafe form.width % 2 == 0 && form.height % 2 == 0
            && Self.format(for: form, implementation).rawValue == form.format
    }

    /// Encodes the picture, at its presentation; nil ends it, and brings out what is held back.
    package func send(_ picture: Picture?, asKeyframe: Bool = false) throws(MediaError) {
        guard let given = picture else { return try unsafe handle.send(raw: nil) }
        let picture = try fitting(given)
        unsafe picture.frame.pointee.pict_type =
            isFirst || asKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        isFirst = false
        // What a decoder tells of the frame's own place in its file is not for the encoder.
        unsafe picture.frame.pointee.interlaced_frame = 0
        try unsafe handle.send(raw: picture.frame)
    }

    /// False where there is no coded frame to be had; `frame` is empty then.
    package func receive(into frame: CodedFrame) throws(MediaError) -> Bool {
        try handle.receive(coded: frame)
    }

    private func fitting(_ picture: Picture) throws(MediaError) -> Picture {
        let codec = unsafe handle.codec
        let isSame = PictureForm(picture) == form
        if isSame, unsafe codec.pointee.pix_fmt.rawValue == picture.frame.pointee.format {
            // An odd column or row is left out.
            unsafe picture.frame.pointee.width = codec.pointee.width
            unsafe picture.frame.pointee.height = codec.pointee.height
            return picture
        }
        return try convert(picture)
    }

    private func convert(_ picture: Picture) throws(MediaError) -> Picture {
        let mark = LibraryLog.shared.mark
        let (codec, source) = unsafe (handle.codec, picture.frame)
        unsafe scaler = sws_getCachedContext(
            scaler, source.pointee.width, source.pointee.height,
            AVPixelFormat(rawValue: source.pointee.format), codec.pointee.width,
            codec.pointee.height, codec.pointee.pix_fmt, SWS_BICUBIC, nil, nil, nil)
        guard unsafe scaler != nil else {
            throw .library(LibraryProblem("sws_getCachedContext", -EINVAL, since: mark))
        }
        unsafe av_frame_unref(converted.frame)
        unsafe converted.frame.pointee.format = codec.pointee.pix_fmt.rawValue
        unsafe converted.frame.pointee.width = codec.pointee.width
        unsafe converted.frame.pointee.height = codec.pointee.height
        let room = unsafe av_frame_get_buffer(converted.frame, 0)
        guard room == 0 else {
            throw .library(LibraryProblem("av_frame_get_buffer", room, since: mark))
        }
        let code = unsafe sws_scale_frame(scaler, converted.frame, source)
        guard code >= 0 else {
            throw .library(LibraryProblem("sws_scale_frame", code, since: mark))
        }
        unsafe converted.frame.pointee.pts = source.pointee.pts
        return converted
    }

    /// The picture's own format where the encoder takes it, else the usual one.
    private static func format(
        for form: PictureForm, _ implementation: UnsafePointer<AVCodec>
    ) -> AVPixelFormat {
        let own = AVPixelFormat(rawValue: form.format)
        guard var next = unsafe implementation.pointee.pix_fmts else { return AV_PIX_FMT_YUV420P }
        while unsafe next.pointee != AV_PIX_FMT_NONE {
            if unsafe next.pointee == own { return own }
            unsafe next = unsafe next.successor()
        }
        return AV_PIX_FMT_YUV420P
    }
}

/// What an encoder is made for.
private struct PictureForm: Equatable {
    let width: Int
    let height: Int
    let format: Int32

    init(_ picture: Picture) {
        width = unsafe Int(picture.frame.pointee.width)
        height = unsafe Int(picture.frame.pointee.height)
        format = unsafe picture.frame.pointee.format
    }
}

extension Picture {
    /// Whether its rows belong to two moments.
    package var isInterlaced: Bool { unsafe frame.pointee.interlaced_frame != 0 }

    /// Whether the decoder found it damaged, and guessed parts of it.
    package var isDamaged: Bool {
        unsafe frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
            || frame.pointee.decode_error_flags != 0
    }
}
