internal import CFFmpeg
import WebRTC

/// Makes sounds of the coded frames of a track.
package final class AudioDecoder {
    private let handle: CodecHandle
    /// Coded frames that could not be decoded.
    package private(set) var damagedFrames = 0

    package init(track: Int, of reader: InputReader) throws(MediaError) {
        handle = try CodecHandle.decoder(for: track, of: reader, threads: 1)
    }

    /// For Opus frames that come from elsewhere.
    package init(opusIn timeBase: TimeBase) throws(MediaError) {
        handle = try CodecHandle.decoder(for: .webRTC(.opus), timeBase: timeBase, threads: 1)
    }

    /// For frames of a movie: what comes before the first one is `configuration`.
    package init(
        _ codec: TrackCodec, configuration: [UInt8], sound: SoundTrack, timeBase: TimeBase
    ) throws(MediaError) {
        handle = try CodecHandle.decoder(
            for: codec, configuration: configuration, timeBase: timeBase, sound: sound, threads: 1)
        // The container says what of the sound is heard.
        unsafe handle.codec.pointee.flags2 |= Int32(AV_CODEC_FLAG2_SKIP_MANUAL)
    }

    /// Nil at the end.
    package func send(_ frame: CodedFrame?) throws(MediaError) {
        if try !handle.send(coded: frame) { damagedFrames += 1 }
    }

    /// False where there is no sound to be had.
    package func receive(into sound: Sound) throws(MediaError) -> Bool {
        while true {
            switch try unsafe handle.receive(decoded: sound.frame) {
            case .frame:
                unsafe sound.frame.pointee.pts = sound.frame.pointee.best_effort_timestamp
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
