import WebRTC

/// A frame that may carry a stamp, read and stamped in both framings.
///
/// The first byte chooses codec and framing.
package func fuzzStamp(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let frame = Array(bytes.dropFirst())
    let syntax: NALSyntax = choice & 1 == 0 ? .h264 : .h265
    let framing: NALFraming =
        switch choice >> 1 & 3 {
        case 0, 1: .annexB
        case 2: .lengthPrefixed(.two)
        default: .lengthPrefixed(.four)
        }
    let before = StampSEI(of: frame.span, syntax, framing)
    let stamp = StampSEI(number: 0, captured: Int64(frame.count), sent: 0x0100_0003_0000_0000)
    var stamped: [UInt8] = []
    if stamp.insert(into: frame.span, syntax, framing, to: &stamped) {
        precondition(stamped.count > frame.count, "a stamp of no length")
        let read = StampSEI(of: stamped.span, syntax, framing)
        precondition(read == before ?? stamp || read == nil, "another stamp was read")
    } else {
        precondition(stamped == frame, "a frame without a slice was changed")
    }
}
