internal import CFFmpeg

/// How sound is encoded.
package struct AudioEncoding: Sendable, Hashable {
    package let codec: EncodedSound
    /// Bits in a second.
    package let bitRate: Int
    package let channels: Int

    /// What sound may be encoded to: Opus for WebRTC, AAC for RTMP.
    package enum EncodedSound: Sendable, Hashable {
        case opus
        case aac
    }

    package init(codec: EncodedSound, bitRate: Int, channels: Int) {
        self.codec = codec
        self.bitRate = bitRate
        self.channels = channels
    }

    /// What the encoder takes.
    package var format: SoundFormat {
        let template: SoundFormat = codec == .opus ? .opus : .aac
        return SoundFormat(
            sampleRate: template.sampleRate, channels: channels,
            arrangement: template.arrangement, frameCount: template.frameCount)
    }
}

/// Encodes sound in frames of one length. Times are ticks of `TimeBase.audio`.
package final class AudioEncoder {
    package let encoding: AudioEncoding
    let handle: CodecHandle

    package init(_ encoding: AudioEncoding) throws(MediaError) {
        let name = encoding.codec == .opus ? "libopus" : "aac"
        guard let implementation = unsafe avcodec_find_encoder_by_name(name) else {
            throw .noEncoder(codec: name)
        }
        self.encoding = encoding
        handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        let format = encoding.format
        unsafe codec.pointee.sample_rate = Int32(format.sampleRate)
        unsafe codec.pointee.sample_fmt = format.arrangement.library
        unsafe av_channel_layout_default(&codec.pointee.ch_layout, Int32(format.channels))
        unsafe codec.pointee.bit_rate = Int64(encoding.bitRate)
        unsafe codec.pointee.time_base = TimeBase.audio.rational
        unsafe codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
        switch encoding.codec {
        case .opus:
            // In-band repair of lost frames costs little and is what callers' ears get.
            try handle.open(
                LibraryOptions([
                    ("frame_duration", "20"), ("application", "audio"), ("fec", "1"),
                    ("packet_loss", "5"),
                ]))
        case .aac: try handle.open(LibraryOptions())
        }
    }

    /// What a container's header needs: `OpusHead` or `AudioSpecificConfig`.
    package var configuration: [UInt8] {
        let count = unsafe Int(handle.codec.pointee.extradata_size)
        guard count > 0, let bytes = unsafe handle.codec.pointee.extradata else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Encodes a frame of `encoding.format`; nil ends it.
    package func send(_ sound: Sound?) throws(MediaError) {
        try unsafe handle.send(raw: sound?.frame)
    }

    /// False where there is no coded frame to be had; `frame` is empty then.
    package func receive(into frame: CodedFrame) throws(MediaError) -> Bool {
        try handle.receive(coded: frame)
    }
}
