import Network
import Primitives
import SecureTransport
import WebRTC

/// All viewers, their sockets, and what is due for each.
final class LoadAudience {
    static let maximumViewers = 20_000
    /// The first viewer's address; each has one of its own.
    private static let firstAddress: UInt32 = 0x7F40_0001
    private static let receiveBytes = 64 << 20
    /// Sockets are read by the clock. If their readiness woke us, the server would pay for that with
    /// each packet, as it would not with a network in between.
    private static let readingInterval: Duration = .milliseconds(1)
    private static let batchesPerReading = 16
    private static let sweep: Duration = .milliseconds(10)
    /// Sweeps between the feedback of a viewer, and between its reports.
    private static let feedbackSweeps = 10
    private static let reportSweeps = 100

    let window = LoadWindow()
    private(set) var viewers: [LoadViewer] = []
    /// What is counted of each viewer, at its place.
    private(set) var rows: [ViewerRow] = []
    private let loop: EventLoop
    private let options: LoadOptions
    private let cryptography: OpenSSLCryptography
    private let times: ShowTimes
    private let http: LoadHTTP
    private var sockets: [LoadSocket] = []
    private var timer: LoopTimer?
    private var reading: LoopTimer?
    private var sweeps = 0
    private var wanted = 0
    private var deleting = 0
    private var head: [UInt8] = []

    init(
        on loop: EventLoop, options: LoadOptions, cryptography: OpenSSLCryptography,
        times: ShowTimes
    ) throws {
        self.loop = loop
        self.options = options
        self.cryptography = cryptography
        self.times = times
        http = try LoadHTTP(on: loop, bearer: options.bearer)
        timer = loop.timer { [weak self] in self?.turn() }
        timer?.set(at: loop.now)
        reading = loop.timer { [weak self] in self?.read() }
        reading?.set(at: loop.now)
    }

    var watching: Int { count { $0.isWatching } }
    var isComplete: Bool { viewers.count == wanted && !viewers.contains { $0.isJoining } }
    /// Where the server takes media.
    var serverPort: UInt16? { viewers.lazy.compactMap(\.serverPort).first }
    var drops: Int { sockets.reduce(0) { $0 + $1.drops } }
    var unsent: Int { sockets.reduce(0) { $0 + $1.unsent } }

    func count(_ condition: (LoadViewer) -> Bool) -> Int {
        viewers.reduce(0) { $0 + (condition($1) ? 1 : 0) }
    }

    /// The first reason that a viewer has for not being there.
    var failure: String? {
        for viewer in viewers {
            if case .failed(let words) = viewer.phase { return words }
        }
        return nil
    }

    func grow(to count: Int) { wanted = min(count, Self.maximumViewers) }

    func openWindow() {
        window.open()
        for place in rows.indices { rows[place].openWindow() }
    }

    /// Closes all viewers, and calls back when their sessions are deleted.
    func close(_ completion: @escaping () -> Void) {
        wanted = viewers.count
        for viewer in viewers where viewer.isWatching { viewer.close(now: loop.now) }
        flush()
        deleteNext(completion)
    }

    private func deleteNext(_ completion: @escaping () -> Void) {
        var places = viewers.indices.filter { viewers[$0].session != nil }[...]
        guard !places.isEmpty else { return completion() }
        while deleting < LoadHTTP.transfers / 2, let place = places.popFirst() {
            guard let session = viewers[place].session else { continue }
            viewers[place].session = nil
            deleting += 1
            http.delete(session) { [weak self] in
                guard let self else { return }
                deleting -= 1
                if deleting == 0 { deleteNext(completion) }
            }
        }
    }

    // MARK: - Joining

    private func turn() {
        sweeps += 1
        let now = loop.now
        var joining = 0
        for (place, viewer) in viewers.enumerated() {
            if let due = viewer.due, due <= now { viewer.handleTimeout(now: now) }
            if viewer.isJoining { joining += 1 }
            let turn = sweeps + place
            if turn % Self.feedbackSweeps == 0 {
                viewer.sayReports(&rows[place], isWhole: turn % Self.reportSweeps == 0)
            }
        }
        while viewers.count < wanted, joining < options.joining {
            join()
            joining += 1
        }
        flush()
        timer?.set(at: now + Self.sweep)
    }

