internal import CFFmpeg
import Primitives
import WebRTC

extension TrackDescription {
    /// Nil for what is neither picture nor sound, or a still picture of a cover.
    init?(_ track: UnsafePointer<AVStream>, isLive: Bool) {
        guard let parameters = unsafe track.pointee.codecpar,
            unsafe track.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0,
            let timeBase = unsafe TimeBase(track.pointee.time_base)
        else { return nil }
        switch unsafe parameters.pointee.codec_type {
        case AVMEDIA_TYPE_VIDEO:
            content = unsafe .picture(PictureTrack(track, parameters))
        case AVMEDIA_TYPE_AUDIO:
            content = unsafe .sound(
                SoundTrack(
                    sampleRate: Int(parameters.pointee.sample_rate),
                    channels: Int(parameters.pointee.ch_layout.nb_channels)))
        default: return nil
        }
        index = unsafe Int(track.pointee.index)
        codec = unsafe TrackCodec(parameters.pointee.codec_id)
        self.timeBase = timeBase
        configuration = unsafe Self.configuration(parameters)
        profile = unsafe Self.profile(parameters, configuration)
        let ticks = unsafe track.pointee.duration
        duration = ticks > 0 && !isLive ? timeBase.duration(ticks) : nil
        let rate = unsafe parameters.pointee.bit_rate
        bitRate = rate > 0 ? Int(rate) : nil
    }

    static func configuration(
        _ parameters: UnsafePointer<AVCodecParameters>
    ) -> [UInt8] {
        let count = unsafe Int(parameters.pointee.extradata_size)
        guard count > 0, let bytes = unsafe parameters.pointee.extradata else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func profile(
        _ parameters: UnsafePointer<AVCodecParameters>, _ configuration: [UInt8]
    ) -> String? {
        var number = unsafe parameters.pointee.profile
        // The library learns it by decoding, which is left out where an MP4 says it.
        if unsafe parameters.pointee.codec_id == AV_CODEC_ID_H264,
            let told = AVCConfiguration(parsing: configuration.span)
        {
            number = Int32(told.profile)
            if number == FF_PROFILE_H264_BASELINE, told.constraints & 0x40 != 0 {
                number = FF_PROFILE_H264_CONSTRAINED_BASELINE
            }
        }
        // The object type is the profile and one; 31 has more bits behind it.
        if unsafe parameters.pointee.codec_id == AV_CODEC_ID_AAC, number == FF_PROFILE_UNKNOWN,
            let type = configuration.first.map({ $0 >> 3 }), (1..<31).contains(type)
        {
            number = Int32(type) - 1
        }
        let name = unsafe avcodec_profile_name(parameters.pointee.codec_id, number)
        return unsafe name.map { unsafe String(cString: $0) }
    }
}

extension PictureTrack {
    init(
        _ track: UnsafePointer<AVStream>, _ parameters: UnsafePointer<AVCodecParameters>
    ) {
        size = unsafe PictureSize(
            width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
        let average = unsafe track.pointee.avg_frame_rate
        let declared = unsafe track.pointee.r_frame_rate
        rate =
            FrameRate(numerator: average.num, denominator: average.den)
            ?? FrameRate(numerator: declared.num, denominator: declared.den)
        hasReorderedFrames = unsafe parameters.pointee.video_delay > 0
        rotation = unsafe Self.rotation(track)
    }

    private static func rotation(_ track: UnsafePointer<AVStream>) -> Int {
        guard
            let matrix = unsafe av_stream_get_side_data(track, AV_PKT_DATA_DISPLAYMATRIX, nil)
        else { return 0 }
        let degrees = unsafe matrix.withMemoryRebound(to: Int32.self, capacity: 9) {
            unsafe av_display_rotation_get($0)
        }
        // The library counts anticlockwise and gives NaN for a matrix that mirrors into nothing.
        guard degrees.isFinite else { return 0 }
        let quarters = Int((-degrees / 90).rounded())
        return ((quarters % 4) + 4) % 4 * 90
    }
}

extension TimeBase {
    /// Nil where the library gives a fraction that is no length.
    init?(_ rational: AVRational) {
        guard rational.num > 0, rational.den > 0 else { return nil }
        self.init(numerator: rational.num, denominator: rational.den)
    }

    var rational: AVRational { AVRational(num: numerator, den: denominator) }
}

extension FrameRate {
    var rational: AVRational { AVRational(num: numerator, den: denominator) }
}
