internal import CFFmpeg
internal import Glibc
import Primitives

/// Encodes sound that becomes part of a file, to AAC, and knows to the sample what comes out.
@safe
package final class ClipSoundEncoder {
    package enum Limits {
        /// AAC has no words for more.
        package static let channels = 8
    }

    package let sampleRate: Int
    package let channels: Int
    private let handle: CodecHandle
    private let sound = Sound()
    /// Samples that do not fill a frame yet, channel beside channel.
    private var pending: [Float] = []
    private var sent: Int64 = 0

    package init(sampleRate: Int, channels: Int, bitRate: Int) throws(MediaError) {
        guard let implementation = unsafe avcodec_find_encoder_by_name("aac") else {
            throw .noEncoder(codec: "aac")
        }
        handle = try unsafe CodecHandle(implementation)
        self.sampleRate = sampleRate
        self.channels = min(max(1, channels), Limits.channels)
        let codec = unsafe handle.codec
        unsafe codec.pointee.sample_rate = Int32(clamping: sampleRate)
        unsafe codec.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
        unsafe av_channel_layout_default(&codec.pointee.ch_layout, Int32(self.channels))
        unsafe codec.pointee.bit_rate = Int64(bitRate)
        unsafe codec.pointee.time_base = AVRational(num: 1, den: Int32(clamping: sampleRate))
        unsafe codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
        try handle.open(LibraryOptions())
    }

    /// `AudioSpecificConfig`.
    package var configuration: [UInt8] { handle.configuration }
    /// Samples that come out before those that were sent.
    package var padding: Int { unsafe Int(handle.codec.pointee.initial_padding) }
    /// Samples of each channel in a coded frame.
    package var frameCount: Int { unsafe max(1, Int(handle.codec.pointee.frame_size)) }

    /// Takes samples, channel beside channel; coded frames are received after it.
    package func send(_ samples: [Float]) throws(MediaError) {
        pending.append(contentsOf: samples)
        let needed = frameCount * channels
        var start = 0
        while pending.count - start >= needed {
            try sendFrame(from: start)
            start += needed
        }
        if start > 0 { pending.removeFirst(start) }
    }

    /// Ends it: what does not fill a frame is filled up with silence, and what is held back comes.
    package func finish() throws(MediaError) {
        if !pending.isEmpty {
            let missing = frameCount * channels - pending.count
            pending.append(contentsOf: repeatElement(0, count: missing))
            try sendFrame(from: 0)
            pending.removeAll()
        }
        try unsafe handle.send(raw: nil)
    }

    /// False where there is no coded frame to be had.
    package func receive(into frame: CodedFrame) throws(MediaError) -> Bool {
        try handle.receive(coded: frame)
    }

    private func sendFrame(from start: Int) throws(MediaError) {
        let (count, channels) = (frameCount, channels)
        try sound.allocate(
            SoundFormat(
                sampleRate: sampleRate, channels: channels, arrangement: .planar,
                frameCount: count))
        if let rows = unsafe sound.frame.pointee.extended_data {
            for channel in 0..<channels {
                guard let row = unsafe rows[channel] else { continue }
                unsafe UnsafeMutableRawPointer(row).withMemoryRebound(
                    to: Float.self, capacity: count
                ) { row in
                    for index in 0..<count {
                        unsafe row[index] = pending[start + index * channels + channel]
                    }
                }
            }
        }
        sound.presentation = sent
        sent += Int64(count)
        try unsafe handle.send(raw: sound.frame)
    }
}
