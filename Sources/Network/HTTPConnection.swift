internal import CShims
import HTTP
import Primitives

/// One client of a server: reads, hands over one request after the other, writes the answers.
final class HTTPConnection {
    /// What is waited for, which decides the deadline.
    enum Phase: Equatable {
        case idle
        case head
        case body
        case answering
        case writing
        /// The body of an answer comes by and by.
        case open
        /// All is said; what the client still sends is thrown away, lest a reset take the answer.
        case lingering
    }

    /// The request that is being answered.
    struct Exchange {
        let method: String
        let version: HTTPVersion
        let keepsAlive: Bool
        var isAnswered = false
        /// Whose answer's body comes by and by: what to call when the client is gone.
        var onGone: (() -> Void)?
    }

    private static let readsPerTurn = 4
    private static let lingerTimeout = Duration.seconds(2)
    private static let lingerBytes = 1 << 20

    let peer: SocketAddress
    let slot: Int
    weak var server: HTTPServer?
    let options: HTTPServerOptions
    private let loop: EventLoop
    private var descriptor: Descriptor?
    private let tls: TLSSession?
    private var parser: HTTPRequestParser
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?
    private var output: [UInt8] = []
    private var outputStart = 0
    var exchange: Exchange?
    private(set) var exchangeNumber = 0
    private var isProcessing = false
    private(set) var isStopping = false
    private var phase = Phase.idle
    private var phaseStart: Instant
    private var isFirst = true
    private var windowStart: Instant
    private var movedBytes = 0
    private var wastedBytes = 0

    init(
        _ descriptor: Descriptor, peer: SocketAddress, slot: Int, tls: TLSSession?,
        server: HTTPServer
    ) {
        self.descriptor = descriptor
        self.peer = peer
        self.slot = slot
        self.tls = tls
        self.server = server
        options = server.options
        loop = server.loop
        parser = HTTPRequestParser(limits: server.options.limits)
        phaseStart = server.loop.now
        windowStart = phaseStart
    }

    deinit {
        watch?.cancel()
        timer?.cancel()
    }

    func start() throws(NetworkError) {
        guard let descriptor else { return }
        _ = lc_set_no_delay(descriptor.number)
        watch = try loop.watch(descriptor.number, .readable) { [weak self] readiness in
            self?.take(readiness)
        }
        timer = loop.timer { [weak self] in self?.expire() }
        settle()
    }

    /// Ends after what is under way.
    func stop() {
        isStopping = true
        if phase == .idle { close() }
        if phase == .open { endOpenAnswer(exchangeNumber) }
    }

    func close() {
        guard descriptor != nil else { return }
        watch?.cancel()
        timer?.cancel()
        watch = nil
        timer = nil
        descriptor = nil
        let onGone = exchange?.onGone
        exchange = nil
        server?.remove(self)
        onGone?()
    }

    // MARK: answering

    func isAwaiting(_ number: Int) -> Bool {
        number == exchangeNumber && exchange?.isAnswered == false
    }

    func answer(_ response: HTTPResponse, to number: Int) {
        guard isAwaiting(number), let server, let exchange else { return }
        self.exchange?.isAnswered = true
        let isTooLong = response.body.count > options.answerBytes
        var bytes: [UInt8] = []
        (isTooLong ? HTTPResponse(status: 500) : response).write(
            to: &bytes, method: exchange.method, version: exchange.version,
            keepsAlive: exchange.keepsAlive && !isStopping, date: server.date())
        queue(bytes)
        flush()
        settle()
    }

    private func refuse(_ status: Int) {
        exchangeNumber += 1
        exchange = Exchange(method: "GET", version: .http11, keepsAlive: false)
        let text = "\(HTTPResponse.reason(status))\n"
        answer(
            HTTPResponse(
                status: status, fields: HTTPFields([("Content-Type", "text/plain")]),
                body: Array(text.utf8)),
            to: exchangeNumber)
    }

    private func finishAnswer(_ finished: Exchange) {
        exchange = nil
        isFirst = false
        enter(.idle)
        guard finished.keepsAlive, !isStopping else { return linger() }
        process()
    }

    private func linger() {
        guard let descriptor else { return }
        enter(.lingering)
        if let tls {
            tls.end()
            tls.takeOutput(into: &output)
            // What does not fit at once is not worth waiting for: it is the goodbye.
            _ = writeOutput(descriptor)
        }
        output = []
        outputStart = 0
        _ = lc_shut_writing(descriptor.number)
    }

    // MARK: reading

    private func take(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        if readiness.contains(.readable), wantsToRead {
            read()
        } else if readiness.contains(.closed) {
            close()
        }
        settle()
    }

    private var wantsToRead: Bool {
        phase == .lingering || phase == .open
            || exchange == nil && outputStart == output.count
    }

    private func read() {
        for _ in 0..<Self.readsPerTurn {
            guard let descriptor, let server, wantsToRead else { return }
            let count = Int(
                unsafe lc_receive(descriptor.number, &server.scratch, server.scratch.count))
            guard count > 0 else {
                switch -count {
                case Errors.interrupted: continue
                case Errors.again: return
                default: return close()
                }
            }
            // Not the turn's beginning, before which they need not have come.
            server.lastRead = Instant(nanoseconds: lc_monotonic_nanoseconds())
            if phase == .lingering || phase == .open {
                // Behind an open answer there is no further request.
                wastedBytes += count
                if wastedBytes > Self.lingerBytes { return close() }
                continue
            }
            movedBytes += count
            if let tls {
                open(count, tls, server)
            } else {
                take(count, server)
            }
        }
    }

