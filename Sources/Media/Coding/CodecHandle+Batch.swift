internal import CFFmpeg
internal import Glibc

extension CodecHandle {
    /// A decoder for frames of a movie: what it needs before the first one is `configuration`.
    static func decoder(
        for track: TrackCodec, configuration: [UInt8], timeBase: TimeBase,
        sound: SoundTrack?, threads: Int
    ) throws(MediaError) -> CodecHandle {
        guard let identifier = track.library,
            let implementation = unsafe avcodec_find_decoder(identifier)
        else { throw .noDecoder(codec: track.name) }
        let handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        unsafe codec.pointee.pkt_timebase = timeBase.rational
        if let sound {
            unsafe codec.pointee.sample_rate = Int32(clamping: sound.sampleRate)
            unsafe av_channel_layout_default(
                &codec.pointee.ch_layout, Int32(clamping: sound.channels))
        }
        try handle.set(configuration: configuration)
        try handle.openDecoder(threads: threads)
        return handle
    }

    /// Gives the codec its own copy, which it frees.
    private func set(configuration: [UInt8]) throws(MediaError) {
        guard !configuration.isEmpty else { return }
        let mark = LibraryLog.shared.mark
        let room = configuration.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)
        guard let copy = unsafe av_mallocz(room) else {
            throw .library(LibraryProblem("av_mallocz", -ENOMEM, since: mark))
        }
        unsafe configuration.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(start: copy, count: room).copyMemory(from: bytes)
        }
        unsafe codec.pointee.extradata = copy.assumingMemoryBound(to: UInt8.self)
        unsafe codec.pointee.extradata_size = Int32(clamping: configuration.count)
    }

    /// What an encoder says of itself for a container's header.
    var configuration: [UInt8] {
        let count = unsafe Int(codec.pointee.extradata_size)
        guard count > 0, let bytes = unsafe codec.pointee.extradata else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
