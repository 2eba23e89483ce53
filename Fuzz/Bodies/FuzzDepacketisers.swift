import Primitives
import WebRTC

/// Payloads of H.264 as the input cuts them, with any markers, timestamps and gaps.
package func fuzzH264(_ bytes: [UInt8]) { fuzzDepacketiser(.h264, bytes) }

/// Payloads of H.265.
package func fuzzH265(_ bytes: [UInt8]) { fuzzDepacketiser(.h265, bytes) }

/// Payloads of VP8.
package func fuzzVP8(_ bytes: [UInt8]) { fuzzDepacketiser(.vp8, bytes) }

/// Payloads of VP9.
package func fuzzVP9(_ bytes: [UInt8]) { fuzzDepacketiser(.vp9, bytes) }

/// Payloads of AV1.
package func fuzzAV1(_ bytes: [UInt8]) { fuzzDepacketiser(.av1, bytes) }

/// A small limit, so that inputs reach it.
private let limit = 1_024

/// The first byte chooses the framing. Then, packet by packet: a byte of flags (marker, gap, two
/// bits of timestamp, four upper bits of length), a byte of length, and the payload.
private func fuzzDepacketiser(_ codec: Codec, _ bytes: [UInt8]) {
    guard let options = bytes.first else { return }
    let framings: [NALFraming] = [
        .annexB, .lengthPrefixed(.four), .lengthPrefixed(.two), .lengthPrefixed(.one),
    ]
    let framing = framings[Int(options & 3)]
    var depacketiser = Depacketiser(codec, framing: framing, maximumFrameSize: limit)
    let repeats = options & 4 != 0
    var packetiser = Packetiser(
        codec, framing: framing, repeatsParameterSets: repeats, pictureID: 0)
    var place = 1
    var timestamp: UInt32 = 0
    while place + 2 <= bytes.count {
        let flags = bytes[place]
        let wanted = Int(flags >> 4) << 8 | Int(bytes[place + 1])
        let start = place + 2
        place = min(start + wanted, bytes.count)
        timestamp &+= UInt32(flags >> 2 & 3)
        let payload = bytes.span.extracting(start..<place)
        look(codec, payload)
        var frames: [[UInt8]] = []
        depacketiser.receive(
            payload: payload, marker: flags & 1 != 0, timestamp: timestamp,
            isAfterGap: flags & 2 != 0
        ) { description, frame in
            precondition(frame.count <= limit, "a frame past its limit")
            precondition(!frame.isEmpty, "an empty frame")
            precondition(description.isKeyframe || !description.isAfterGap || description.isDamaged)
            frames.append(copy(frame))
        }
        for frame in frames { again(frame, &packetiser, framing, repeats) }
    }
}

/// What came out must go in again, and come out the same.
private func again(
    _ frame: [UInt8], _ packetiser: inout Packetiser, _ framing: NALFraming, _ repeats: Bool
) {
    let codec = packetiser.codec
    let hasUnits = codec == .h264 || codec == .h265
    var depacketiser = Depacketiser(codec, framing: framing, maximumFrameSize: 2 * limit)
    var payloads: [[UInt8]] = []
    do {
        try packetiser.packetise(frame.span, maximumPayload: 64) { payload, _ in
            precondition(payload.count <= 64 && !payload.isEmpty, "a payload past its limit")
            payloads.append(copy(payload))
        }
    } catch {
        // Start codes within a unit can't be told from those before one.
        precondition(
            codec == .h264 || codec == .h265 && framing == .annexB, "a frame that can't be cut")
        return
    }
    var results: [[UInt8]] = []
    for (index, payload) in payloads.enumerated() {
        depacketiser.receive(
            payload: payload.span, marker: index + 1 == payloads.count, timestamp: 1,
            isAfterGap: false
        ) { _, frame in results.append(copy(frame)) }
    }
    // Before the first packet anything may have been lost, unless that packet says otherwise.
    guard let result = results.first else { return }
    precondition(results.count == 1, "one frame came out as several")
    // Start codes, and sets that are put in, change the bytes.
    guard !hasUnits || framing != .annexB && !repeats else { return }
    precondition(result == frame, "a frame that does not survive")
}

private func look(_ codec: Codec, _ payload: Span<UInt8>) {
    _ = PayloadInspection.isKeyframeStart(codec, payload: payload)
    _ = PayloadInspection.isFrameStart(codec, payload: payload)
    let size = PayloadInspection.pictureSize(codec, payload: payload)
    precondition(size.map { $0.width >= 0 && $0.height >= 0 } ?? true, "a size below nothing")
    _ = H264SequenceParameters(payload)
    _ = H265SequenceParameters(payload)
    _ = AVCConfiguration(parsing: payload)?.bytes
}

private func copy(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(span)
    return bytes
}
