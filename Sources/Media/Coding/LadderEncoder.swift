internal import CFFmpeg
package import WebRTC

/// How the pictures of a rendition are encoded for a package: H.264 in even quality, with keyframes
/// only where they are asked for.
package struct LadderEncoding: Sendable, Hashable {
    package var size: PictureSize
    /// What times are counted in.
    package var timeBase: TimeBase
    /// For the encoder to judge by; pictures come when their times say.
    package var rate: FrameRate
    /// The quality that is held where the bit rate allows: x264's constant rate factor.
    package var quality: Int
    /// At most so many bits in a second.
    package var bitRate: Int
    package var speed: ClipEncoding.Speed

    package init(
        size: PictureSize, timeBase: TimeBase, rate: FrameRate, quality: Int, bitRate: Int,
        speed: ClipEncoding.Speed
    ) {
        self.size = size
        self.timeBase = timeBase
        self.rate = rate
        self.quality = quality
        self.bitRate = bitRate
        self.speed = speed
    }

    /// Pictures that may be held back for their order: B-frames that others refer to.
    package static let reordering = 2
}

/// Encodes the pictures of a rendition. The same pictures give the same bytes: it works on one
/// thread, since the rate control of several is a race.
@safe
package final class LadderEncoder {
    package let encoding: LadderEncoding
    private let handle: CodecHandle

    package init(_ encoding: LadderEncoding) throws(MediaError) {
        let name = "libx264"
        guard let implementation = unsafe avcodec_find_encoder_by_name(name) else {
            throw .noEncoder(codec: name)
        }
        let size = encoding.size
        guard (2...PictureLimits.side).contains(size.width), size.width % 2 == 0,
            (2...PictureLimits.side).contains(size.height), size.height % 2 == 0
        else { throw .badSize(width: size.width, height: size.height) }
        self.encoding = encoding
        handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        unsafe codec.pointee.width = Int32(size.width)
        unsafe codec.pointee.height = Int32(size.height)
        unsafe codec.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        unsafe codec.pointee.time_base = encoding.timeBase.rational
        unsafe codec.pointee.framerate = encoding.rate.rational
        unsafe codec.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        // Keyframes come when they are asked for, and at no other time.
        unsafe codec.pointee.gop_size = 1 << 20
        unsafe codec.pointee.thread_count = 1
        unsafe codec.pointee.rc_max_rate = Int64(encoding.bitRate)
        unsafe codec.pointee.rc_buffer_size = Int32(clamping: encoding.bitRate * 2)
        unsafe codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
        unsafe PictureColour.of(size).set(codec)
        try handle.open(
            LibraryOptions([
                ("preset", encoding.speed.rawValue), ("crf", String(encoding.quality)),
                ("profile", "high"), ("forced-idr", "1"),
                ("x264-params", "scenecut=0:open-gop=0:bframes=3:b-pyramid=normal"),
            ]))
    }

    /// Parameter sets, each behind a start code.
    package var parameterSets: [UInt8] { handle.configuration }

    /// Encodes a picture of the rendition's size at its presentation; nil ends it.
    package func send(_ picture: Picture?, asKeyframe: Bool) throws(MediaError) {
        guard let picture else { return try unsafe handle.send(raw: nil) }
        guard picture.size == encoding.size, picture.isPlanar420 else {
            throw .badSize(width: picture.size.width, height: picture.size.height)
        }
        let frame = unsafe picture.frame
        unsafe frame.pointee.pict_type = asKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        // What a decoder tells of the frame's own file is not for the encoder.
        unsafe frame.pointee.interlaced_frame = 0
        try unsafe handle.send(raw: frame)
    }

    /// False where there is no coded frame to be had; `frame` is empty then.
    package func receive(into frame: CodedFrame) throws(MediaError) -> Bool {
        try handle.receive(coded: frame)
    }
}
