package import Primitives
import Network
import SecureTransport

/// A relay with everything around it, running on two threads of its own: one for HTTP, one for
/// media. From any thread but those.
package final class RelayService: Sendable {
    package let httpAddress: SocketAddress
    package let udpAddress: SocketAddress
    package let log: ServiceLog
    private let certificate: ServiceSettings.CertificateFiles?
    private let loop: EventLoop
    private let gate: RelayGate
    private let front: LoopBound<RelayFront>
    private let recorder: Recorder?

    /// Where the host does not speak IPv6, all addresses are those of IPv4.
    private static let anyIPv4: UInt32 = 0

    package init(
        _ settings: ServiceSettings, log: ServiceLog, wallClock: @escaping @Sendable () -> WallClock
    ) throws(ServiceProblem) {
        var settings = settings
        let files = settings.certificate
        // Before anything is opened, so that a wrong file leaves nothing behind.
        if let files { _ = try Self.identity(files) }
        var udp = settings.udp ?? settings.http
        let gate: RelayGate
        do {
            gate = try RelayGate(settings, udp: udp)
        } catch {
            guard error.isUnknownFamily, udp.isUnspecified else { throw error }
            udp = SocketAddress(ipv4: Self.anyIPv4, port: udp.port)
            if settings.http.isUnspecified {
                settings.http = SocketAddress(ipv4: Self.anyIPv4, port: settings.http.port)
            }
            gate = try RelayGate(settings, udp: udp)
        }
        let loop: EventLoop
        let front: LoopBound<RelayFront>
        let recorder: Recorder?
        do {
            recorder = try Self.recorder(settings, gate, log)
        } catch {
            gate.close()
            throw error
        }
        do {
            (loop, front) = try Self.front(settings, gate, log, wallClock)
        } catch {
            gate.close()
            recorder?.close()
            throw error
        }
        let address = loop.perform { front.value.address }
        httpAddress = (address ?? nil) ?? settings.http
        udpAddress = gate.address
        certificate = files
        self.log = log
        self.loop = loop
        self.gate = gate
        self.front = front
        self.recorder = recorder
        listen()
    }

    private static func recorder(
        _ settings: ServiceSettings, _ gate: RelayGate, _ log: ServiceLog
    ) throws(ServiceProblem) -> Recorder? {
        guard let folder = settings.recordings else { return nil }
        guard let clock = gate.ask({ $0.settings.wallClock }) else { throw .noThread }
        let recorderSettings = RecorderSettings(
            folder: folder, pause: ServiceLimits.recordingPause, patience: .standard,
            documentAge: ServiceLimits.recordingDocument, wallClock: clock)
        let recorder: Recorder
        do throws(RecorderProblem) {
            recorder = try Recorder(recorderSettings) { notice in
                if case .keyframeWanted(let show) = notice {
                    gate.tell { $0.requestKeyframe(of: show) }
                } else {
                    log.add(.recording(notice))
                }
            }
        } catch {
            switch error {
            case .folder(let problem): throw .recordings(path: folder, problem)
            case .thread: throw .noThread
            }
        }
        gate.tell { relay in relay.tap = { recorder.tap($0) } }
        return recorder
    }

    private static func front(
        _ settings: ServiceSettings, _ gate: RelayGate, _ log: ServiceLog,
        _ wallClock: @escaping @Sendable () -> WallClock
    ) throws(ServiceProblem) -> (EventLoop, LoopBound<RelayFront>) {
        let loop: EventLoop
        do {
            loop = try EventLoop(name: "relay http", processor: nil)
        } catch {
            throw ServiceProblem(error, .http, settings.http)
        }
        let made = loop.perform { () -> Result<LoopBound<RelayFront>, ServiceProblem> in
            do throws(ServiceProblem) {
                let identity: TLSIdentity? =
                    if let files = settings.certificate { try identity(files) } else { nil }
                do throws(NetworkError) {
                    let front = try RelayFront(
                        on: loop, settings, gate, log, tls: identity, wallClock: wallClock)
                    return .success(LoopBound(front, loop: loop))
                } catch {
                    throw ServiceProblem(error, .http, settings.http)
                }
            } catch {
                return .failure(error)
            }
        }
        switch made {
        case .success(let front): return (loop, front)
        case .failure(let problem):
            loop.stop()
            loop.join()
            throw problem
        case nil: throw .noThread
        }
    }

    private static func identity(
        _ files: ServiceSettings.CertificateFiles
    ) throws(ServiceProblem) -> TLSIdentity {
        do throws(TLSProblem) {
            return try TLSIdentity(certificatePath: files.certificate, keyPath: files.key)
        } catch {
            throw ServiceProblem(error, files)
        }
    }

    /// Has the relay tell the front what happens by itself.
    private func listen() {
        let (front, loop) = (front, loop)
        gate.tell { relay in
            relay.onEnded = { id, ending in
                loop.submit { front.value.ended(id, ending) }
            }
            relay.onShowChanged = { show, change in
                loop.submit { front.value.changed(show, change) }
            }
        }
    }

    // MARK: changes while it runs

    /// Other tokens from now on, also for sessions that are.
    package func replace(_ access: ServiceAccess) {
        let front = front
        loop.submit { front.value.replace(access) }
    }

    /// Reads the certificate's files again, for connections that are yet to come.
    package func reloadCertificate() throws(ServiceProblem) {
        guard let certificate else { return }
        let front = front
        let result = loop.perform { () -> Result<Void, ServiceProblem> in
            do throws(ServiceProblem) {
                front.value.use(try Self.identity(certificate))
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try (result ?? .failure(.noThread)).get()
    }

    // MARK: the end

    /// From now on nobody is taken in; those who are there stay.
    package func drain() {
        let front = front
        _ = loop.perform { front.value.drain() }
        gate.tell { $0.drain() }
    }

    package var sessionCount: Int {
        let front = front
        return loop.perform { front.value.sessions.count } ?? 0
    }

    /// Says goodbye to everybody, ends all recordings, and waits for the threads to end.
    package func close() {
        gate.close()
        recorder?.close()
        let (front, loop) = (front, loop)
        _ = loop.perform { front.value.close { loop.stop() } }
        loop.join()
    }
}