    private func take(_ count: Int, _ server: HTTPServer) {
        let bytes = server.scratch
        parser.add(bytes.span.extracting(0..<count))
        process()
    }

    private func open(_ count: Int, _ tls: TLSSession, _ server: HTTPServer) {
        guard tls.feed(server.scratch, count) else { return close() }
        var clear: [UInt8] = []
        while true {
            let reading = tls.read(into: &clear, by: &server.scratch)
            if case .bytes = reading { continue }
            tls.takeOutput(into: &output)
            if !clear.isEmpty {
                parser.add(clear.span)
                process()
            }
            flush()
            switch reading {
            case .failed: return close()
            case .ended: if exchange == nil { return close() }
            case .bytes, .starved: break
            }
            return
        }
    }

    private func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while descriptor != nil, phase != .lingering, exchange == nil {
            do {
                switch try parser.next() {
                case .starved: return
                case .expectsContinue:
                    queue(HTTPResponse.continueBytes)
                    flush()
                case .request(let incoming): begin(incoming)
                }
            } catch {
                server?.counters.malformed += 1
                refuse(error.status)
                return
            }
        }
    }

    private func begin(_ incoming: IncomingRequest) {
        guard let server else { return }
        exchangeNumber += 1
        exchange = Exchange(
            method: incoming.request.method, version: incoming.version,
            keepsAlive: incoming.keepsAlive)
        server.counters.requests += 1
        let responder = HTTPResponder(
            self, number: exchangeNumber, peer: peer, isSecure: tls != nil)
        server.onRequest(incoming.request, responder)
    }

    // MARK: writing

    /// Bytes that wait for the client to take them.
    var waitingBytes: Int { output.count - outputStart }

    func queue(_ bytes: [UInt8]) {
        guard let tls else {
            output += bytes
            return
        }
        if !tls.write(bytes) { return close() }
        tls.takeOutput(into: &output)
    }

    func flush() {
        guard let descriptor, phase != .lingering else { return }
        guard writeOutput(descriptor) else { return close() }
        guard outputStart == output.count else { return }
        output.removeAll(keepingCapacity: output.count <= 1 << 16)
        outputStart = 0
        if let exchange, exchange.isAnswered, exchange.onGone == nil { finishAnswer(exchange) }
    }

    /// False where the connection is broken.
    private func writeOutput(_ descriptor: Descriptor) -> Bool {
        while outputStart < output.count {
            let sent = descriptor.send(output, from: outputStart)
            guard sent <= 0 else {
                outputStart += sent
                movedBytes += sent
                continue
            }
            if -sent == Errors.interrupted { continue }
            return -sent == Errors.again
        }
        return true
    }

    // MARK: deadlines

    private func enter(_ next: Phase) {
        // A connection has one time for everything before its first request.
        if !(isFirst && phase == .idle && next == .head) { phaseStart = loop.now }
        phase = next
        windowStart = loop.now
        movedBytes = 0
    }

    /// Brings phase, interest and deadline in line with what has happened.
    func settle() {
        guard descriptor != nil else { return }
        if phase != .lingering {
            let next = currentPhase
            if next != phase { enter(next) }
        }
        var interest: Readiness = wantsToRead ? .readable : []
        if outputStart < output.count { interest.insert(.writable) }
        watch?.set(interest)
        if phase == .open, waitingBytes == 0 {
            timer?.cancel()
        } else {
            if phase == .open, timer?.isSet == false { enter(.open) }
            timer?.set(at: deadline)
        }
    }

    private var currentPhase: Phase {
        guard let exchange else {
            return switch parser.phase {
            case .idle: .idle
            case .head: .head
            case .body: .body
            }
        }
        if exchange.onGone != nil { return .open }
        return exchange.isAnswered ? .writing : .answering
    }

    private var deadline: Instant {
        let window = windowStart + options.rateWindow
        return switch phase {
        case .idle: phaseStart + (isFirst ? options.headTimeout : options.idleTimeout)
        case .head: phaseStart + options.headTimeout
        case .body: min(window, phaseStart + options.bodyTimeout)
        case .answering: phaseStart + options.answerTimeout
        case .writing, .open: window
        case .lingering: phaseStart + Self.lingerTimeout
        }
    }

    private func expire() {
        switch phase {
        case .idle, .lingering: close()
        case .head: giveUp()
        case .body:
            if loop.now >= phaseStart + options.bodyTimeout || isTooSlow { giveUp() }
        case .answering: answer(HTTPResponse(status: 503), to: exchangeNumber)
        case .writing, .open: if isTooSlow { dropSlow() }
        }
        settle()
    }

    func dropSlow() {
        server?.counters.tooSlow += 1
        close()
    }

    private func giveUp() {
        server?.counters.tooSlow += 1
        refuse(408)
    }

    /// Judges the window that has passed, and begins the next.
    private var isTooSlow: Bool {
        let least = Int64(options.minimumBytesPerSecond)
        let milliseconds = (loop.now - windowStart).wholeMilliseconds
        defer {
            windowStart = loop.now
            movedBytes = 0
        }
        return Int64(movedBytes) * 1000 < least * milliseconds
    }
}
