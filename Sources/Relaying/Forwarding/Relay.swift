package import Network
package import Primitives
import SecureTransport
package import Signaling
import WebRTC

/// Takes shows from publishers and gives them to viewers, over one UDP socket.
///
/// For one loop's thread. HTTP is somebody else's: session descriptions go in and come out.
package final class Relay {
    /// An accepted publisher or viewer.
    package struct Acceptance: Sendable {
        /// Our session description.
        package let answer: String
        /// The publisher that had to go for this one.
        package let replaced: SessionID?
    }

    package let settings: RelaySettings
    private let loop: EventLoop
    private let socket: UDPSocket
    private let core: RelayCore
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?

    package init(on loop: EventLoop, _ settings: RelaySettings) throws(RelayProblem) {
        self.settings = settings
        self.loop = loop
        do throws(NetworkError) {
            socket = try UDPSocket(
                at: settings.address, bufferBytes: settings.socketBufferBytes,
                usesSegmentation: settings.usesSegmentation)
        } catch {
            throw .network(error)
        }
        core = RelayCore(
            settings, try Self.addresses(settings, bound: socket.localAddress),
            RelayOutlet(socket), try Self.cryptography(), random: .system, now: loop.now)
        timer = loop.timer { [weak self] in self?.run() }
        do throws(NetworkError) {
            watch = try socket.watch(on: loop) { [weak self] in self?.receive() }
        } catch {
            throw .network(error)
        }
        schedule()
    }

    deinit { watch?.cancel() }

    private static func cryptography() throws(RelayProblem) -> FanOutCryptography {
        do throws(OpenSSLProblem) {
            return FanOutCryptography(try OpenSSLCryptography(try Certificate()))
        } catch {
            throw .cryptography(error.reasons)
        }
    }

    /// Where others reach us; loopback only if there is nothing else.
    private static func addresses(
        _ settings: RelaySettings, bound: SocketAddress
    ) throws(RelayProblem) -> [SocketAddress] {
        if !settings.publicAddresses.isEmpty {
            return settings.publicAddresses.map {
                $0.port == 0 ? $0.with(port: bound.port) : $0
            }
        }
        guard bound.isUnspecified else { return [bound] }
        let all: [SocketAddress]
        do throws(NetworkError) {
            all = try Names.interfaceAddresses()
        } catch {
            throw .network(error)
        }
        let usable = all.filter { !$0.isLinkLocal && ($0.isIPv4 || !bound.isIPv4) }
        let outside = usable.filter { !$0.isLoopback }
        let chosen = (outside.isEmpty ? usable : outside).map { $0.with(port: bound.port) }
        guard !chosen.isEmpty else { throw .noAddress }
        return chosen
    }

    // MARK: - What the shell is told

    /// A session is over that nobody has asked to end; so is one whose show another publisher took.
    package var onEnded: ((SessionID, RelayEnding) -> Void)? {
        get { core.onEnded }
        set { core.onEnded = newValue }
    }

    package var onShowChanged: ((_ show: String, ShowChange) -> Void)? {
        get { core.onShowChanged }
        set { core.onShowChanged = newValue }
    }

    /// Asked for each publication, before its first packet.
    package var tap: ((Publication) -> (any PublicationTap)?)? {
        get { core.tap }
        set { core.tap = newValue }
    }

    /// Where the UDP socket is bound.
    package var localAddress: SocketAddress { socket.localAddress }

    package var report: RelayReport {
        var report = core.report
        report.socket = socket.counters
        return report
    }

    /// How a show stands; nil where there is none of that name.
    package func report(of show: String) -> ShowReport? { core.report(of: show) }

    // MARK: - What the shell asks for

    package func publish(
        show: String, session: SessionID, offer: String
    ) throws(RelayRefusal) -> Acceptance {
        defer { finish() }
        return try core.publish(show: show, session: session, offer: offer, now: loop.now)
    }

    package func play(
        show: String, session: SessionID, offer: String
    ) throws(RelayRefusal) -> Acceptance {
        defer { finish() }
        return try core.play(show: show, session: session, offer: offer, now: loop.now)
    }

    /// Candidates of the other side; what cannot be used of them is dropped in silence.
    package func add(candidates fragment: TrickleFragment, to session: SessionID) {
        core.add(
            candidates: fragment.sections.flatMap(\.candidates), to: session, now: loop.now)
        finish()
    }

    /// New credentials for both sides; gives ours.
    package func restart(
        _ session: SessionID, _ fragment: TrickleFragment
    ) throws(RelayRefusal) -> TrickleFragment {
        guard let theirs = fragment.credentials else { throw .noCredentials }
        defer { finish() }
        let ours = try core.restart(
            session,
            WebRTC.ICECredentials(ufrag: theirs.usernameFragment, password: theirs.password),
            now: loop.now)
        core.add(
            candidates: fragment.sections.flatMap(\.candidates), to: session, now: loop.now)
        var answer = TrickleFragment()
        answer.isLite = true
        answer.options = ours.iceOptions.joined(separator: " ")
        answer.credentials = Signaling.ICECredentials(
            usernameFragment: ours.credentials.ufrag, password: ours.credentials.password)
        answer.sections = [
            TrickleFragment.Section(
                media: fragment.sections.first?.media ?? "audio 9 UDP/TLS/RTP/SAVPF 0",
                mid: fragment.sections.first?.mid ?? "0",
                candidates: ours.candidates.map { "candidate:" + $0 }, endsCandidates: true)
        ]
        return answer
    }

    /// Says goodbye to a session; `onEnded` is not told.
    package func end(_ session: SessionID) {
        core.end(session, now: loop.now)
        finish()
    }

    /// Which layer a viewer gets; nil leaves it to the relay.
    package func choose(layer rid: String?, for session: SessionID) throws(RelayRefusal) {
        try core.choose(layer: rid, for: session, now: loop.now)
        finish()
    }

    /// Somebody beside the viewers, a recorder, cannot go on without a keyframe of a show.
    package func requestKeyframe(of show: String) {
        core.wantKeyframes(of: show, now: loop.now)
        finish()
    }

    /// From now on nobody is taken in; those who are there stay.
    package func drain() { core.isDraining = true }

    /// Takes nobody in any more, says goodbye to everybody, and stops listening.
    package func close() {
        core.closeAll(now: loop.now)
        watch?.cancel()
        watch = nil
        timer?.cancel()
        timer = nil
    }

    // MARK: - The loop

    private func receive() {
        let now = loop.now
        socket.receiveInPlace { datagram, remote in
            core.receive(&datagram, from: remote, now: now)
        }
        finish()
    }

    private func run() { finish() }

    private func finish() {
        core.handleTimeout(now: loop.now)
        schedule()
    }

    private func schedule() {
        timer?.set(at: core.deadline)
    }
}