    private func join() {
        do {
            let place = viewers.count
            let viewer = LoadViewer(
                address: Self.firstAddress + UInt32(place), socket: try socket(for: place),
                isSampled: place < options.sampled, isPlain: options.isPlain,
                shared: cryptography, now: loop.now)
            viewers.append(viewer)
            rows.append(ViewerRow())
            http.post(viewer.offer.text, to: options.whep) { [weak self] result in
                self?.answered(place, result)
            }
        } catch {
            wanted = viewers.count
        }
    }

    private func answered(
        _ place: Int, _ result: Result<LoadHTTP.Accepted, LoadProblem>
    ) {
        let viewer = viewers[place]
        switch result {
        case .failure(let problem): viewer.fail("\(problem)")
        case .success(let accepted):
            viewer.session = accepted.session
            do {
                let answer = try SessionDescription(parsing: accepted.sdp)
                let session = try NegotiatedSession(accepting: answer, for: viewer.offer)
                for media in session.media { note(media, at: place) }
                viewer.begin(session, now: loop.now)
                flush()
            } catch {
                viewer.fail("\(error)")
            }
        }
    }

    // MARK: - Sockets

    private func socket(for place: Int) throws -> LoadSocket {
        let number = place / options.viewersPerSocket
        while sockets.count <= number {
            let socket = try LoadSocket(
                receiveBytes: Self.receiveBytes, joinsRuns: options.joinsRuns)
            sockets.append(socket)
        }
        return sockets[number]
    }

    private func read() {
        for socket in sockets {
            for _ in 0..<Self.batchesPerReading where !read(socket) { break }
            socket.flush()
        }
        reading?.set(at: loop.now + Self.readingInterval)
    }

    private func read(_ socket: LoadSocket) -> Bool {
        let (now, wall) = (loop.now, LoadClock.wallNanoseconds)
        return socket.receive { datagram, local, remote, arrival in
            let place = Int(local &- Self.firstAddress)
            guard rows.indices.contains(place) else { return }
            let arrived = arrival == 0 ? wall : arrival
            window.lag.add(nanoseconds: wall - arrived)
            let kind = DatagramKind(of: datagram.span)
            if kind == .rtp { count(datagram.span, place, arrived) }
            // Reports are read by those alone who have seen the packets.
            if kind != .rtp && kind != .rtcp || place < options.sampled {
                let viewer = viewers[place]
                viewer.receive(&datagram, from: remote, now: now)
                rows[place].connectedAt = viewer.connectedAt
            }
        }
    }

    private func count(_ packet: Span<UInt8>, _ place: Int, _ arrival: Int64) {
        guard let header = header(of: packet) else { return }
        switch rows[place].take(packet, header, at: arrival, times) {
        case .counted(let delay?): window.delays.add(nanoseconds: delay)
        case .counted(nil): break
        case .unknownFrame:
            if let number = viewers[place].number(in: packet, header) {
                rows[place].learn(frame: number, of: header, at: arrival)
                if rows[place].knowsFrames { viewers[place].stopLooking() }
            }
        case .repair: return
        }
        window.packets += 1
    }

    /// The length of the padding is sealed, so the header is read without it.
    private func header(of packet: Span<UInt8>) -> RTPHeader? {
        guard packet.count >= RTPHeader.fixedLength, packet[0] & 0x20 != 0 else {
            return try? RTPHeader(parsing: packet)
        }
        var start: [UInt8] = []
        swap(&start, &head)
        defer { swap(&start, &head) }
        start.removeAll(keepingCapacity: true)
        for index in 0..<min(packet.count, 128) { start.append(packet[index]) }
        start[0] &= ~0x20
        return try? RTPHeader(parsing: start.span)
    }

    /// What has been agreed on for one of a viewer's m-lines.
    private func note(_ media: NegotiatedMedia, at place: Int) {
        let codec = media.codecs[0]
        if media.kind == .video {
            rows[place].videoType = codec.payloadType
        } else {
            rows[place].audioType = codec.payloadType
        }
        // A sampled viewer's peer gives its feedback itself.
        if codec.feedback.contains(.transportCC), place >= options.sampled {
            rows[place].transportID = media.extensions[.transportSequence]
        }
    }

    private func flush() {
        for socket in sockets { socket.flush() }
    }
}
