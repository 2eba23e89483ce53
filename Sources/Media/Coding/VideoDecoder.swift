internal import CFFmpeg
package import WebRTC

/// Makes pictures of the coded frames of a track. After each frame that is sent, pictures are
/// received until there are none.
package final class VideoDecoder {
    private let handle: CodecHandle
    private var trustsTimes = false
    /// Coded frames that could not be decoded.
    package private(set) var damagedFrames = 0

    package init(track: Int, of reader: InputReader, threads: Int) throws(MediaError) {
        handle = try CodecHandle.decoder(for: track, of: reader, threads: threads)
    }

    /// For frames that come from elsewhere: H.264 and H.265 as byte streams.
    package init(codec: Codec, timeBase: TimeBase, threads: Int) throws(MediaError) {
        handle = try CodecHandle.decoder(
            for: .webRTC(codec), timeBase: timeBase, threads: threads)
    }

    /// For frames of a movie, whose times are right: each picture has that of its own frame.
    package init(
        _ codec: TrackCodec, configuration: [UInt8], timeBase: TimeBase, threads: Int
    ) throws(MediaError) {
        handle = try CodecHandle.decoder(
            for: codec, configuration: configuration, timeBase: timeBase, sound: nil,
            threads: threads)
        trustsTimes = true
    }

    /// Whether frames that no other needs are passed over, so that they cost nothing.
    package var leavesOutUnreferenced = false {
        didSet {
            let discard = leavesOutUnreferenced ? AVDISCARD_NONREF : AVDISCARD_DEFAULT
            unsafe handle.codec.pointee.skip_frame = discard
        }
    }

    /// Nil at the end: what is held back for its order comes out then.
    package func send(_ frame: CodedFrame?) throws(MediaError) {
        if try !handle.send(coded: frame) { damagedFrames += 1 }
    }

    /// False where there is no picture to be had.
    package func receive(into picture: Picture) throws(MediaError) -> Bool {
        while true {
            switch try unsafe handle.receive(decoded: picture.frame) {
            case .frame:
                // Containers may lack times that the library works out from the order.
                if !trustsTimes || picture.presentation == nil {
                    unsafe picture.frame.pointee.pts = picture.frame.pointee.best_effort_timestamp
                }
                return true
            case .nothing: return false
            case .damaged: damagedFrames += 1
            }
        }
    }

    /// Forgets what came before: the input has jumped.
    package func reset() {
        unsafe avcodec_flush_buffers(handle.codec)
    }
}
