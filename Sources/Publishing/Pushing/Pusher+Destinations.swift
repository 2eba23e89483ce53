import Network
import Primitives
import WebRTC

extension Pusher {
    // MARK: - What destinations tell

    func take(_ event: DestinationEvent, from place: Int) {
        guard ending == nil else { return }
        switch event {
        case .changed: change(place)
        case .keyframeWanted(let choice, let layer):
            wantKeyframe(RenditionName(kind: .video, choice: choice, layer: layer))
        case .targetBitRate(let choice, let rate): setTarget(rate, choice, place)
        case .notice(let notice): note(.notice(place, notice))
        }
        advance()
    }

    private func change(_ place: Int) {
        let state = entries[place].destination.state
        if entries[place].state != state {
            note(.destination(place, state))
            entries[place].state = state
            if case .live = state {
                entries[place].wasLive = true
            } else {
                entries[place].targets = []
            }
        }
        // One that writes a header wants frames before it is live.
        let wasReady = entries[place].isReady
        entries[place].isReady = !entries[place].destination.wants.isEmpty
        if entries[place].isReady, firstReady == nil { firstReady = loop.now }
        let isOver = entries.allSatisfy { entry in
            switch entry.state {
            case .failed, .ended: true
            case .idle, .connecting, .live, .waiting: false
            }
        }
        if isOver { return finish(.noDestination) }
        updateWanted()
        divideRates()
        if entries[place].isReady, !wasReady { makeKeyframes(for: place) }
    }

    /// Whoever has just come can begin with nothing else.
    private func makeKeyframes(for place: Int) {
        for wish in entries[place].destination.wants where wish.kind == .video {
            for layer in wish.layers {
                wantKeyframe(RenditionName(kind: .video, choice: wish.choice, layer: layer))
            }
        }
    }

    // MARK: - Which renditions are made

    /// What destinations will most likely take, so that frames are there when they connect.
    func expected(_ plan: RenditionPlan) -> Set<RenditionName> {
        var names: Set<RenditionName> = []
        for isWebRTC in [true, false] where entries.contains(where: { $0.isWebRTC == isWebRTC }) {
            let video = plan.video.firstIndex {
                isWebRTC ? !$0.choice.hasReorderedFrames : $0.choice.codec == .h264
            }
            let audio = plan.audio.firstIndex { $0.choice.codec == (isWebRTC ? .opus : .aac) }
            if let video {
                for layer in isWebRTC ? plan.layers.indices : plan.layers.indices.prefix(1) {
                    names.insert(RenditionName(kind: .video, choice: video, layer: layer))
                }
            }
            if let audio { names.insert(RenditionName(kind: .audio, choice: audio, layer: 0)) }
        }
        return names
    }

    /// What is expected counts until somebody is there; then only what is wanted does.
    private func updateWanted() {
        guard let plan else { return }
        var names: Set<RenditionName> = []
        for entry in entries {
            for wish in entry.destination.wants {
                for layer in wish.layers {
                    names.insert(
                        RenditionName(kind: wish.kind, choice: wish.choice, layer: layer))
                }
            }
        }
        if names.isEmpty, firstReady == nil || !isLiveInput { names = expected(plan) }
        setWanted(names)
    }

    func setWanted(_ names: Set<RenditionName>) {
        guard names != wanted else { return }
        wanted = names
        feed.want(names)
    }

    // MARK: - Keyframes and rates

    private func wantKeyframe(_ rendition: RenditionName) {
        guard let plan, !plan.isCopy(rendition), wishes.ask(rendition, now: loop.now) else {
            return
        }
        feed.makeKeyframe(rendition)
    }

    private func setTarget(_ rate: Double, _ choice: Int, _ place: Int) {
        guard let plan, plan.video.indices.contains(choice), rate.isFinite else { return }
        if entries[place].targets.count != plan.video.count {
            entries[place].targets = plan.video.map { _ in nil }
        }
        entries[place].targets[choice] = rate
        divideRates()
    }

    private func divideRates() {
        guard let plan else { return }
        for (choice, rendition) in plan.video.enumerated() where !rendition.making.isCopy {
            let targets = entries.compactMap {
                $0.targets.indices.contains(choice) ? $0.targets[choice] : nil
            }
            guard let total = RateAgreement.agree(targets) else { continue }
            divide(total, choice, rendition)
        }
    }

    private func divide(_ total: Double, _ choice: Int, _ rendition: VideoRendition) {
        let names = rendition.aims.indices.map {
            RenditionName(kind: .video, choice: choice, layer: $0)
        }
        let taken = names.filter { wanted.contains($0) }
        guard !taken.isEmpty else { return }
        let shares = LayerShares.divide(
            total, among: taken.map { Double(rendition.aims[$0.layer].bitsPerSecond) },
            wereOn: taken.map { layersOn[$0.layer] })
        for (name, share) in zip(taken, shares) {
            let wasOn = layersOn[name.layer]
            layersOn[name.layer] = share != nil
            let rate = share.map { Int($0) } ?? 0
            guard RateAgreement.isNews(rate, after: rates[name]) else { continue }
            rates[name] = rate
            feed.setRate(name, bitsPerSecond: rate)
            if !wasOn, share != nil { feed.makeKeyframe(name) }
        }
    }
}
