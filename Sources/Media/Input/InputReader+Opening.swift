internal import CFFmpeg
internal import Glibc
import Primitives
import WebRTC

extension InputReader {
    static func open(
        _ address: InputAddress, _ pipe: (any CustomInput)?, _ opener: TrustingOpener,
        _ patience: Patience, _ mark: LibraryLog.Mark
    ) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
        guard case .device(let device) = address else {
            return try unsafe open(
                address.libraryName, nil, address.libraryOptions, pipe, opener, patience, mark)
        }
        let format = try unsafe DeviceLibrary.load().format(of: device.kind)
        do throws(MediaError) {
            return try unsafe open(
                device.name, format, device.libraryOptions(channels: device.channels), nil,
                opener, patience, mark)
        } catch {
            // Most microphones have one channel, and the library asks for two.
            guard device.kind == .alsa, device.channels == nil, patience.ending == nil,
                case .library(let problem) = error, problem.cause == .other
            else { throw error }
            return try unsafe open(
                device.name, format, device.libraryOptions(channels: 1), nil, opener, patience,
                mark)
        }
    }

    private static func open(
        _ name: String, _ kind: UnsafePointer<AVInputFormat>?,
        _ options: consuming LibraryOptions, _ pipe: (any CustomInput)?, _ opener: TrustingOpener?,
        _ patience: Patience, _ mark: LibraryLog.Mark
    ) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
        guard let allocated = unsafe avformat_alloc_context() else {
            throw .library(LibraryProblem("avformat_alloc_context", -ENOMEM, since: mark))
        }
        unsafe allocated.pointee.interrupt_callback = patience.callback
        if let opener {
            unsafe opener.attach(to: allocated)
        } else {
            // What is held in memory is all that there is.
            unsafe allocated.pointee.io_open = { _, _, _, _, _ in lc_averror_exit }
        }
        if let pipe { unsafe allocated.pointee.pb = pipe.reader }
        var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe allocated
        patience.renew()
        // It frees what was allocated where it fails.
        let code = unsafe options.with { options in
            unsafe avformat_open_input(&opened, name, kind, options)
        }
        guard code == 0, let opened = unsafe opened else {
            throw error("avformat_open_input", code, patience, mark)
        }
        return unsafe opened
    }

    /// Opens what is held in memory, as the container that it is.
    static func open(
        _ container: MemoryContainer, _ memory: MemoryInput, _ patience: Patience,
        _ mark: LibraryLog.Mark
    ) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
        guard let kind = unsafe av_find_input_format(container.libraryName) else {
            throw .library(
                LibraryProblem("av_find_input_format", lc_averror_not_found_demuxer, since: mark))
        }
        return try unsafe open(
            "", kind, LibraryOptions(), memory, nil, patience, mark)
    }

    /// Looks at the first frames, unless the header has said everything.
    static func probe(
        _ format: UnsafeMutablePointer<AVFormatContext>, _ probing: InputOptions.Probing,
        isLive: Bool, _ patience: Patience, _ mark: LibraryLog.Mark
    ) throws(MediaError) {
        if unsafe probing == .quick && isDescribed(format) { return }
        let longest = isLive ? Limits.liveProbing : Limits.probing
        unsafe format.pointee.max_analyze_duration = TimeBase.microseconds.ticks(longest)
        patience.renew()
        let code = unsafe avformat_find_stream_info(format, nil)
        guard code >= 0 else { throw error("avformat_find_stream_info", code, patience, mark) }
    }

    /// Whether the header has told all that a passed-on track needs: codec, size, rate, and whether
    /// there are B-frames.
    private static func isDescribed(_ format: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        let name = unsafe String(cString: format.pointee.iformat.pointee.name)
        let isMP4 = name.hasPrefix("mov,")
        guard isMP4 || name.hasPrefix("matroska,"), unsafe format.pointee.nb_streams > 0
        else { return false }
        let count = unsafe Int(format.pointee.nb_streams)
        return (0..<count).allSatisfy { index in
            guard let track = unsafe format.pointee.streams[index],
                let parameters = unsafe track.pointee.codecpar
            else { return false }
            return switch unsafe parameters.pointee.codec_type {
            case AVMEDIA_TYPE_VIDEO:
                // An MP4 tells B-frames by its composition offsets; the library looks at them.
                unsafe parameters.pointee.codec_id != AV_CODEC_ID_NONE
                    && parameters.pointee.width > 0 && parameters.pointee.height > 0
                    && (isMP4 || isWithoutReordering(parameters))
            case AVMEDIA_TYPE_AUDIO:
                unsafe parameters.pointee.codec_id != AV_CODEC_ID_NONE
                    && parameters.pointee.sample_rate > 0
                    && parameters.pointee.ch_layout.nb_channels > 0
            default: true
            }
        }
    }

    /// Whether the codec, or what it says of itself, rules out B-frames.
    private static func isWithoutReordering(
        _ parameters: UnsafePointer<AVCodecParameters>
    ) -> Bool {
        switch unsafe parameters.pointee.codec_id {
        case AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1: return true
        case AV_CODEC_ID_H264:
            let bytes = unsafe TrackDescription.configuration(parameters)
            guard let sets = AVCConfiguration(parsing: bytes.span)?.sequenceParameters,
                !sets.isEmpty
            else { return false }
            return sets.allSatisfy { H264SequenceParameters($0.span)?.mayReorder == false }
        default: return false
        }
    }

    static func describe(
        _ format: UnsafeMutablePointer<AVFormatContext>, isLive: Bool
    ) -> [TrackDescription] {
        var tracks: [TrackDescription] = []
        for index in unsafe 0..<Int(format.pointee.nb_streams) {
            guard let track = unsafe format.pointee.streams[index] else { continue }
            if let description = unsafe TrackDescription(track, isLive: isLive) {
                tracks.append(description)
            } else {
                unsafe track.pointee.discard = AVDISCARD_ALL
            }
        }
        return tracks
    }

    /// A playlist that goes on, or a protocol that is live by its nature.
    static func isLive(_ format: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        let name = unsafe String(cString: format.pointee.iformat.pointee.name)
        switch name {
        case "hls", "dash": return unsafe format.pointee.duration <= 0
        case "rtsp", "sdp", "rtp": return unsafe format.pointee.duration <= 0
        default: return false
        }
    }
}

