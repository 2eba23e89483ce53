import Primitives
import WebRTC

/// What of an offer can go to a WHIP endpoint, as m-lines.
struct WHIPPlan: Sendable {
    let offer: DestinationOffer
    /// Places of the offer's choices, in the order of the codecs of the m-line.
    let video: [Int]
    let audio: [Int]
    private let cname: String
    /// Sources stay the same when a session is made anew.
    private let first: UInt32

    private static let stream = "show"

    /// Nil where there is nothing that WebRTC takes.
    init?(
        _ offer: DestinationOffer, cname: String, using random: inout some RandomNumberGenerator
    ) {
        self.offer = offer
        self.cname = cname
        first = random.next()
        var formats: [CodecFormat] = []
        var places: [Int] = []
        for (place, choice) in offer.video.enumerated() {
            // Of two that are the same to the other side the first one is meant.
            guard choice.codec.kind == .video, !choice.hasReorderedFrames,
                !formats.contains(where: { $0.matches(choice.format) })
            else { continue }
            formats.append(choice.format)
            places.append(place)
        }
        video = places
        audio = offer.audio.indices.filter { offer.audio[$0].codec == .opus }.prefix(1).map { $0 }
        if video.isEmpty && audio.isEmpty { return nil }
    }

    private static let extensions: [RTPExtensionKind] = [
        .mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime,
    ]

    func media(using random: inout some RandomNumberGenerator) -> [MediaPlan] {
        var plans: [MediaPlan] = []
        if !audio.isEmpty {
            plans.append(
                MediaPlan(
                    kind: .audio, direction: .sendonly, codecs: [.opus], codecLimit: 1,
                    feedback: [.nack, .transportCC], usesRTX: false, extensions: Self.extensions,
                    source: source(.audio), layers: .one))
        }
        guard !video.isEmpty else { return plans }
        let rids = offer.layers.prefix(DestinationOffer.maximumLayers).map(\.rid)
        let isLayered = rids.count > 1
        plans.append(
            MediaPlan(
                kind: .video, direction: .sendonly, codecs: video.map { offer.video[$0].format },
                codecLimit: 1, feedback: [.nack, .pli, .fir, .transportCC, .remb], usesRTX: true,
                extensions: Self.extensions + (isLayered ? [.rid, .repairedRID] : []),
                source: source(.video), layers: isLayered ? .send(rids) : .one))
        return plans
    }

    private func source(_ kind: MediaKind) -> MediaSource {
        let ssrc = kind == .audio ? first : first &+ 1
        return MediaSource(
            ssrc: ssrc, rtxSSRC: kind == .video ? first &+ 2 : nil, cname: cname,
            msid: MSID(stream: Self.stream, track: kind.rawValue))
    }

    /// How the frames of what was agreed on are framed.
    func framing(
        _ offered: SessionDescription, _ session: NegotiatedSession
    ) -> NALFraming {
        let choice = session.media.compactMap { self.choice(of: $0, in: offered) }.first
        return choice.map { offer.video[$0].framing } ?? .annexB
    }

    /// Which of our choices of the picture an m-line carries.
    func choice(of media: NegotiatedMedia, in offered: SessionDescription) -> Int? {
        guard media.kind == .video, media.direction.sends,
            offered.media.indices.contains(media.line)
        else { return nil }
        let formats = offered.media[media.line].payloads.filter {
            $0.format?.isRetransmission == false
        }
        let place = formats.firstIndex { $0.payloadType == media.codecs[0].payloadType }
        return place.flatMap { video.indices.contains($0) ? video[$0] : nil }
    }
}

/// What goes where in a session: from the choices of an offer to m-lines and layers, and back.
struct WHIPRoutes: Sendable {
    struct Route: Sendable {
        let media: Int
        let layer: Int
        let clockRate: Int
    }

    private(set) var video: Int?
    private(set) var audio: Int?
    private(set) var videoCodec: Codec?
    private(set) var audioCodec: Codec?
    /// The places of the offer's layers that the other side takes, in its order.
    private var places: [Int] = [0]
    private var videoRoute: Route?
    private var audioRoute: Route?
    /// What frames may lack, and the m-line that they are for.
    private(set) var parameterSets: [(unit: [UInt8], media: Int)] = []

    init() {}

    init(_ plan: WHIPPlan, _ offered: SessionDescription, _ session: NegotiatedSession) {
        for (place, media) in session.media.enumerated() where media.direction.sends {
            guard let codec = media.codecs[0].format.codec else { continue }
            let route = Route(media: place, layer: 0, clockRate: codec.clockRate)
            guard media.kind == .video else {
                audio = plan.audio.first
                audioCodec = codec
                audioRoute = route
                continue
            }
            guard let choice = plan.choice(of: media, in: offered) else { continue }
            video = choice
            videoCodec = codec
            videoRoute = route
            let known = media.rids.compactMap { rid in
                plan.offer.layers.firstIndex { $0.rid == rid }
            }
            if !known.isEmpty { places = known }
            parameterSets = plan.offer.video[choice].parameterSets.map { ($0, place) }
        }
    }

    var layers: Int { video == nil ? 0 : places.count }

    var wishes: [MediaWish] {
        var wishes: [MediaWish] = []
        if let video { wishes.append(MediaWish(kind: .video, choice: video, layers: places)) }
        if let audio { wishes.append(MediaWish(kind: .audio, choice: audio, layers: [0])) }
        return wishes
    }

    func route(_ kind: MediaKind, choice: Int, layer: Int) -> Route? {
        guard kind == .video else { return choice == audio ? audioRoute : nil }
        guard choice == video, let route = videoRoute, let place = places.firstIndex(of: layer)
        else { return nil }
        return Route(media: route.media, layer: place, clockRate: route.clockRate)
    }

    /// The choice and the layer of the offer that a layer of an m-line stands for.
    func place(media: Int, layer: Int) -> (choice: Int, layer: Int)? {
        guard let video, videoRoute?.media == media, places.indices.contains(layer) else {
            return nil
        }
        return (video, places[layer])
    }
}

extension VideoChoice {
    /// The parameter sets that the container holds instead of the frames.
    var parameterSets: [[UInt8]] {
        switch codec {
        case .h264:
            AVCConfiguration(parsing: configuration.span).map {
                $0.sequenceParameters + $0.pictureParameters
            } ?? []
        case .h265: HEVCConfiguration(parsing: configuration.span)?.parameterSets ?? []
        case .vp8, .vp9, .av1, .opus, .pcmu, .pcma: []
        }
    }
}
