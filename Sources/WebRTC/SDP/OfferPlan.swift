/// What is needed to write an offer: `sendonly` for WHIP, `recvonly` for WHEP.
package struct OfferPlan: Sendable, Equatable {
    package let origin: SessionOrigin
    package let transport: LocalTransport
    /// `actpass` leaves the role to the answer.
    package let setup: DTLSSetup
    package let media: [MediaPlan]

    package init(
        origin: SessionOrigin, transport: LocalTransport, setup: DTLSSetup, media: [MediaPlan]
    ) {
        self.origin = origin
        self.transport = transport
        self.setup = setup
        self.media = media
    }

    /// The offer; mids count from 0.
    package func makeOffer() -> SessionDescription {
        var offer = SessionDescription(origin: origin)
        var numbers = PayloadTypes()
        for (line, plan) in media.prefix(SDPLimit.mediaLines.maximum).enumerated() {
            var section = plan.section(&numbers)
            section.mid = String(line)
            transport.describe(&section, setup: setup, isLead: line == 0)
            offer.media.append(section)
        }
        offer.isICELite = transport.isICELite
        offer.groups = [MediaGroup(semantics: .bundle, mids: offer.media.compactMap(\.mid))]
        return offer
    }
}

/// Payload types not yet given away: the dynamic range, then what else RFC 5761 leaves free.
private struct PayloadTypes {
    private var free = Array(96...127) + Array(35...63) as [UInt8]

    mutating func take() -> UInt8? { free.isEmpty ? nil : free.removeFirst() }
}

extension MediaPlan {
    fileprivate func section(_ numbers: inout PayloadTypes) -> MediaDescription {
        var section = MediaDescription(kind: .media(kind), port: 9, transport: .secureUDP)
        for format in codecs {
            // Where the numbers run out, the least preferred codecs go without.
            guard let payloadType = format.fixedPayloadType ?? numbers.take() else { break }
            section.payloads.append(
                PayloadFormat(payloadType: payloadType, format: format, feedback: feedback))
            guard usesRTX, let rtx = numbers.take() else { continue }
            section.payloads.append(
                PayloadFormat(
                    payloadType: rtx,
                    format: .rtx(for: payloadType, clockRate: format.clockRate)))
        }
        section.direction = direction
        section.hasRTCPMux = true
        section.hasRTCPMuxOnly = true
        section.hasReducedSizeRTCP = true
        section.allowsMixedExtensions = true
        section.extensions = extensions.sorted { $0.offeredID < $1.offeredID }.map {
            HeaderExtension(id: $0.offeredID, uri: $0.uri)
        }
        describeLayers(&section)
        return section
    }

    private func describeLayers(_ section: inout MediaDescription) {
        guard direction.sends else { return }
        if case .send(let rids) = layers, !rids.isEmpty {
            // Layers are told apart by their rids; their SSRCs are not declared (RFC 8853 5.5).
            section.msid = source?.msid
            section.rids = rids.prefix(SDPLimit.rids.maximum).map {
                RIDDescription(rid: $0, direction: .send)
            }
            section.simulcast = SimulcastDescription(
                send: section.rids.map { [SimulcastDescription.Choice(rid: $0.rid)] })
        } else {
            source?.describe(&section, usesRTX: usesRTX)
        }
    }
}