extension InputAddress {
    /// Whether the address alone says so.
    package var isLive: Bool {
        switch self {
        case .file, .standardInput: false
        case .device, .pattern: true
        case .url(let url):
            ["rtmp", "rtmps", "rtmpt", "srt", "udp", "rtp", "rist"].contains(scheme(of: url))
        }
    }

    private func scheme(of url: String) -> String {
        url.prefix { $0 != ":" }.lowercased()
    }

    /// What libavformat is given: a path that looks like a URL stays a path.
    var libraryName: String {
        switch self {
        case .file(let path): "file:\(path)"
        // A redirected file can be sought in when it is opened anew.
        case .standardInput: "file:/dev/stdin"
        case .url(let url): url
        case .device(let device): device.name
        case .pattern: preconditionFailure("the test pattern is drawn, not read")
        }
    }

    var libraryOptions: LibraryOptions {
        var options = LibraryOptions()
        // Packets of UDP that are lost are lost for good, and firewalls eat them.
        if case .url(let url) = self, ["rtsp", "rtsps"].contains(scheme(of: url)) {
            options.set("rtsp_flags", "prefer_tcp")
        }
        return options
    }
}

extension DeviceAddress {
    func libraryOptions(channels: Int?) -> LibraryOptions {
        var options = LibraryOptions()
        switch kind {
        case .v4l2:
            // From 1970, as the others: the kernel counts from the start of the machine.
            options.set("timestamps", "abs")
            if let format { options.set("input_format", format) }
        case .x11: options.set("framerate", "30")
        case .alsa, .pulse: break
        }
        if let size { options.set("video_size", "\(size.width)x\(size.height)") }
        if let rate { options.set("framerate", "\(rate.numerator)/\(rate.denominator)") }
        if let sampleRate { options.set("sample_rate", String(sampleRate)) }
        if let channels { options.set("channels", String(channels)) }
        return options
    }
}
