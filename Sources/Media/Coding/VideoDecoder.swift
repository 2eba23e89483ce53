internal import CFFmpeg
package import WebRTC

/// Makes pictures of the coded frames of a track. After each frame that is sent, pictures are
/// received until there are none.
package final class VideoDecoder {
    private let handle: CodecHandle
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
                unsafe picture.frame.pointee.pts = picture.frame.pointee.best_effort_timestamp
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
