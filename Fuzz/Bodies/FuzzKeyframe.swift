import WebRTC

/// A frame of any codec, as a recording reads it for what a container has to say.
///
/// The first byte chooses codec and framing.
package func fuzzKeyframe(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let frame = Array(bytes.dropFirst())
    let codecs: [Codec] = [.h264, .h265, .vp8, .vp9, .av1, .opus]
    let codec = codecs[Int(choice & 0x0F) % codecs.count]
    let framing: NALFraming = choice & 0x10 == 0 ? .annexB : .lengthPrefixed(.four)
    if let made = CodecConfiguration(codec, keyframe: frame.span, framing: framing) {
        precondition(made.codec == codec && !made.bytes.isEmpty, "a configuration of nothing")
        precondition(made.size.width > 0 && made.size.height > 0, "a picture of no size")
        precondition(made.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "no name")
    }
    if let length = OpusPacket.duration(frame.span) {
        precondition((120...5760).contains(length), "a packet of no length")
    }
    if let parsed = AVCConfiguration(parsing: frame.span) {
        _ = parsed.sequenceParameters.map { H264SequenceParameters($0.span)?.mayReorder }
    }
}
