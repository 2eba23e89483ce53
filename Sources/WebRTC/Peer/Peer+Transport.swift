package import Primitives

extension Peer {
    /// Takes a datagram; what it holds is opened in place.
    package mutating func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, on socket: SocketID,
        now: Instant, into sink: inout some PeerSink
    ) {
        guard state != .ended else { return }
        counters.datagramsReceived += 1
        let receipt = transport.receive(
            &datagram, from: remote, on: socket, now: now, into: &sink)
        switch receipt {
        case .consumed, .farewell: noteConnection(now, &sink)
        case .rtp(let length): receiveRTP(&datagram, length: length, now, &sink)
        case .rtcp(let length): receiveRTCP(&datagram, length: length, now, &sink)
        case .beforeKeys: counters.beforeKeys += 1
        case .stranger: counters.strangers += 1
        case .unknown: counters.unknownDatagrams += 1
        }
    }

    /// Tells ICE something, and does what comes of it.
    package mutating func withICE(
        now: Instant, into sink: inout some PeerSink, _ tell: (inout ICEAgent) -> Void
    ) {
        withICE(now, &sink, tell)
    }

    mutating func withICE(
        _ now: Instant, _ sink: inout some PeerSink, _ tell: (inout ICEAgent) -> Void
    ) {
        transport.withICE(now: now, into: &sink, tell)
        noteConnection(now, &sink)
    }

    /// Begins to report, and asks for keyframes, once media can flow.
    mutating func noteConnection(_ now: Instant, _ sink: inout some PeerSink) {
        guard state == .connected, nextReport == nil else { return }
        nextReport = now + PeerLimits.reportInterval / 4
        for place in transmissions.indices {
            let format = transmissions[place].format
            guard format.codec.isPredictive else { continue }
            sink.happened(.keyframeWanted(media: format.media, layer: format.layer))
        }
    }

    /// Sends by the chosen route, without a copy where it goes straight.
    mutating func transmit(
        _ datagram: Span<UInt8>, _ now: Instant, _ sink: inout some PeerSink
    ) {
        transport.transmit(datagram, now, &sink)
    }
}
