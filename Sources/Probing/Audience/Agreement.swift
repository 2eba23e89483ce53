import WebRTC

/// What a server has agreed on with viewers: mostly the same with all, who share it then.
final class Agreement {
    /// Payload types as bits.
    struct Types: Equatable {
        private var low: UInt64 = 0
        private var high: UInt64 = 0

        @inline(__always)
        func contains(_ type: UInt8) -> Bool {
            (type < 64 ? low >> UInt64(type) : high >> UInt64(type & 63)) & 1 != 0
        }

        mutating func insert(_ type: UInt8) {
            if type < 64 { low |= 1 << UInt64(type) } else { high |= 1 << UInt64(type & 63) }
        }
    }

    let media: [NegotiatedMedia]
    private(set) var video = Types()
    private(set) var audio = Types()
    private(set) var repairs = Types()
    private(set) var codecs: [(type: UInt8, codec: Codec)] = []
    /// The extension whose numbers are fed back; 0 where the server wants none.
    private(set) var transportID: UInt8 = 0
    private(set) var repairsVideo = false
    private(set) var repairsAudio = false
    private(set) var hasRTX = false
    private(set) var asksPictureLoss = false
    private(set) var isReduced = true
    private(set) var videoRate: UInt32 = 90_000
    private(set) var audioRate: UInt32 = 48_000
    private(set) var hasVideo = false

    init(_ media: [NegotiatedMedia]) {
        self.media = media
        for line in media {
            if !line.usesReducedSizeRTCP { isReduced = false }
            for codec in line.codecs { take(codec, line) }
        }
    }

    private func take(_ agreed: NegotiatedCodec, _ line: NegotiatedMedia) {
        guard let codec = agreed.format.codec else { return }
        codecs.append((agreed.payloadType, codec))
        let rate = UInt32(codec.clockRate)
        if codec.kind == .video {
            hasVideo = true
            video.insert(agreed.payloadType)
            videoRate = rate
            if agreed.feedback.contains(.nack) { repairsVideo = true }
            if !agreed.feedback.isDisjoint(with: [.pli, .fir]) { asksPictureLoss = true }
        } else {
            audio.insert(agreed.payloadType)
            audioRate = rate
            if agreed.feedback.contains(.nack) { repairsAudio = true }
        }
        if let rtx = agreed.rtxPayloadType {
            repairs.insert(rtx)
            hasRTX = true
        }
        if agreed.feedback.contains(.transportCC), let id = line.extensions[.transportSequence] {
            transportID = id
        }
    }

    func codec(_ type: UInt8) -> Codec? { codecs.first { $0.type == type }?.codec }
}
