internal import CShims
package import Primitives

/// An outgoing TCP connection on a loop, plain or by TLS. For the loop's thread only.
///
/// It says that it is gone by an event; `close` is silent. Its owner keeps it.
package final class StreamConnection {
    private enum Phase {
        case connecting, securing, open, closed
    }

    private static let readsPerTurn = 4

    package private(set) var counters = StreamConnectionCounters()
    private let loop: EventLoop
    private let limits: StreamConnectionLimits
    private let tls: TLSSession?
    private let onReceive: (Span<UInt8>) -> Void
    private let onEvent: (StreamConnectionEvent) -> Void
    private var descriptor: Descriptor?
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?
    private var phase = Phase.connecting
    /// Said before the connection is open.
    private var early: [UInt8] = []
    private var output: [UInt8] = []
    private var outputStart = 0
    private var scratch = [UInt8](repeating: 0, count: TLSSession.recordBytes)
    private var clear: [UInt8] = []
    /// An end that is told in the loop's next turn, not from within a call of the owner.
    private var pendingEnd: StreamConnectionEnd?

    /// Begins to connect; `tls` has whom to believe, and the name that the server must prove.
    package init(
        to address: SocketAddress, tls: (trust: TLSTrust, name: String)?,
        limits: StreamConnectionLimits, on loop: EventLoop,
        onReceive: @escaping (Span<UInt8>) -> Void,
        onEvent: @escaping (StreamConnectionEvent) -> Void
    ) throws(NetworkError) {
        self.loop = loop
        self.limits = limits
        self.onReceive = onReceive
        self.onEvent = onEvent
        let session = tls.flatMap { TLSSession($0.trust, name: $0.name) }
        self.tls = session
        timer = loop.timer { [weak self] in self?.expire() }
        // Without its session it must not go on in the clear.
        guard tls == nil || session != nil else {
            endSoon(.secure(code: 0))
            return
        }
        let family: Int32 = address.isIPv4 ? 0 : 1
        let descriptor = Descriptor(try check(lc_socket(family, 1), .socket))
        self.descriptor = descriptor
        _ = lc_set_no_delay(descriptor.number)
        let code = -Int(lc_connect(descriptor.number, family, address.c))
        guard code <= 0 || code == Errors.inProgress || code == Errors.interrupted else {
            endSoon(.connect(code: code))
            return
        }
        watch = try loop.watch(descriptor.number, .writable) { [weak self] readiness in
            self?.take(readiness)
        }
        timer?.set(at: loop.now + limits.connectTimeout)
    }

    deinit { shut() }

    package var isOpen: Bool { phase == .open }

    /// Bytes that wait to be sent, with what TLS adds to them.
    package var queuedBytes: Int { early.count + output.count - outputStart }

    // MARK: - Sending

    /// Sends bytes, all of them or none: false where they were dropped.
    @discardableResult
    package func send(_ bytes: Span<UInt8>) -> Bool {
        guard phase != .closed, pendingEnd == nil,
            bytes.count <= limits.queuedBytes - queuedBytes
        else {
            counters.dropped += 1
            return false
        }
        guard phase == .open else {
            early.append(bytes)
            return true
        }
        queue(bytes)
        flush()
        settle()
        return true
    }

    /// Says goodbye, sends what the system takes of what is left, and closes. Nothing is told.
    package func close() {
        guard phase != .closed else { return }
        if phase == .open, pendingEnd == nil, let descriptor {
            tls?.end()
            tls?.takeOutput(into: &output)
            _ = writeOutput(descriptor)
        }
        shut()
    }

    private func queue(_ bytes: Span<UInt8>) {
        guard let tls else { return output.append(bytes) }
        guard tls.write(Array(copying: bytes)) else { return endSoon(.damaged) }
        tls.takeOutput(into: &output)
    }

    private func flush() {
        guard let descriptor else { return }
        if let code = writeOutput(descriptor) { return endSoon(.broken(code: code)) }
        guard outputStart == output.count else { return compact() }
        output.removeAll(keepingCapacity: output.count <= 1 << 16)
        outputStart = 0
    }

    /// What has gone is let go once it is the greater part.
    private func compact() {
        guard outputStart > output.count / 2 else { return }
        output.removeFirst(outputStart)
        outputStart = 0
    }

    /// The number of errno where the connection is broken.
    private func writeOutput(_ descriptor: Descriptor) -> Int? {
        while outputStart < output.count {
            let sent = descriptor.send(output, from: outputStart)
            if sent > 0 {
                outputStart += sent
                counters.sentBytes += sent
            } else if -sent == Errors.again {
                return nil
            } else if -sent != Errors.interrupted {
                return -sent
            }
        }
        return nil
    }

    // MARK: - Phases

    private func take(_ readiness: Readiness) {
        guard pendingEnd == nil else { return }
        if phase == .connecting { connected() }
        if phase != .connecting, readiness.contains(.writable) { flush() }
        if phase != .connecting, !readiness.isDisjoint(with: [.readable, .closed]) { read() }
        settle()
    }

    private func connected() {
        guard let descriptor else { return }
        let code = -Int(lc_socket_error(descriptor.number))
        guard code == 0 else { return end(.connect(code: code)) }
        guard let tls else { return open() }
        phase = .securing
        timer?.set(at: loop.now + limits.secureTimeout)
        clear.removeAll(keepingCapacity: true)
        // Reading nothing makes the client's first words.
        _ = tls.read(into: &clear, by: &scratch)
        tls.takeOutput(into: &output)
        flush()
    }

    private func open() {
        phase = .open
        timer?.cancel()
        var said: [UInt8] = []
        swap(&said, &early)
        if !said.isEmpty {
            queue(said.span)
            flush()
        }
        onEvent(.opened)
    }

    private func expire() {
        if let pendingEnd { return end(pendingEnd) }
        switch phase {
        case .connecting: end(.connectTimedOut)
        case .securing: end(.secureTimedOut)
        case .open, .closed: break
        }
    }

    private func endSoon(_ reason: StreamConnectionEnd) {
        guard phase != .closed, pendingEnd == nil else { return }
        pendingEnd = reason
        timer?.set(at: loop.now)
    }

    private func end(_ reason: StreamConnectionEnd) {
        guard phase != .closed else { return }
        shut()
        onEvent(.closed(reason))
    }

    private func shut() {
        phase = .closed
        watch?.cancel()
        timer?.cancel()
        (watch, timer, descriptor) = (nil, nil, nil)
        (early, output, outputStart) = ([], [], 0)
    }

    private func settle() {
        guard phase != .closed, phase != .connecting else { return }
        var interest: Readiness = outputStart < output.count ? [.readable, .writable] : .readable
        // A connection whose end is to be told soon may be ready without end.
        if pendingEnd != nil { interest = [] }
        watch?.set(interest)
    }

    // MARK: - Receiving

    private func read() {
        for _ in 0..<Self.readsPerTurn {
            guard let descriptor, pendingEnd == nil else { return }
            let count = Int(unsafe lc_receive(descriptor.number, &scratch, scratch.count))
            guard count > 0 else {
                switch -count {
                case Errors.interrupted: continue
                case Errors.again: return
                case 0: return end(phase == .securing ? .secure(code: 0) : .ended)
                default: return end(.broken(code: -count))
                }
            }
            counters.receivedBytes += count
            if let tls {
                receive(count, tls)
            } else {
                onReceive(scratch.span.extracting(0..<count))
            }
        }
    }

    private func receive(_ count: Int, _ tls: TLSSession) {
        guard tls.feed(scratch, count) else { return end(.damaged) }
        clear.removeAll(keepingCapacity: true)
        while true {
            let reading = tls.read(into: &clear, by: &scratch)
            if case .bytes = reading { continue }
            let failure = TLSSession.lastError
            tls.takeOutput(into: &output)
            flush()
            if phase == .securing, tls.isSecured { open() }
            if !clear.isEmpty, phase == .open { onReceive(clear.span) }
            switch reading {
            case .bytes, .starved: return
            case .ended: return end(phase == .securing ? .secure(code: 0) : .ended)
            case .failed:
                guard phase == .securing else { return end(.damaged) }
                return end(tls.distrust.map { .untrusted(code: $0) } ?? .secure(code: failure))
            }
        }
    }
}
