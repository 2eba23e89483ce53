package import Primitives

/// Where a transport puts what it has to send, while it is being called.
///
/// What is lent is gone when the call returns; whoever wants to keep it copies it.
package protocol TransportSink {
    /// A datagram that is to leave through one of the peer's sockets.
    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress)
    mutating func happened(_ event: PeerEvent)
}

/// Where a peer puts what it has to send and what it has received, while it is being called.
package protocol PeerSink: TransportSink {
    /// An RTP packet, opened and authenticated, as it came; repaired ones look as they were sent.
    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription)
    /// A frame whose packets are all there, in the order of the stream.
    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame)
    /// What the sender says of its clock, for one of its sources.
    mutating func receive(_ report: SenderReport, _ description: ReportDescription)
}

extension PeerSink {
    /// Few want to know; a peer keeps count itself.
    package mutating func receive(_ report: SenderReport, _ description: ReportDescription) {}
}

/// Whose a sender report is.
package struct ReportDescription: Sendable {
    /// The place of its m-line among those that were agreed on.
    package let media: Int
    /// The place of its layer among the m-line's rids; 0 without simulcast.
    package let layer: Int
    package let arrival: Instant
}

/// What is known of a packet that was received.
package struct PacketDescription: Sendable {
    /// The place of its m-line among those that were agreed on.
    package let media: Int
    /// The place of its layer among the m-line's rids; 0 without simulcast.
    package let layer: Int
    package let header: RTPHeader
    package let extensions: RTPExtensionPlaces
    package let arrival: Instant
    package let isRepaired: Bool
}

/// What is known of a frame that was received.
package struct ReceivedFrame: Sendable {
    package let media: Int
    package let ssrc: UInt32
    package let codec: Codec
    package let frame: FrameDescription
    /// When its last packet came.
    package let arrival: Instant
    /// When it was captured by the sender's clock, once a sender report has told.
    package let senderTime: NTPTime?
}

package enum PeerEvent: Sendable, Equatable {
    case ice(ICEAgent.State)
    case candidate(ICECandidate)
    case gathered
    case relayFailed(Int, TURNFailure)
    /// This address has proved to be the other side's; `PeerDirectory` wants to know.
    case heard(SocketAddress)
    /// Media can flow; senders begin with a keyframe.
    case connected(SRTPProfile)
    /// The other side of this m-line cannot go on without a keyframe of this layer.
    case keyframeWanted(media: Int, layer: Int)
    case failed(PeerFailure)
    /// The other side has left.
    case left
}

/// Why a peer ended, by the phase that it ended in.
package enum PeerFailure: Error, Sendable, Equatable {
    case ice(ICEFailure)
    case dtls(DTLSFailure)
    case srtp(SRTPProblem)
}

/// What was thrown away, and why; for whoever wonders where the packets are.
package struct PeerCounters: Sendable, Equatable {
    package var datagramsReceived = 0
    package var packetsReceived = 0
    package var packetsSent = 0
    package var framesHeldBack = 0
    package var unknownDatagrams = 0
    /// Handshakes from addresses that have shown no credentials.
    package var strangers = 0
    package var beforeKeys = 0
    package var replayed = 0
    package var forged = 0
    package var malformed = 0
    package var unknownSources = 0
    package var retransmitted = 0
    /// Requests that have gone out.
    package var keyframesAsked = 0
    package var nacksSent = 0
    package var notInRing = 0
    /// Packets that made room in the ring before they could leave.
    package var overrun = 0
}
