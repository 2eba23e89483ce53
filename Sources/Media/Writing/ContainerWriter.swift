internal import CFFmpeg
internal import Glibc
import WebRTC

/// Where a container is written to, and how.
package enum ContainerAddress: Sendable, Hashable {
    /// A file of the kind that its name ends in.
    case file(path: String)
    /// FLV to a server of RTMP: `rtmp://…` or `rtmps://…`.
    case rtmp(url: String, trust: CertificateTrust)

    var libraryName: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .rtmp(let url, _): url
        }
    }

    var formatName: String? {
        switch self {
        case .file: nil
        case .rtmp: "flv"
        }
    }

    var isLive: Bool {
        switch self {
        case .file: false
        case .rtmp: true
        }
    }

    var libraryOptions: LibraryOptions {
        switch self {
        case .file: LibraryOptions()
        case .rtmp(_, let trust): LibraryOptions(trust.libraryOptions)
        }
    }
}

/// A container that coded frames are written to, by libavformat. One thread uses it, and may wait
/// in each call until the timeout or until the flag is raised.
@safe
package final class ContainerWriter {
    private let format: UnsafeMutablePointer<AVFormatContext>
    private let patience: Patience
    private let isLive: Bool
    private let timeBases: [TimeBase]
    private let packet = CodedFrame()
    /// When the first frame was, in microseconds.
    private var start: Int64?
    private var isFinished = false

    /// Opens it and writes the header. Frames are written as their configuration says: lengths
    /// before their NAL units where it is `avcC`, start codes where it is a byte stream.
    package init(
        _ address: ContainerAddress, tracks: [TrackDescription], timeout: Duration, stop: StopFlag
    ) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let patience = Patience(stop, timeout: timeout)
        guard !tracks.isEmpty else { throw .noTracks }
        let format = try unsafe Self.allocate(address, mark)
        do throws(MediaError) {
            unsafe format.pointee.interrupt_callback = patience.callback
            for track in tracks { try unsafe Self.add(track, to: format, mark) }
            try unsafe Self.open(format, address, patience, mark)
        } catch {
            withExtendedLifetime(patience) { unsafe Self.close(format) }
            throw error
        }
        unsafe self.format = format
        self.patience = patience
        isLive = address.isLive
        timeBases = tracks.map(\.timeBase)
    }

    deinit {
        unsafe Self.close(format)
    }

    /// Writes a frame of the track of that place in `tracks`, in that track's ticks.
    package func write(_ frame: CodedFrame, track: Int) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        packet.clear()
        let code = unsafe av_packet_ref(packet.packet, frame.packet)
        guard code == 0 else { throw .library(LibraryProblem("av_packet_ref", code, since: mark)) }
        try writePacket(track, mark)
    }

    /// Writes a frame of bytes, which are copied.
    package func write(
        _ bytes: Span<UInt8>, presentation: Int64, decoding: Int64, duration: Int64,
        isKeyframe: Bool, track: Int
    ) throws(MediaError) {
        let frame = CodedFrame(
            copying: bytes, presentation: presentation, duration: duration,
            isKeyframe: isKeyframe, track: track)
        unsafe frame.packet.pointee.dts = decoding
        try write(frame, track: track)
    }

    /// Writes what belongs at the end, and closes it.
    package func finish() throws(MediaError) {
        guard !isFinished else { return }
        isFinished = true
        let mark = LibraryLog.shared.mark
        patience.renew()
        let code = unsafe av_write_trailer(format)
        guard code >= 0 else { throw error("av_write_trailer", code, mark) }
        patience.renew()
        let closed = unsafe avio_closep(&format.pointee.pb)
        guard closed >= 0 else { throw error("avio_close", closed, mark) }
    }

    private func writePacket(_ track: Int, _ mark: LibraryLog.Mark) throws(MediaError) {
        defer { packet.clear() }
        guard timeBases.indices.contains(track), let stream = unsafe format.pointee.streams[track]
        else { throw .noSuchTrack(track) }
        guard !isTooEarly(timeBases[track]) else { return }
        unsafe packet.packet.pointee.stream_index = Int32(track)
        unsafe av_packet_rescale_ts(
            packet.packet, timeBases[track].rational, stream.pointee.time_base)
        patience.renew()
        // What is live goes out at once; the caller has it in order.
        let code =
            unsafe isLive
            ? av_write_frame(format, packet.packet)
            : av_interleaved_write_frame(format, packet.packet)
        guard code >= 0 else { throw error("av_write_frame", code, mark) }
    }

    /// FLV has no place for what was before its first frame, such as the silence that AAC's encoder
    /// puts in front.
    private func isTooEarly(_ base: TimeBase) -> Bool {
        guard isLive, let ticks = packet.decoding ?? packet.presentation else { return false }
        let time = base.rescale(ticks, to: .microseconds)
        let start = start ?? time
        self.start = start
        return time < start
    }

    private func error(
        _ function: String, _ code: Int32, _ mark: LibraryLog.Mark
    ) -> MediaError {
        patience.ending ?? .library(LibraryProblem(function, code, since: mark))
    }
}

