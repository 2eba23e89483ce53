import Primitives
import WebRTC

/// What a relay answers to publishers and viewers.
enum RelayPlans {
    private static let audio: [Codec] = [.opus, .pcmu, .pcma]
    private static let video: [Codec] = [.h264, .h265, .vp8, .vp9, .av1]

    /// One codec for each kind: the publisher's first that can be passed on.
    static func publishing(_ offer: SessionDescription, maximumLayers: Int) -> [MediaPlan] {
        [
            MediaPlan(
                kind: .audio, direction: .recvonly, codecs: formats(audio, .audio, offer),
                codecLimit: 1, feedback: [.transportCC, .nack], usesRTX: false,
                extensions: [
                    .mid, .audioLevel, .absoluteCaptureTime, .transportSequence,
                ], source: nil, layers: .one),
            MediaPlan(
                kind: .video, direction: .recvonly, codecs: formats(video, .video, offer),
                codecLimit: 1, feedback: [.nack, .pli, .fir, .transportCC], usesRTX: true,
                extensions: [
                    .mid, .rid, .repairedRID, .absoluteCaptureTime, .transportSequence,
                    .playoutDelay, .videoOrientation,
                ], source: nil,
                layers: maximumLayers > 1 ? .receive(upTo: maximumLayers) : .one),
        ]
    }

    /// In the order of the offer: its sender knows best what it can encode.
    private static func formats(
        _ codecs: [Codec], _ kind: MediaKind, _ offer: SessionDescription
    ) -> [CodecFormat] {
        let section = offer.media.first { $0.kind == .media(kind) && !$0.isRejected }
        let offered = section?.payloads.compactMap(\.format) ?? []
        let known = offered.filter { format in
            !format.isRetransmission && format.codec.map(codecs.contains) ?? false
        }
        // Single NAL units only (mode 0) are for old telephones.
        return known.filter { $0.codec != .h264 || $0.packetizationMode == 1 }
            + known.filter { $0.codec == .h264 && $0.packetizationMode != 1 }
    }

    /// What a viewer is given of a show; a track that it can't take is left out.
    static func playing(
        _ offer: SessionDescription, _ show: Show,
        random: inout some RandomNumberGenerator
    ) -> [MediaPlan] {
        let hasLayers = show.tracks.contains { $0.layers.count > 1 }
        return show.tracks.compactMap { track in
            guard let section = section(offer, track.kind),
                let format = format(section, for: track)
            else { return nil }
            let isVideo = track.kind == .video
            let usesRTX =
                isVideo && section.payloads.contains { $0.format?.isRetransmission ?? false }
            // Feedback on each packet from thousands of viewers is dear, and only choosing layers
            // needs it. Without RTX a repair must be the same packet to the last bit, so nothing
            // may stand in it that is of the moment.
            let isControlled = hasLayers && usesRTX
            var extensions: [RTPExtensionKind] = [.mid, .absoluteCaptureTime]
            extensions += isVideo ? [.playoutDelay, .videoOrientation] : [.audioLevel]
            if isControlled { extensions += [.transportSequence, .absoluteSendTime] }
            let ssrc: UInt32 = random.next() | 1
            return MediaPlan(
                kind: track.kind, direction: .sendonly, codecs: [format], codecLimit: 1,
                feedback: isVideo
                    ? isControlled ? [.nack, .pli, .fir, .transportCC] : [.nack, .pli, .fir]
                    : [.nack],
                usesRTX: usesRTX, extensions: extensions,
                source: MediaSource(
                    ssrc: ssrc, rtxSSRC: usesRTX ? ssrc &+ 1 : nil, cname: cname,
                    msid: MSID(stream: "show", track: track.kind.rawValue)),
                layers: .one)
        }
    }

    static let cname = "relay"

    private static func section(
        _ offer: SessionDescription, _ kind: MediaKind
    ) -> MediaDescription? {
        offer.media.first { $0.kind == .media(kind) && !$0.isRejected }
    }

    /// The offered format that the track's packets can go under. Profiles of H.264 are compared,
    /// but decoders do not look at them: another one is better than no picture.
    private static func format(
        _ section: MediaDescription, for track: ShowTrack
    ) -> CodecFormat? {
        let offered = section.payloads.compactMap(\.format)
        if let same = offered.first(where: { track.format.matches($0) }) { return same }
        return offered.first { format in
            format.codec == track.codec
                && (track.codec != .h264 || format.packetizationMode == 1)
                && (track.codec == .h264 || track.codec == .h265 || track.kind == .audio)
        }
    }
}

extension NegotiatedMedia {
    /// What viewers that have agreed on the same share.
    ///
    /// An offer may have RTX for other codecs than the one that was chosen. What is repaired by the
    /// same packet once more must not tell its time: two packets under one nonce give the key away.
    func formatKey(_ codec: Codec) -> ForwardFormat.Key {
        let rtx = localSource?.rtxSSRC == nil ? nil : codecs[0].rtxPayloadType
        return ForwardFormat.Key(
            codec: codec, payloadType: codecs[0].payloadType, rtxPayloadType: rtx,
            mid: mid, map: extensions,
            usesTransportSequence: rtx != nil && extensions[.transportSequence] != nil
                && codecs[0].feedback.contains(.transportCC))
    }
}
