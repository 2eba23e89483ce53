internal import CFFmpeg

/// A run of samples as it is decoded to or encoded from. It is made once and used again.
@safe
package final class Sound {
    let frame: UnsafeMutablePointer<AVFrame>

    /// Without samples as yet.
    package init() {
        guard let frame = unsafe av_frame_alloc() else {
            preconditionFailure("no memory for an empty sound")
        }
        unsafe self.frame = frame
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = unsafe frame
        unsafe av_frame_free(&frame)
    }

    /// When it is heard, in ticks of whoever made it; nil where that isn't known.
    package var presentation: Int64? {
        get {
            let ticks = unsafe frame.pointee.pts
            return ticks == lc_no_pts ? nil : ticks
        }
        set { unsafe frame.pointee.pts = newValue ?? lc_no_pts }
    }

    /// Samples of each channel.
    package var count: Int { unsafe Int(frame.pointee.nb_samples) }
    package var sampleRate: Int { unsafe Int(frame.pointee.sample_rate) }
    package var channels: Int { unsafe Int(frame.pointee.ch_layout.nb_channels) }

    /// The samples, channel beside channel; empty where they are not interleaved floats.
    package var samples: Span<Float> {
        let buffer = unsafe UnsafeBufferPointer(mutableSamples)
        return unsafe _overrideLifetime(buffer.span, borrowing: self)
    }

    /// Appends the samples, channel beside channel, where they are floats of any arrangement.
    package func appendSamples(to output: inout [Float]) {
        if unsafe frame.pointee.format == AV_SAMPLE_FMT_FLT.rawValue {
            for index in samples.indices { output.append(samples[index]) }
            return
        }
        guard unsafe frame.pointee.format == AV_SAMPLE_FMT_FLTP.rawValue,
            let rows = unsafe frame.pointee.extended_data
        else { return }
        let (count, channels, start) = (count, channels, output.count)
        output.append(contentsOf: repeatElement(0, count: count * channels))
        for channel in 0..<channels {
            guard let row = unsafe rows[channel] else { continue }
            unsafe UnsafeMutableRawPointer(row).withMemoryRebound(
                to: Float.self, capacity: count
            ) { row in
                for index in 0..<count {
                    output[start + index * channels + channel] = unsafe row[index]
                }
            }
        }
    }

    /// Puts so many samples in, as interleaved floats that `body` fills.
    package func fill(
        count: Int, sampleRate: Int, channels: Int,
        _ body: (inout MutableSpan<Float>) -> Void
    ) throws(MediaError) {
        try allocate(
            SoundFormat(
                sampleRate: sampleRate, channels: channels, arrangement: .interleaved,
                frameCount: count))
        var span = unsafe mutableSamples.mutableSpan
        body(&span)
    }

    /// Lets go of the samples.
    package func clear() {
        unsafe av_frame_unref(frame)
    }

    /// Makes room for a frame of that format, unless it is there.
    func allocate(_ format: SoundFormat) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        if count == format.frameCount, sampleRate == format.sampleRate,
            channels == format.channels,
            unsafe frame.pointee.format == format.arrangement.library.rawValue
        {
            let code = unsafe av_frame_make_writable(frame)
            guard code < 0 else { return }
            throw .library(LibraryProblem("av_frame_make_writable", code, since: mark))
        }
        unsafe av_frame_unref(frame)
        unsafe frame.pointee.format = format.arrangement.library.rawValue
        unsafe frame.pointee.sample_rate = Int32(format.sampleRate)
        unsafe frame.pointee.nb_samples = Int32(format.frameCount)
        unsafe av_channel_layout_default(&frame.pointee.ch_layout, Int32(format.channels))
        let code = unsafe av_frame_get_buffer(frame, 0)
        guard code == 0 else {
            throw .library(LibraryProblem("av_frame_get_buffer", code, since: mark))
        }
    }

    private var mutableSamples: UnsafeMutableBufferPointer<Float> {
        guard unsafe frame.pointee.format == AV_SAMPLE_FMT_FLT.rawValue,
            let start = unsafe frame.pointee.extended_data?[0]
        else { return unsafe UnsafeMutableBufferPointer(start: nil, count: 0) }
        let count = count * channels
        return unsafe UnsafeMutableRawPointer(start).withMemoryRebound(
            to: Float.self, capacity: count
        ) { unsafe UnsafeMutableBufferPointer(start: $0, count: count) }
    }
}

/// What frames of sound are like that an encoder takes.
package struct SoundFormat: Sendable, Hashable {
    package let sampleRate: Int
    package let channels: Int
    package let arrangement: Arrangement
    /// Samples of each channel in a frame.
    package let frameCount: Int

    /// How floats of several channels lie in memory.
    package enum Arrangement: Sendable, Hashable {
        case interleaved
        case planar

        var library: AVSampleFormat {
            switch self {
            case .interleaved: AV_SAMPLE_FMT_FLT
            case .planar: AV_SAMPLE_FMT_FLTP
            }
        }
    }

    /// 20 ms of stereo, as Opus is sent.
    package static let opus = SoundFormat(
        sampleRate: 48_000, channels: 2, arrangement: .interleaved, frameCount: 960)
    /// As AAC is sent by RTMP.
    package static let aac = SoundFormat(
        sampleRate: 48_000, channels: 2, arrangement: .planar, frameCount: 1024)

    package init(sampleRate: Int, channels: Int, arrangement: Arrangement, frameCount: Int) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.arrangement = arrangement
        self.frameCount = frameCount
    }
}
