import HTTP
import Measures
import Network
import Primitives
import Sessions
import Signaling
import WebRTC

/// Where viewers have their sockets, so that they reach the server's media.
///
/// The first viewer goes ahead: only the answer tells where media come from. If that is somewhere
/// else than was thought, it begins anew, once, and then all others follow.
extension AudienceCore {
    enum Scouting: Equatable {
        /// Nobody has gone yet.
        case wanted
        /// The first is on its way; `isLast` where it has begun anew already.
        case gone(isLast: Bool)
        case done
    }

    /// Asks the kernel by which of our addresses it would reach the endpoint.
    func findPlace() {
        guard group.sharing == .none else {
            place = SocketAddress(ipv4: 0, port: 0)
            return
        }
        guard let host = plan.endpoint.host, let port = plan.endpoint.effectivePort else { return }
        if let known = SocketAddress(host: host, port: port) { return take([known]) }
        let carried = LoopBound(WeakCore(core: self), loop: loop)
        do throws(NetworkError) {
            try Names.resolve(host, port: port, on: loop) { result in
                guard let core = carried.value.core else { return }
                switch result {
                case .success(let found): core.take(found)
                case .failure: core.take([])
                }
            }
        } catch {
            take([])
        }
    }

    /// A name that leads nowhere is then the first viewer's failure, and everybody's.
    private func take(_ found: [SocketAddress]) {
        let sources = found.lazy.compactMap { try? UDPGroup.source(for: $0) }
        place = sources.first ?? SocketAddress(ipv4: 0x7F00_0001, port: 0)
    }

    /// How many may be on their way now.
    var admitted: Int {
        switch scouting {
        case .wanted: 1
        case .gone: viewers.count
        case .done: plan.viewers
        }
    }

    /// What the first answer says of where media come from; false where its viewer is in the wrong
    /// place, and has begun anew.
    func isWellPlaced(_ viewer: CountingViewer, _ session: NegotiatedSession) -> Bool {
        guard case .gone(let isLast) = scouting else { return true }
        let candidates = session.remoteCandidates.compactMap { try? ICECandidate($0) }
        let remotes = candidates.filter { $0.transport == .udp }.compactMap(\.address)
        guard !isLast, !remotes.isEmpty, let better = betterPlace(for: remotes) else {
            scouting = .done
            return true
        }
        moveScout(viewer, to: better)
        return false
    }

    /// Nil where we are in a good place.
    private func betterPlace(for remotes: [SocketAddress]) -> SocketAddress? {
        if group.sharing != .none, remotes.contains(where: { $0.isIPv4 && $0.isLoopback }) {
            return nil
        }
        let sources = remotes.compactMap { try? UDPGroup.source(for: $0) }
        if group.sharing == .none, sources.contains(where: { $0 == place }) { return nil }
        return sources.first
    }

    private func moveScout(_ viewer: CountingViewer, to better: SocketAddress) {
        guard let other = try? Self.group(shares: false) else { return scouting = .done }
        group = other
        place = better
        misled = viewer
        viewers = []
        rows = []
        dues = []
        paths = []
        // What still waits is of members that are no more.
        delayed = DatagramDelay(
            maximumDatagrams: AudienceLimits.delayedDatagrams,
            maximumBytes: AudienceLimits.delayedBytes)
        figures.asked = 0
        figures.joining = 0
        log.current.count(.viewersAsked, -1)
        viewer.phase = .ended(nil)
        perform(viewer.signaling.close(), viewer)
        scouting = .gone(isLast: true)
        _ = join(loop.now)
    }
}

extension URL {
    /// Whether it is reached by an address of 127.0.0.0/8.
    fileprivate var isLoopbackLiteral: Bool {
        guard let host, let address = SocketAddress(host: host, port: 0) else { return false }
        return address.isIPv4 && address.isLoopback
    }

    var isOnLoopback: Bool { isLoopbackLiteral || host?.lowercased() == "localhost" }
}

/// A core as others may carry it: it is not kept for their sake.
private struct WeakCore {
    weak var core: AudienceCore?
}
