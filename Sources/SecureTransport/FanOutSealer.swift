internal import COpenSSL
package import WebRTC

/// Seals what one viewer is sent, on OpenSSL's EVP, from one buffer into another (decision 3).
///
/// A relay has one for each viewer. Its cost does not grow with their number, as libsrtp2's does on
/// Debian, and since it encrypts from source to destination, forwarding copies nothing. Its packets
/// are libsrtp2's, byte for byte: a test compares them.
@safe
package final class FanOutSealer {
    package enum Limits {
        /// Audio, video, their retransmissions, and layers.
        package static let sources = 16
        /// RFC 3711 9.2.
        package static let rtpPackets: UInt64 = 1 << 48
        package static let rtcpPackets: UInt32 = 1 << 31
    }

    /// How often the sequence numbers of a source have begun anew, and which have just been used.
    struct Rollover {
        let ssrc: UInt32
        private var highest: Int64?
        /// A bit for each of the last indices, at their remainder.
        private var used = InlineArray<16, UInt64>(repeating: 0)

        static let window: Int64 = 1024

        init(ssrc: UInt32) {
            self.ssrc = ssrc
        }

        /// The index of a packet: the rollover count over the number (RFC 3711 3.3.1).
        ///
        /// As receivers take it that begin with a count of zero: in the first half of the first
        /// round a number far ahead is ahead, since nothing is before it.
        private func index(of sequence: UInt16) -> Int64 {
            let highest = highest ?? 0
            let index = highest & ~0xFFFF | Int64(sequence)
            guard highest > 0x8000 else { return index }
            if index - highest > 0x8000 { return index - 0x1_0000 }
            return index - highest < -0x8000 ? index + 0x1_0000 : index
        }

        /// The index, used from now on; nil where it has been, or may have been. Under one nonce
        /// two packets would give the key of the seal away (RFC 7714 8.4).
        mutating func use(_ sequence: UInt16) -> Int64? {
            let index = index(of: sequence)
            if let highest {
                guard index > highest - Self.window else { return nil }
                if index <= highest, isUsed(index) { return nil }
                var next = max(highest + 1, index - Self.window + 1)
                while next <= index {
                    used[Self.word(next)] &= ~Self.bit(next)
                    next += 1
                }
            }
            highest = max(highest ?? index, index)
            used[Self.word(index)] |= Self.bit(index)
            return index
        }

        private func isUsed(_ index: Int64) -> Bool {
            used[Self.word(index)] & Self.bit(index) != 0
        }

        private static func word(_ index: Int64) -> Int { Int(index % window) / 64 }
        private static func bit(_ index: Int64) -> UInt64 { 1 << UInt64(index % 64) }
    }

    private let profile: SRTPProfile
    private let rtp: SRTPCipher
    private let rtcp: SRTPCipher
    private var rollovers: [Rollover] = []
    private var rtpCount: UInt64 = 0
    private var rtcpIndex: UInt32 = 0

    package init(_ key: SRTPKey) throws(SRTPProblem) {
        guard let keys = SRTPSessionKeys(key),
            let rtp = SRTPCipher(
                key.profile, key: keys.rtpKey, salt: keys.rtpSalt,
                authentication: keys.rtpAuthentication),
            let rtcp = SRTPCipher(
                key.profile, key: keys.rtcpKey, salt: keys.rtcpSalt,
                authentication: keys.rtcpAuthentication)
        else { throw .malformed }
        profile = key.profile
        self.rtp = rtp
        self.rtcp = rtcp
        rollovers.reserveCapacity(Limits.sources)
    }

    /// Gives the length of the sealed packet in `destination`. `headerLength` is where the payload
    /// begins; the header before it is copied and authenticated. A number is sealed once: what is
    /// to be sent again under it is kept sealed.
    package func seal(
        rtp packet: Span<UInt8>, headerLength: Int, into destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        guard packet.count >= headerLength, headerLength >= 12 else { throw .malformed }
        guard destination.count >= packet.count + profile.rtpOverhead else { throw .noRoom }
        guard rtpCount < Limits.rtpPackets else { throw .keyExhausted }
        let sequence = UInt16(packet[2]) << 8 | UInt16(packet[3])
        let ssrc = packet.networkWord(at: 8)
        let rollover = try rolloverCount(ssrc, sequence)
        rtpCount += 1
        switch profile {
        case .aeadAES128GCM:
            rtp.setGCMNonce(ssrc: ssrc, high: rollover, low: sequence)
            return try rtp.sealGCM(packet, clear: headerLength, trailer: nil, into: &destination)
        case .aes128CMSHA1:
            rtp.setCounter(ssrc: ssrc, high: rollover, low: sequence)
            return try rtp.sealCM(
                packet, clear: headerLength, authenticated: rollover, isTrailerSent: false,
                into: &destination)
        }
    }

    package func seal(
        rtcp packet: Span<UInt8>, into destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        guard packet.count >= 8 else { throw .malformed }
        guard destination.count >= packet.count + profile.rtcpOverhead else { throw .noRoom }
        guard rtcpIndex < Limits.rtcpPackets - 1 else { throw .keyExhausted }
        rtcpIndex += 1
        let ssrc = packet.networkWord(at: 4)
        let index = rtcpIndex
        // The first bit says that the packet is encrypted.
        let trailer = 1 << 31 | index
        switch profile {
        case .aeadAES128GCM:
            rtcp.setGCMNonce(
                ssrc: ssrc, high: index >> 16, low: UInt16(truncatingIfNeeded: index))
            return try rtcp.sealGCM(packet, clear: 8, trailer: trailer, into: &destination)
        case .aes128CMSHA1:
            rtcp.setCounter(ssrc: ssrc, high: index >> 16, low: UInt16(truncatingIfNeeded: index))
            return try rtcp.sealCM(
                packet, clear: 8, authenticated: trailer, isTrailerSent: true, into: &destination)
        }
    }

    private func rolloverCount(_ ssrc: UInt32, _ sequence: UInt16) throws(SRTPProblem) -> UInt32 {
        var place = rollovers.firstIndex { $0.ssrc == ssrc }
        if place == nil {
            guard rollovers.count < Limits.sources else { throw .malformed }
            place = rollovers.count
            rollovers.append(Rollover(ssrc: ssrc))
        }
        guard let place, let index = rollovers[place].use(sequence) else { throw .replayed }
        return UInt32(truncatingIfNeeded: index >> 16)
    }
}
