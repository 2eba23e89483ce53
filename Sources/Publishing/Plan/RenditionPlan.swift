package import Media
import WebRTC

/// What goes out of an input: what is passed on as it is, what is encoded, and why.
package struct RenditionPlan: Sendable, Equatable {
    /// The preferred one first; empty where no picture is sent.
    package let video: [VideoRendition]
    package let audio: [AudioRendition]
    package let layers: [LayerOffer]
    /// The tracks that are read; nil where there is none.
    package let picture: TrackDescription?
    package let sound: TrackDescription?

    package var offer: DestinationOffer {
        DestinationOffer(
            video: video.map(\.choice), audio: audio.map(\.choice), layers: layers)
    }

    /// The one that destinations of a kind will take first.
    package func firstVideo(webRTC: Bool) -> VideoRendition? {
        video.first { webRTC ? !$0.choice.hasReorderedFrames : $0.choice.codec == .h264 }
    }

    package func firstAudio(webRTC: Bool) -> AudioRendition? {
        audio.first { $0.choice.codec == (webRTC ? .opus : .aac) }
    }

    /// Decides by what the input has, what is asked for and who is to have it.
    package init(
        tracks: [TrackDescription], wish: RenditionWish, needs: DestinationNeeds
    ) throws(RenditionProblem) {
        let pictures = tracks.filter { $0.kind == .video }
        let sounds = tracks.filter { $0.kind == .audio }
        picture = wish.takesVideo ? pictures.first : nil
        sound = wish.takesAudio ? sounds.first : nil
        guard picture != nil || sound != nil else {
            throw .nothingToSend(hasVideo: !pictures.isEmpty, hasAudio: !sounds.isEmpty)
        }
        if !needs.webRTC, wish.layers.count > 1 { throw .layersNeedWebRTC }
        let pass = Passing(wish: wish, needs: needs)
        if let picture {
            video = try pass.renditions(picture: picture)
            try pass.checkStamp(video)
            let aims = video.first?.aims ?? []
            layers = aims.enumerated().map { place, aim in
                LayerOffer(
                    rid: Self.names[min(place, Self.names.count - 1)], size: aim.size,
                    maximumBitsPerSecond: Double(aim.bitsPerSecond))
            }
        } else {
            video = []
            layers = []
        }
        audio =
            try sound.map { sound throws(RenditionProblem) in
                try pass.renditions(sound: sound)
            } ?? []
    }

    /// As other senders call them: high, middle, low.
    private static let names = ["h", "m", "l", "s"]
}

/// The decision itself.
private struct Passing {
    let wish: RenditionWish
    let needs: DestinationNeeds

    func renditions(picture: TrackDescription) throws(RenditionProblem) -> [VideoRendition] {
        let summary = TrackSummary(picture)
        let hindrances = PictureHindrances(picture)
        let asked = self.asked(of: picture)
        // RTMP takes B-frames, and WebRTC takes more codecs.
        let forWebRTC = asked + hindrances.forWebRTC
        let forRTMP = asked + hindrances.forRTMP
        if wish.copyRule == .always {
            if needs.webRTC, !forWebRTC.isEmpty {
                throw .copyRefused(.video, summary, forWebRTC)
            }
            if needs.rtmp, !forRTMP.isEmpty { throw .copyRefused(.video, summary, forRTMP) }
        }
        let aims = self.aims(picture, codec: wish.videoCodec ?? .h264)
        var renditions: [VideoRendition] = []
        let isCopied = needs.webRTC && forWebRTC.isEmpty || needs.rtmp && forRTMP.isEmpty
        if isCopied, let choice = VideoChoice(copying: picture) {
            let own = self.aims(picture, codec: choice.codec)
            renditions.append(VideoRendition(choice: choice, making: .copy, aims: own))
        }
        guard wish.copyRule != .always else { return renditions }
        let reasons = needs.webRTC && !forWebRTC.isEmpty ? forWebRTC : forRTMP
        renditions.append(encoding(aims, reasons))
        // Whoever does not take the one mostly takes the other.
        if needs.webRTC, wish.videoCodec == nil, wish.profile == nil, wish.stamp != .sei {
            renditions.append(encoding(self.aims(picture, codec: .vp8), reasons))
        }
        return renditions
    }

    private func encoding(_ aims: [VideoAim], _ reasons: [EncodingReason]) -> VideoRendition {
        VideoRendition(
            choice: VideoChoice(
                codec: aims[0].codec, format: EncodingDefaults.format(aims[0]), framing: .annexB,
                configuration: [], size: aims[0].size,
                framesPerSecond: aims[0].frameRate.framesPerSecond, hasReorderedFrames: false),
            making: .encode(reasons), aims: aims)
    }

