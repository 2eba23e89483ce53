import Primitives
import SecureTransport

@testable import WebRTC

/// What a peer of a simulation has put out.
struct SimulatedSink: PeerSink {
    var datagrams: [(bytes: [UInt8], socket: SocketID, remote: SocketAddress)] = []
    var packets = 0
    var frames: [(description: ReceivedFrame, bytes: [UInt8])] = []
    var events: [PeerEvent] = []

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        datagrams.append((Array(copying: datagram), socket, remote))
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        packets += 1
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        frames.append((description, Array(copying: frame)))
    }

    mutating func happened(_ event: PeerEvent) { events.append(event) }

    var failure: PeerFailure? {
        for case .failed(let failure) in events { return failure }
        return nil
    }

    var hasLeft: Bool { events.contains(.left) }
}

/// The highest that the queues and tables of both peers have stood.
struct Levels: Equatable {
    var pacerPackets = 0
    var pacerBytes = 0
    var ring = 0
    var held = 0
    var missing = 0
    var receptions = 0
    var pairs = 0
    var remotes = 0
    var triggered = 0
    var transactions = 0
    var datagramsAtOnce = 0

    mutating func note(_ first: Int, _ second: Int) {
        datagramsAtOnce = max(datagramsAtOnce, first, second)
    }

    mutating func note(_ peer: borrowing Peer<OpenSSLCryptography>) {
        pacerPackets = max(pacerPackets, peer.pacer.queuedPackets)
        pacerBytes = max(pacerBytes, peer.pacer.queuedBytes)
        for place in peer.transmissions.indices {
            ring = max(ring, peer.transmissions[place].ring.count)
        }
        receptions = max(receptions, peer.receptions.count)
        for place in peer.receptions.indices {
            held = max(held, peer.receptions[place].order?.held ?? 0)
            missing = max(missing, peer.receptions[place].nack?.missingCount ?? 0)
        }
        pairs = max(pairs, peer.ice.pairs.count)
        remotes = max(remotes, peer.ice.remotes.count)
        triggered = max(triggered, peer.ice.triggered.count)
        transactions = max(transactions, peer.ice.transactions.count)
    }

    var areWithinLimits: Bool {
        pacerPackets <= 4 * PeerLimits.pacer.maximumPackets
            && pacerBytes <= PeerLimits.pacer.maximumBytes && ring <= PeerLimits.ringPackets
            && held <= PeerLimits.videoJitter.maximumPackets
            && missing <= NackGenerator.Limits.video.maximumMissing
            && receptions <= PeerLimits.receptions && pairs <= ICEAgent.Limits.pairs
            && remotes <= ICEAgent.Limits.remoteCandidates
            && triggered <= ICEAgent.Limits.triggered
            && transactions <= 2 * ICEAgent.Limits.pairs
            && datagramsAtOnce <= ICEAgent.Limits.outputs
    }
}

extension PeerSimulation {
    /// What has come of it, as a value that the macros of the tests can hold.
    struct Outcome {
        var isConnected = false
        var video: [(number: UInt32, isDamaged: Bool, arrival: Instant)] = []
        var wrongFrames = 0
        var sentVideo = 0
        var audio = 0
        var hasSenderTime = false
        var largestDatagram = 0
        var sender = PeerCounters()
        var receiver = PeerCounters()
        var senderEvents: [PeerEvent] = []
        var receiverEvents: [PeerEvent] = []
        var levels = Levels()

        /// Video that came whole and could be decoded, from an instant on.
        func goodVideo(since start: Instant) -> Int {
            video.count { !$0.isDamaged && $0.arrival >= start }
        }

        func damagedVideo(since start: Instant) -> Int {
            video.count { $0.isDamaged && $0.arrival >= start }
        }

        /// Nothing was taken for what it is not.
        var isClean: Bool {
            wrongFrames == 0 && sender.forged == 0 && receiver.forged == 0
                && sender.malformed == 0 && receiver.malformed == 0
                && receiver.unknownSources == 0 && largestDatagram <= 1200
                && levels.areWithinLimits
        }
    }

    func outcome() -> Outcome {
        var outcome = Outcome()
        outcome.isConnected = sender.peer.state == .connected && receiver.peer.state == .connected
        for (description, bytes) in receiver.sink.frames {
            guard description.media == 1 else {
                outcome.audio += 1
                continue
            }
            let number = bytes.dropFirst(10).prefix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            if sentFrames[number] == bytes {
                outcome.video.append((number, description.frame.isDamaged, description.arrival))
            } else {
                outcome.wrongFrames += 1
            }
        }
        outcome.sentVideo = sentFrames.count
        outcome.hasSenderTime = receiver.sink.frames.last?.description.senderTime != nil
        outcome.largestDatagram = largestDatagram
        outcome.sender = sender.peer.counters
        outcome.receiver = receiver.peer.counters
        outcome.senderEvents = sender.sink.events
        outcome.receiverEvents = receiver.sink.events
        outcome.levels = levels
        return outcome
    }
}
