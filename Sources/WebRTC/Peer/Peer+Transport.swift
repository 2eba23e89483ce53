package import Primitives

extension Peer {
    /// Takes a datagram; what it holds is opened in place.
    package mutating func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, on socket: SocketID,
        now: Instant, into sink: inout some PeerSink
    ) {
        guard state != .ended else { return }
        counters.datagramsReceived += 1
        switch ice.receive(datagram.span, from: remote, on: socket, now: now) {
        case .consumed: advance(now, &sink)
        case .payload(let range, let route):
            // What came through a relay begins after the relay's header.
            if range.lowerBound > 0 {
                for index in range { datagram[index - range.lowerBound] = datagram[index] }
            }
            receivePayload(&datagram, length: range.count, route, now, &sink)
        }
    }

    private mutating func receivePayload(
        _ datagram: inout MutableSpan<UInt8>, length: Int, _ route: Route, _ now: Instant,
        _ sink: inout some PeerSink
    ) {
        switch DatagramKind(of: datagram.span.extracting(0..<length)) {
        case .dtls:
            // Until there are keys anybody could break the handshake with a forged alert.
            guard state == .connected || ice.hasHeard(by: route) else {
                counters.strangers += 1
                return
            }
            startDTLS(now, &sink)
            dtls?.receive(datagram.span.extracting(0..<length), now: now)
            advance(now, &sink)
        case .rtp: receiveRTP(&datagram, length: length, now, &sink)
        case .rtcp: receiveRTCP(&datagram, length: length, now, &sink)
        case .stun, .turnChannel, .unknown: counters.unknownDatagrams += 1
        }
    }

    /// Passes on what ICE and DTLS have come to.
    mutating func advance(_ now: Instant, _ sink: inout some PeerSink) {
        // Nothing leaves after the end, whatever the host still tells us.
        guard state != .ended else {
            _ = ice.takeOutputs()
            return
        }
        drainICE(now, &sink)
        if ice.selected != nil { startDTLS(now, &sink) }
        drainDTLS(now, &sink)
    }

    private mutating func startDTLS(_ now: Instant, _ sink: inout some PeerSink) {
        guard dtls == nil, state == .connecting, let session else { return }
        do throws(DTLSFailure) {
            dtls = try cryptography.makeDTLS(
                role: session.role, expected: session.remoteFingerprints)
        } catch {
            return end(.failed(.dtls(error)), now, &sink)
        }
        dtls?.start(now: now)
    }

    mutating func drainICE(_ now: Instant, _ sink: inout some PeerSink) {
        for output in ice.takeOutputs() {
            switch output {
            case .send(let bytes, let route):
                sink.send(bytes.span, on: route.socket, to: route.remote)
            case .candidate(let candidate): sink.happened(.candidate(candidate))
            case .gathered: sink.happened(.gathered)
            case .route: break
            case .heard(let address): sink.happened(.heard(address))
            case .relayFailed(let place, let failure):
                sink.happened(.relayFailed(place, failure))
            case .state(let next):
                sink.happened(.ice(next))
                if case .failed(let failure) = next { end(.failed(.ice(failure)), now, &sink) }
            }
        }
    }

    mutating func drainDTLS(_ now: Instant, _ sink: inout some PeerSink) {
        guard let dtls, state != .ended else { return }
        dtls.takeDatagrams { datagram in transmit(datagram.span, now, &sink) }
        switch dtls.state {
        case .handshaking: break
        case .connected(let keys): connect(keys, now, &sink)
        case .failed(let failure): end(.failed(.dtls(failure)), now, &sink)
        case .closed: end(.left, now, &sink)
        }
    }

    private mutating func connect(
        _ keys: SRTPKeys, _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard state == .connecting else { return }
        do throws(SRTPProblem) {
            srtp = try cryptography.makeSRTP(keys)
        } catch {
            return end(.failed(.srtp(error)), now, &sink)
        }
        self.keys = keys
        state = .connected
        nextReport = now + PeerLimits.reportInterval / 4
        sink.happened(.connected(keys.sending.profile))
        for place in transmissions.indices {
            let format = transmissions[place].format
            guard format.codec.isPredictive else { continue }
            sink.happened(.keyframeWanted(media: format.media, layer: format.layer))
        }
    }

    mutating func end(_ event: PeerEvent, _ now: Instant, _ sink: inout some PeerSink) {
        guard state != .ended else { return }
        sink.happened(event)
        finish(now, &sink)
    }

    /// Lets each layer send what it has to say last, and stops.
    mutating func finish(_ now: Instant, _ sink: inout some PeerSink) {
        state = .ended
        if let dtls {
            // Nobody acknowledges a goodbye, so it goes out twice; a second copy is passed over.
            dtls.takeDatagrams { datagram in
                transmit(datagram.span, now, &sink)
                transmit(datagram.span, now, &sink)
            }
        }
        ice.close(now: now)
        drainICE(now, &sink)
    }

    /// Sends by the chosen route, without a copy where it goes straight.
    mutating func transmit(
        _ datagram: Span<UInt8>, _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard let route = ice.selected else { return }
        guard route.relay != nil else {
            return sink.send(datagram, on: route.socket, to: route.remote)
        }
        ice.transmit(Array(copying: datagram), route, now)
        for output in ice.takeOutputs() {
            guard case .send(let bytes, let outer) = output else { continue }
            sink.send(bytes.span, on: outer.socket, to: outer.remote)
        }
    }
}
