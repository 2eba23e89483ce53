internal import CFFmpeg
internal import Glibc

/// The owner of an encoder or decoder of the library.
@safe
final class CodecHandle {
    let codec: UnsafeMutablePointer<AVCodecContext>

    init(_ implementation: UnsafePointer<AVCodec>) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        guard let codec = unsafe avcodec_alloc_context3(implementation) else {
            throw .library(LibraryProblem("avcodec_alloc_context3", -ENOMEM, since: mark))
        }
        unsafe self.codec = codec
    }

    deinit {
        var codec: UnsafeMutablePointer<AVCodecContext>? = unsafe codec
        unsafe avcodec_free_context(&codec)
    }

    func open(_ options: consuming LibraryOptions) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let code = unsafe options.with { options in unsafe avcodec_open2(codec, nil, options) }
        guard code == 0 else { throw .library(LibraryProblem("avcodec_open2", code, since: mark)) }
    }

    /// A decoder for a track of an input.
    static func decoder(
        for track: Int, of reader: InputReader, threads: Int
    ) throws(MediaError) -> CodecHandle {
        guard let description = reader.tracks.first(where: { $0.index == track }),
            let stored = unsafe reader.format.pointee.streams[track]
        else { throw .noSuchTrack(track) }
        let identifier = unsafe stored.pointee.codecpar.pointee.codec_id
        guard let implementation = unsafe avcodec_find_decoder(identifier) else {
            throw .noDecoder(codec: description.codec.name)
        }
        let handle = try unsafe CodecHandle(implementation)
        let mark = LibraryLog.shared.mark
        let code = unsafe avcodec_parameters_to_context(handle.codec, stored.pointee.codecpar)
        guard code >= 0 else {
            throw .library(LibraryProblem("avcodec_parameters_to_context", code, since: mark))
        }
        unsafe handle.codec.pointee.pkt_timebase = stored.pointee.time_base
        try handle.openDecoder(threads: threads)
        return handle
    }

    /// A decoder for frames that come from elsewhere, with their parameter sets in band.
    static func decoder(
        for track: TrackCodec, timeBase: TimeBase, threads: Int
    ) throws(MediaError) -> CodecHandle {
        guard let identifier = track.library,
            let implementation = unsafe avcodec_find_decoder(identifier)
        else { throw .noDecoder(codec: track.name) }
        let handle = try unsafe CodecHandle(implementation)
        unsafe handle.codec.pointee.pkt_timebase = timeBase.rational
        if track.isSound {
            // Opus always decodes to this; the others tell it in band.
            unsafe handle.codec.pointee.sample_rate = TimeBase.audio.denominator
            unsafe av_channel_layout_default(&handle.codec.pointee.ch_layout, 2)
        }
        try handle.openDecoder(threads: threads)
        return handle
    }

    func openDecoder(threads: Int) throws(MediaError) {
        unsafe codec.pointee.thread_count = Int32(clamping: max(1, threads))
        // Threads by frames would hold back as many pictures as there are threads.
        unsafe codec.pointee.thread_type = FF_THREAD_SLICE
        unsafe codec.pointee.max_pixels = Int64(PictureLimits.side * PictureLimits.side)
        try open(LibraryOptions())
    }

    /// Gives a coded frame to a decoder; nil ends it. False where its bytes were not readable.
    func send(coded frame: CodedFrame?) throws(MediaError) -> Bool {
        // The library takes an empty one for a mistake of its caller; files have them all the same.
        if let frame, unsafe frame.packet.pointee.size == 0 { return false }
        let mark = LibraryLog.shared.mark
        let code = unsafe avcodec_send_packet(codec, frame?.packet)
        switch code {
        case 0, lc_averror_eof: return true
        case lc_averror_invalid_data: return false
        default: throw .library(LibraryProblem("avcodec_send_packet", code, since: mark))
        }
    }

    /// Takes a picture or a sound from a decoder: nil where it needs more, or is at its end.
    func receive(
        decoded frame: UnsafeMutablePointer<AVFrame>
    ) throws(MediaError) -> DecoderAnswer {
        let mark = LibraryLog.shared.mark
        let code = unsafe avcodec_receive_frame(codec, frame)
        switch code {
        case 0: return .frame
        case lc_averror_again, lc_averror_eof: return .nothing
        case lc_averror_invalid_data: return .damaged
        default: throw .library(LibraryProblem("avcodec_receive_frame", code, since: mark))
        }
    }

    /// Gives a picture or a sound to an encoder; nil ends it.
    func send(raw frame: UnsafeMutablePointer<AVFrame>?) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let code = unsafe avcodec_send_frame(codec, frame)
        guard code == 0 || code == lc_averror_eof else {
            throw .library(LibraryProblem("avcodec_send_frame", code, since: mark))
        }
    }

    /// Takes a coded frame from an encoder; false where it needs more, or is at its end.
    func receive(coded frame: CodedFrame) throws(MediaError) -> Bool {
        let mark = LibraryLog.shared.mark
        let code = unsafe avcodec_receive_packet(codec, frame.packet)
        switch code {
        case 0: return true
        case lc_averror_again, lc_averror_eof: return false
        default: throw .library(LibraryProblem("avcodec_receive_packet", code, since: mark))
        }
    }
}

/// What a decoder gives when it is asked.
enum DecoderAnswer {
    case frame
    case nothing
    case damaged
}
