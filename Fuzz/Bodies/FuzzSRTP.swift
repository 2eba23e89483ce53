import SecureTransport
import WebRTC

/// A session of SRTP on EVP that gets its own packets back, and a script of what else comes.
///
/// The first byte chooses the profile. Then, step by step: a byte that says what happens, a byte of
/// its length, and the packet.
package func fuzzSRTP(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let profile: SRTPProfile = choice & 1 == 0 ? .aeadAES128GCM : .aes128CMSHA1
    let saltLength = profile == .aeadAES128GCM ? 12 : 14
    let key = SRTPKey(
        profile: profile, key: [UInt8](repeating: choice, count: 16),
        salt: [UInt8](repeating: 3, count: saltLength))
    guard
        let session = try? FanOutSession(
            SRTPKeys(sending: key, receiving: key), sharing: SharedCiphers())
    else { preconditionFailure("a good key was not taken") }
    var place = 1
    while place + 2 <= bytes.count {
        let (kind, length) = (bytes[place], min(Int(bytes[place + 1]), bytes.count - place - 2))
        let packet = Array(bytes[place + 2..<place + 2 + length])
        place += 2 + length
        switch kind & 3 {
        case 0: open(packet, session, isReport: false)
        case 1: open(packet, session, isReport: true)
        case 2: roundTrip(packet, session, isReport: false)
        default: roundTrip(packet, session, isReport: true)
        }
    }
}

/// What nobody has sealed: a tag is right by chance once in 2^80 times.
private func open(_ packet: [UInt8], _ session: FanOutSession, isReport: Bool) {
    var packet = packet
    var span = packet.mutableSpan
    let opened =
        isReport
        ? try? session.open(rtcp: &span, length: span.count)
        : try? session.open(rtp: &span, length: span.count)
    precondition(opened == nil, "a forged packet was believed")
}

private func roundTrip(_ packet: [UInt8], _ session: FanOutSession, isReport: Bool) {
    var sealed = packet + [UInt8](repeating: 0, count: 32)
    var span = sealed.mutableSpan
    let length =
        isReport
        ? try? session.seal(rtcp: &span, length: packet.count)
        : try? session.seal(rtp: &span, length: packet.count)
    guard let length else { return }
    precondition(length > packet.count, "sealed to nothing")
    var copy = Array(sealed[..<length])
    var first = sealed.mutableSpan
    let opened =
        isReport
        ? try? session.open(rtcp: &first, length: length)
        : try? session.open(rtp: &first, length: length)
    // A number that was sealed before is a repair, which comes too late here.
    guard let opened else { return }
    precondition(Array(sealed[..<opened]) == packet, "opened to something else")
    var second = copy.mutableSpan
    let again =
        isReport
        ? try? session.open(rtcp: &second, length: length)
        : try? session.open(rtp: &second, length: length)
    precondition(again == nil, "a packet was believed twice")
}
