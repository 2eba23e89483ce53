import Network
import Primitives
import Signaling
import WebRTC

/// What the peer tells.
extension ClientSession {
    func handle(_ event: PeerEvent) {
        guard phase != .ended else { return }
        switch event {
        case .ice(.connected): resume()
        case .ice(.disconnected): stall()
        case .ice: break
        case .candidate(let candidate): trickle(candidate)
        case .gathered: gathered()
        case .relayFailed(let place, let failure): relayFailed(place, failure)
        case .heard: break
        case .connected:
            phaseTimer?.cancel()
            marks.connected = loop.now
            enter(.connected)
            watchTimer?.set(at: loop.now + settings.limits.addressInterval)
        case .keyframeWanted(let media, let layer):
            tell(.keyframeWanted(media: media, layer: layer))
        case .failed(let failure): fail(worded(failure))
        case .left: fail(.left)
        }
    }

    private func worded(_ failure: PeerFailure) -> SessionFailure {
        switch failure {
        case .ice(let failure): .ice(failure, relays: relayFailures)
        case .dtls(let failure): .dtls(failure)
        case .srtp(let problem): .srtp(problem)
        }
    }

    /// The time of a phase is over.
    func runOut() {
        switch phase {
        case .gathering:
            // What has been found by now must do.
            guard !peer.ice.localCandidates.isEmpty else {
                return fail(
                    .ice(
                        ICEFailure(reason: .noLocalCandidates, attempts: []),
                        relays: relayFailures))
            }
            post()
        case .connecting:
            guard peer.ice.selected == nil else { return fail(.dtls(.timedOut)) }
            fail(
                .ice(
                    ICEFailure(reason: .tookTooLong, attempts: peer.ice.attempts),
                    relays: relayFailures))
        case .idle, .signalling, .connected, .ended: break
        }
    }

    // MARK: - Silence

    private func resume() {
        if let restart, restart.isTaken {
            self.restart = nil
            hasLostRoute = false
            tell(.notice(.restarted))
        }
        guard stalledSince != nil else { return }
        stalledSince = nil
        restartTimer?.cancel()
        tell(.resumed)
    }

    private func stall() {
        guard phase == .connected, stalledSince == nil else { return }
        stalledSince = loop.now
        tell(.stalled)
        askForRestart(.silence)
    }

    // MARK: - Restarts

    /// Asks the endpoint for a new ICE session; the old one goes on until there is an answer.
    func askForRestart(_ cause: SessionRestartCause) {
        guard phase == .connected, restart?.isTaken ?? true else { return }
        guard !cannotRestart else {
            restartTimer?.set(at: loop.now + settings.limits.refusalPatience)
            return
        }
        // A connection of HTTP that the old path had would be waited for in vain.
        if transfers.isEmpty { openHTTP() }
        let credentials = WebRTC.ICECredentials(using: &random)
        restart = Restart(credentials: credentials, cause: cause)
        restarts += 1
        tell(.notice(.restarting(cause)))
        perform(
            signaling.restart(
                Signaling.ICECredentials(
                    usernameFragment: credentials.ufrag, password: credentials.password),
                candidates: peer.ice.localCandidates.map(local)))
        perform(signaling.endCandidates())
    }

    func restarted(_ fragment: TrickleFragment) {
        guard phase == .connected, let restart, let theirs = fragment.credentials else { return }
        self.restart?.isTaken = true
        let texts = fragment.sections.flatMap(\.candidates)
        // Whoever names none is where he was.
        let candidates = (texts.isEmpty ? negotiated?.remoteCandidates ?? [] : texts)
            .compactMap { try? ICECandidate($0) }
        change { peer, sink, now in
            peer.restartICE(as: restart.credentials, now: now, into: &sink)
            for candidate in candidates { peer.add(remote: candidate, now: now, into: &sink) }
            peer.endRemoteCandidates(now: now, into: &sink)
            peer.setRemote(
                WebRTC.ICECredentials(ufrag: theirs.usernameFragment, password: theirs.password),
                now: now, into: &sink)
        }
    }

    func restartFailed(_ failure: SignalingFailure) {
        guard phase == .connected, restart != nil else { return }
        restart = nil
        tell(.notice(.restartFailed(failure)))
        if failure.reason != .transport { cannotRestart = true }
        guard stalledSince != nil || hasLostRoute else { return }
        restartTimer?.set(
            at: loop.now
                + (cannotRestart
                    ? settings.limits.refusalPatience : settings.limits.restartInterval))
    }

    /// Nothing has been heard since the last try either.
    func restartAgain() {
        guard phase == .connected, stalledSince != nil || hasLostRoute else { return }
        guard cannotRestart else { return askForRestart(hasLostRoute ? .addresses : .silence) }
        // A new session is sooner there than this one's consent ends.
        fail(
            .ice(
                ICEFailure(reason: .consentExpired, attempts: peer.ice.attempts),
                relays: relayFailures))
    }
}