    private func asked(of picture: TrackDescription) -> [EncodingReason] {
        var reasons: [EncodingReason] = []
        if wish.copyRule == .never { reasons.append(.encodingAsked) }
        if let codec = wish.videoCodec, picture.codec != .webRTC(codec) {
            reasons.append(.codecAsked)
        }
        if wish.layers.count > 1 { reasons.append(.layersAsked) }
        let size = wish.layers.count == 1 ? wish.layers[0].size : wish.size
        if case .picture(let track) = picture.content {
            if let size, size != track.size { reasons.append(.sizeAsked) }
            if let rate = wish.frameRate, rate != track.rate { reasons.append(.frameRateAsked) }
        }
        if wish.videoBitRate != nil || wish.layers.contains(where: { $0.bitRate != nil }) {
            reasons.append(.bitRateAsked)
        }
        if wish.keyframeInterval != nil { reasons.append(.keyframesAsked) }
        if wish.profile != nil { reasons.append(.profileAsked) }
        if wish.stamp == .picture, !picture.isRaw { reasons.append(.stampAsked) }
        return reasons
    }

    func checkStamp(_ video: [VideoRendition]) throws(RenditionProblem) {
        switch wish.stamp {
        case nil: return
        case .sei:
            for rendition in video where rendition.choice.codec.nalSyntax == nil {
                throw .stampNotCarried(codec: rendition.choice.codec.encodingName)
            }
        case .picture:
            for aim in video.flatMap(\.aims) where PictureStamp(in: aim.size) == nil {
                throw .stampTooLarge(aim.size)
            }
        }
    }

    /// What it is encoded to, the largest layer first.
    private func aims(_ picture: TrackDescription, codec: Codec) -> [VideoAim] {
        guard case .picture(let track) = picture.content else { return [] }
        let isLying = track.rotation % 180 != 0
        let own =
            isLying
            ? PictureSize(width: track.size.height, height: track.size.width) : track.size
        var rate = wish.frameRate ?? track.rate ?? .thirty
        if wish.frameRate == nil, rate.framesPerSecond > EncodingDefaults.highestRate {
            rate = .thirty
        }
        let convertsRate = wish.frameRate != nil || rate != track.rate ?? rate
        let layers =
            wish.layers.isEmpty
            ? [LayerWish(size: wish.size ?? own, bitRate: wish.videoBitRate)] : wish.layers
        return layers.map { layer in
            let size = EncodingDefaults.even(layer.size)
            return VideoAim(
                codec: codec, size: size, frameRate: rate,
                bitsPerSecond: layer.bitRate ?? EncodingDefaults.bitRate(size, rate),
                keyframeInterval: wish.keyframeInterval ?? EncodingDefaults.keyframeInterval,
                profile: wish.profile ?? .baseline, convertsRate: convertsRate)
        }
    }

    // MARK: - Sound

    func renditions(sound: TrackDescription) throws(RenditionProblem) -> [AudioRendition] {
        var renditions: [AudioRendition] = []
        if needs.webRTC { renditions.append(try rendition(sound, .opus)) }
        if needs.rtmp { renditions.append(try rendition(sound, .aac)) }
        return renditions
    }

    private func rendition(
        _ sound: TrackDescription, _ codec: SoundCodec
    ) throws(RenditionProblem) -> AudioRendition {
        guard case .sound(let track) = sound.content else {
            preconditionFailure("a track of sound has sound")
        }
        var reasons = hindrances(sound, track, codec)
        if wish.copyRule == .never { reasons.append(.encodingAsked) }
        if wish.audioBitRate != nil { reasons.append(.bitRateAsked) }
        if wish.copyRule == .always, !reasons.isEmpty {
            throw .copyRefused(.audio, TrackSummary(sound), reasons)
        }
        let rate = wish.audioBitRate ?? EncodingDefaults.sound
        guard reasons.isEmpty else {
            let choice = AudioChoice(
                codec: codec, channels: 2, sampleRate: 48_000,
                configuration: codec == .aac ? Self.configurationAAC : [])
            return AudioRendition(choice: choice, making: .encode(reasons), bitsPerSecond: rate)
        }
        let choice = AudioChoice(
            codec: codec, channels: track.channels, sampleRate: track.sampleRate,
            configuration: codec == .aac ? sound.configuration : [])
        return AudioRendition(choice: choice, making: .copy, bitsPerSecond: rate)
    }

    private func hindrances(
        _ sound: TrackDescription, _ track: SoundTrack, _ codec: SoundCodec
    ) -> [EncodingReason] {
        let isSame = codec == .opus ? sound.codec == .webRTC(.opus) : sound.codec == .aac
        guard isSame else {
            return [sound.isRaw ? .raw : .codecNotTaken(sound.codec.name)]
        }
        if track.channels > 2 { return [.tooManyChannels(track.channels)] }
        // AAC as broadcasters send it has a header of its own in each frame, which FLV has not.
        if codec == .aac, sound.configuration.isEmpty { return [.configurationMissing] }
        return []
    }

    /// AAC-LC, 48 kHz, stereo (ISO/IEC 14496-3 1.6.2.1).
    private static let configurationAAC: [UInt8] = [0x11, 0x90]
}
