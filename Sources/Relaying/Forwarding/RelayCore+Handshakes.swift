import Primitives
import WebRTC

/// Handshakes of viewers, a few a turn: each costs as much as forwarding hundreds of packets, and
/// those who watch must not wait for many who join at once.
extension RelayCore {
    enum Handshakes {
        static let perTurn = 2
        /// What comes beyond that is dropped; the other side says it again.
        static let waiting = 512
    }

    /// A datagram of a handshake that waits for its turn.
    struct HandshakePart {
        let viewer: RelayViewer
        let bytes: [UInt8]
        let remote: SocketAddress
    }

    /// Whether a datagram was put off, or dropped where too many wait.
    func putOff(
        _ datagram: Span<UInt8>, from remote: SocketAddress, _ viewer: RelayViewer
    ) -> Bool {
        guard viewer.sealer == nil, DatagramKind(of: datagram) == .dtls else { return false }
        guard handshakes.count < Handshakes.waiting else {
            counters.handshakesDropped += 1
            return true
        }
        handshakes.append(
            HandshakePart(viewer: viewer, bytes: Array(copying: datagram), remote: remote))
        return true
    }

    /// Called behind what is forwarded.
    func runHandshakes(_ now: Instant) {
        guard !handshakes.isEmpty else { return }
        let count = min(handshakes.count, Handshakes.perTurn)
        for part in handshakes.prefix(count) where slots[part.viewer.session] == part.viewer.slot {
            var bytes = part.bytes
            var datagram = bytes.mutableSpan
            take(&datagram, from: part.remote, part.viewer, now)
        }
        handshakes.removeFirst(count)
    }
}