extension ContainerWriter {
    private static func allocate(
        _ address: ContainerAddress, _ mark: LibraryLog.Mark
    ) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
        var format: UnsafeMutablePointer<AVFormatContext>?
        let code = unsafe avformat_alloc_output_context2(
            &format, nil, address.formatName, address.libraryName)
        guard code >= 0, let format = unsafe format else {
            throw .library(LibraryProblem("avformat_alloc_output_context2", code, since: mark))
        }
        return unsafe format
    }

    private static func add(
        _ track: TrackDescription, to format: UnsafeMutablePointer<AVFormatContext>,
        _ mark: LibraryLog.Mark
    ) throws(MediaError) {
        guard let identifier = track.codec.library else {
            throw .noEncoder(codec: track.codec.name)
        }
        guard let stream = unsafe avformat_new_stream(format, nil),
            let parameters = unsafe stream.pointee.codecpar
        else { throw .library(LibraryProblem("avformat_new_stream", -ENOMEM, since: mark)) }
        unsafe stream.pointee.time_base = track.timeBase.rational
        unsafe parameters.pointee.codec_id = identifier
        unsafe parameters.pointee.bit_rate = Int64(track.bitRate ?? 0)
        switch track.content {
        case .picture(let picture):
            unsafe parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
            unsafe parameters.pointee.width = Int32(clamping: picture.size.width)
            unsafe parameters.pointee.height = Int32(clamping: picture.size.height)
            if let rate = picture.rate { unsafe stream.pointee.avg_frame_rate = rate.rational }
        case .sound(let sound):
            unsafe parameters.pointee.codec_type = AVMEDIA_TYPE_AUDIO
            unsafe parameters.pointee.sample_rate = Int32(clamping: sound.sampleRate)
            unsafe av_channel_layout_default(
                &parameters.pointee.ch_layout, Int32(clamping: sound.channels))
            if track.codec == .aac { unsafe parameters.pointee.frame_size = 1024 }
        }
        try unsafe set(track.configuration, of: parameters, mark)
    }

    /// The library wants its own allocation, with zeros behind the bytes.
    private static func set(
        _ configuration: [UInt8], of parameters: UnsafeMutablePointer<AVCodecParameters>,
        _ mark: LibraryLog.Mark
    ) throws(MediaError) {
        guard !configuration.isEmpty else { return }
        let room = configuration.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)
        guard let memory = unsafe av_mallocz(room) else {
            throw .library(LibraryProblem("av_mallocz", -ENOMEM, since: mark))
        }
        unsafe memory.copyMemory(from: configuration, byteCount: configuration.count)
        unsafe parameters.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        unsafe parameters.pointee.extradata_size = Int32(configuration.count)
    }

    private static func open(
        _ format: UnsafeMutablePointer<AVFormatContext>, _ address: ContainerAddress,
        _ patience: Patience, _ mark: LibraryLog.Mark
    ) throws(MediaError) {
        var options = address.libraryOptions
        patience.renew()
        var callback = unsafe patience.callback
        let opened = unsafe options.with { options in
            unsafe avio_open2(
                &format.pointee.pb, address.libraryName, AVIO_FLAG_WRITE, &callback, options)
        }
        guard opened >= 0 else {
            throw patience.ending ?? .library(LibraryProblem("avio_open2", opened, since: mark))
        }
        var headerOptions = LibraryOptions()
        if address.isLive {
            headerOptions.set("flvflags", "no_duration_filesize")
            unsafe format.pointee.flush_packets = 1
        }
        patience.renew()
        let code = unsafe headerOptions.with { unsafe avformat_write_header(format, $0) }
        guard code >= 0 else {
            throw patience.ending
                ?? .library(LibraryProblem("avformat_write_header", code, since: mark))
        }
    }

    private static func close(_ format: UnsafeMutablePointer<AVFormatContext>) {
        unsafe avio_closep(&format.pointee.pb)
        unsafe avformat_free_context(format)
    }
}

extension TrackCodec {
    /// Nil for one that we know by name only.
    var library: AVCodecID? {
        switch self {
        case .webRTC(let codec):
            switch codec {
            case .h264: AV_CODEC_ID_H264
            case .h265: AV_CODEC_ID_HEVC
            case .vp8: AV_CODEC_ID_VP8
            case .vp9: AV_CODEC_ID_VP9
            case .av1: AV_CODEC_ID_AV1
            case .opus: AV_CODEC_ID_OPUS
            case .pcmu: AV_CODEC_ID_PCM_MULAW
            case .pcma: AV_CODEC_ID_PCM_ALAW
            }
        case .aac: AV_CODEC_ID_AAC
        case .other: nil
        }
    }
}
