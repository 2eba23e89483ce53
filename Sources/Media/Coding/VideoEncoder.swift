internal import CFFmpeg
import Primitives
import WebRTC

/// Encodes pictures of one size, live. After each picture that is sent, coded frames are received
/// until there are none. Times are ticks of `TimeBase.video`, and grow from picture to picture.
@safe
package final class VideoEncoder {
    package enum Limits {
        /// Encoders that can't change their rate are begun anew, with a keyframe: not more often,
        static let shortestRun: Duration = .seconds(3)
        /// and not for a smaller change than one part in so many.
        static let smallestChange = 6
        package static let lowestBitRate = 30_000
    }

    package let encoding: VideoEncoding
    /// The library's name for the encoder.
    package let name: String
    /// What a container's header needs; empty where parameter sets are in band.
    package var configuration: [UInt8] {
        let count = unsafe Int(handle.codec.pointee.extradata_size)
        guard count > 0, let bytes = unsafe handle.codec.pointee.extradata else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private(set) var handle: CodecHandle
    private let implementation: UnsafePointer<AVCodec>
    private var bitRate: Int
    private var runningBitRate: Int
    private var runStart: Int64?
    private var wantsKeyframe = false

    package init(_ encoding: VideoEncoding) throws(MediaError) {
        guard encoding.size.width % 2 == 0, encoding.size.height % 2 == 0,
            (16...PictureLimits.side).contains(encoding.size.width),
            (16...PictureLimits.side).contains(encoding.size.height)
        else { throw .badSize(width: encoding.size.width, height: encoding.size.height) }
        let name = encoding.codec.encoderNames.first {
            unsafe avcodec_find_encoder_by_name($0) != nil
        }
        guard let name, let implementation = unsafe avcodec_find_encoder_by_name(name) else {
            throw .noEncoder(codec: encoding.codec.encodingName)
        }
        self.encoding = encoding
        self.name = name
        unsafe self.implementation = implementation
        bitRate = max(encoding.bitRate, Limits.lowestBitRate)
        runningBitRate = bitRate
        handle = try unsafe Self.open(encoding, name, implementation, bitRate)
    }

    /// Encodes the picture, at its presentation; nil ends it, and brings out what is held back.
    package func send(_ picture: Picture?) throws(MediaError) {
        guard let picture else { return try unsafe handle.send(raw: nil) }
        guard picture.size == encoding.size, let presentation = picture.presentation else {
            throw .badSize(width: picture.size.width, height: picture.size.height)
        }
        try adapt(at: presentation)
        unsafe picture.frame.pointee.pict_type =
            wantsKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        wantsKeyframe = false
        try unsafe handle.send(raw: picture.frame)
    }

    /// False where there is no coded frame to be had; `frame` is empty then.
    package func receive(into frame: CodedFrame) throws(MediaError) -> Bool {
        try handle.receive(coded: frame)
    }

    /// The next picture becomes a keyframe.
    package func requestKeyframe() {
        wantsKeyframe = true
    }

    /// From the next picture on, where the encoder can; else soon.
    package func change(bitRate: Int) {
        self.bitRate = max(bitRate, Limits.lowestBitRate)
    }

    private func adapt(at presentation: Int64) throws(MediaError) {
        let start = runStart ?? presentation
        runStart = start
        guard bitRate != runningBitRate else { return }
        if name == "libx264" {
            unsafe Self.set(bitRate, of: handle.codec)
            runningBitRate = bitRate
            return
        }
        guard TimeBase.video.duration(presentation - start) >= Limits.shortestRun || wantsKeyframe,
            abs(bitRate - runningBitRate) * Limits.smallestChange >= runningBitRate
        else { return }
        handle = try unsafe Self.open(encoding, name, implementation, bitRate)
        runningBitRate = bitRate
        runStart = presentation
    }

    private static func set(_ bitRate: Int, of codec: UnsafeMutablePointer<AVCodecContext>) {
        unsafe codec.pointee.bit_rate = Int64(bitRate)
        unsafe codec.pointee.rc_max_rate = Int64(bitRate)
        unsafe codec.pointee.rc_buffer_size = Int32(clamping: bitRate)
    }

    private static func open(
        _ encoding: VideoEncoding, _ name: String, _ implementation: UnsafePointer<AVCodec>,
        _ bitRate: Int
    ) throws(MediaError) -> CodecHandle {
        let handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        unsafe codec.pointee.width = Int32(encoding.size.width)
        unsafe codec.pointee.height = Int32(encoding.size.height)
        unsafe codec.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        unsafe codec.pointee.time_base = TimeBase.video.rational
        unsafe codec.pointee.framerate = encoding.rate.rational
        unsafe codec.pointee.gop_size = Int32(clamping: max(1, encoding.keyframeInterval))
        unsafe codec.pointee.max_b_frames = 0
        unsafe codec.pointee.thread_count = Int32(clamping: max(1, encoding.threads))
        unsafe set(bitRate, of: codec)
        // A constant rate: libvpx takes this word for it.
        if name.hasPrefix("libvpx") { unsafe codec.pointee.rc_min_rate = Int64(bitRate) }
        if encoding.parameterSets == .header {
            unsafe codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
        }
        unsafe PictureColour.of(encoding.size).set(codec)
        try handle.open(encoding.options(for: name))
        return handle
    }
}
