import Network
import Primitives
import WebRTC

/// What a session has opened: UDP sockets of its own, and ways to relays. For the loop's thread.
final class SessionSockets {
    private enum Entry {
        case datagrams(UDPSocket, DescriptorWatch)
        case stream(StreamConnection, to: SocketAddress)
        case closed
    }

    /// Those of all addresses and relays, over the life of a session.
    static let maximum = 64
    private static let bufferBytes = 1 << 20

    private let loop: EventLoop
    private var entries: [Entry] = []
    /// By entry; each is taken out while it works.
    private var readers: [TURNStreamReader?] = []
    /// What has come, from where, and by which socket.
    var onReceive: (Span<UInt8>, SocketAddress, SocketID) -> Void = { _, _, _ in }
    var onLost: (SocketID, StreamConnectionEnd) -> Void = { _, _ in }

    /// What makes a bad network of what arrives, and when it gives something next.
    private var impairer: Impairer<Arrival>?
    private var impairTimer: LoopTimer?

    private struct Arrival: Sendable {
        let remote: SocketAddress
        let socket: SocketID
    }

    init(on loop: EventLoop, impairment: Impairment?) {
        self.loop = loop
        guard let impairment else { return }
        impairer = Impairer(impairment, number: 0)
        impairTimer = loop.timer { [weak self] in self?.passOn() }
    }

    /// What a socket has received: passed on at once, or as a bad network would.
    private func arrived(_ datagram: Span<UInt8>, _ remote: SocketAddress, _ id: SocketID) {
        guard impairer != nil else { return onReceive(datagram, remote, id) }
        impairer?.push(datagram, Arrival(remote: remote, socket: id), now: loop.now)
        passOn()
    }

    private func passOn() {
        // Taken out while it works: who receives may close us.
        guard var working = impairer.take() else { return }
        while working.pop(
            now: loop.now,
            { datagram, arrival in
                guard entries.indices.contains(arrival.socket.number) else { return }
                if case .closed = entries[arrival.socket.number] { return }
                onReceive(datagram.span, arrival.remote, arrival.socket)
            })
        {}
        if let deadline = working.deadline { impairTimer?.set(at: deadline) }
        impairer = working
    }

    /// Opens a UDP socket at an address of ours, at a free port where none is said.
    func open(
        at address: SocketAddress
    ) throws(NetworkError) -> (id: SocketID, address: SocketAddress) {
        guard entries.count < Self.maximum else { throw .full(limit: Self.maximum) }
        let socket = try UDPSocket(
            at: address, bufferBytes: Self.bufferBytes, usesSegmentation: true)
        let id = SocketID(entries.count)
        let watch = try socket.watch(on: loop) { [weak self, unowned socket] in
            socket.receive { datagram, remote in self?.arrived(datagram, remote, id) }
        }
        entries.append(.datagrams(socket, watch))
        readers.append(nil)
        return (id, socket.localAddress)
    }

    /// Begins to connect to a relay; `tls` has whom to believe, and the relay's name.
    func connect(
        to server: SocketAddress, tls: (trust: TLSTrust, name: String)?
    ) throws(NetworkError) -> SocketID {
        guard entries.count < Self.maximum else { throw .full(limit: Self.maximum) }
        let id = SocketID(entries.count)
        let connection = try StreamConnection(
            to: server, tls: tls, limits: .relay, on: loop,
            onReceive: { [weak self] in self?.read($0, id, server) },
            onEvent: { [weak self] event in
                if case .closed(let end) = event { self?.lose(id, end) }
            })
        entries.append(.stream(connection, to: server))
        readers.append(TURNStreamReader())
        return id
    }

    func send(_ datagram: Span<UInt8>, on id: SocketID, to remote: SocketAddress) {
        guard entries.indices.contains(id.number) else { return }
        switch entries[id.number] {
        case .datagrams(let socket, _): socket.send(datagram, to: remote)
        case .stream(let connection, _): connection.send(datagram)
        case .closed: break
        }
    }

    /// Sends what has been gathered.
    func flush() {
        for entry in entries {
            if case .datagrams(let socket, _) = entry { socket.flush() }
        }
    }

    func close(_ id: SocketID) {
        guard entries.indices.contains(id.number) else { return }
        let entry = entries[id.number]
        entries[id.number] = .closed
        readers[id.number] = nil
        switch entry {
        case .datagrams(let socket, let watch):
            socket.flush()
            watch.cancel()
        case .stream(let connection, _): connection.close()
        case .closed: break
        }
    }

    func closeAll() {
        impairTimer?.cancel()
        for place in entries.indices { close(SocketID(place)) }
    }

    private func read(_ bytes: Span<UInt8>, _ id: SocketID, _ server: SocketAddress) {
        guard var reader = readers[id.number].take() else { return }
        let isRelay = reader.add(bytes) { arrived($0, server, id) }
        guard isRelay else { return lose(id, .damaged) }
        if case .stream = entries[id.number] { readers[id.number] = reader }
    }

    private func lose(_ id: SocketID, _ end: StreamConnectionEnd) {
        close(id)
        onLost(id, end)
    }
}

/// Passes on what a peer puts out; events wait until the peer is not being called any more.
struct SessionSink: PeerSink {
    let sockets: SessionSockets
    weak var receiver: (any SessionReceiver)?
    var events: [PeerEvent] = []

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        sockets.send(datagram, on: socket, to: remote)
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        receiver?.receive(packet, description)
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        receiver?.receive(frame, description)
    }

    mutating func receive(_ report: SenderReport, _ description: ReportDescription) {
        receiver?.receive(report, description)
    }

    mutating func happened(_ event: PeerEvent) { events.append(event) }
}
