package import Primitives
package import Signaling
package import WebRTC

/// Who is given everything that is published of a show, on the relay's loop: a recorder.
///
/// Bytes are lent for the call. Whoever needs longer for them copies them, and does not block.
package protocol PublicationTap: AnyObject {
    func began(_ publication: Publication)
    /// A packet that was opened: its payload is at `packet.header.payloadRange` of `bytes`.
    /// Repaired ones come late, each once.
    func packet(_ bytes: Span<UInt8>, _ packet: PublishedPacket)
    /// What the publisher says of its clock, for one layer of one medium.
    func report(_ report: SenderReport, media: Int, layer: Int, arrival: Instant)
    func ended(at now: Instant)
}

/// What somebody has begun to publish.
package struct Publication: Sendable {
    package let show: String
    package let session: SessionID
    package let begun: Instant
    /// Audio and video, by the places that packets name.
    package let media: [PublishedMedia]
}

/// One medium of a publication.
package struct PublishedMedia: Sendable, Equatable {
    package let codec: Codec
    /// As the publisher wrote it.
    package let format: CodecFormat
    /// The publisher's names, the smallest first where that is known; one empty without simulcast.
    package let layers: [String]
}

/// What is known of a packet that was published.
package struct PublishedPacket: Sendable {
    /// The place in the publication's media, and the place in its layers.
    package let media: Int
    package let layer: Int
    package let header: RTPHeader
    package let arrival: Instant
    package let isRepaired: Bool
    /// When it was captured, by the publisher's clock; few say it.
    package let captured: NTPTime?
}
