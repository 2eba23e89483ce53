/// What a datagram on the media port is, by its first bytes (RFC 7983, RFC 5761).
package enum DatagramKind: Sendable, Equatable {
    case stun, dtls, turnChannel, rtp, rtcp, unknown

    package init(of datagram: Span<UInt8>) {
        guard datagram.count >= 2 else {
            self = .unknown
            return
        }
        self =
            switch datagram[0] {
            case 0...3: .stun
            case 20...63: .dtls
            case 64...79: .turnChannel
            // RTCP packet types 192 to 223 are the RTP payload types 64 to 95 with a marker;
            // RFC 5761 section 4 keeps those out of RTP.
            case 128...191: 192...223 ~= datagram[1] ? .rtcp : .rtp
            default: .unknown
            }
    }
}
