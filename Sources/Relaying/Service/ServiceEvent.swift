import Network
package import Primitives
package import Signaling
import WebRTC

/// What a service tells its log, as facts.
package enum ServiceEvent: Sendable, Equatable {
    /// Who is spoken of: sessions are named by their first digits, since who knows all of them owns
    /// the session.
    package struct Client: Sendable, Equatable {
        package let role: SignalingRole
        package let show: String
        package let session: String
        package let address: SocketAddress
    }

    case sessionBegan(Client)
    case sessionEnded(Client, SessionEnding, lasted: Duration)
    case refused(role: SignalingRole, SocketAddress, status: Int, title: String?)
    case showActive(String)
    case showInactive(String)
    case draining(sessions: Int)
    case recording(RecordingNotice)
    /// Events that had to be dropped because nobody took them in time.
    case dropped(Int)
}

/// Why a session ended, for the log.
package enum SessionEnding: Sendable, Equatable {
    /// By a DELETE.
    case deleted
    case left
    case failed(ConnectionFailure)
    case neverConnected
    case silent
    case replaced
    case codecsChanged
    case drained

    init(_ ending: RelayEnding) {
        self =
            switch ending {
            case .left: .left
            case .failed(let failure): .failed(ConnectionFailure(failure))
            case .neverConnected: .neverConnected
            case .silent: .silent
            case .replaced: .replaced
            case .codecsChanged: .codecsChanged
            case .drained: .drained
            }
    }
}

/// What of a connection has failed, for the log; the names are those that programs read.
package enum ConnectionFailure: String, Sendable {
    /// No way for media was found.
    case noRoute = "no_route"
    /// The way that there was has gone silent.
    case routeLost = "route_lost"
    /// The certificate is not the one that was signalled.
    case wrongFingerprint = "wrong_fingerprint"
    case handshake
    case encryption

    init(_ failure: PeerFailure) {
        self =
            switch failure {
            case .ice(let failure):
                switch failure.reason {
                case .noLocalCandidates, .noRemoteCandidates, .allPairsFailed, .tookTooLong:
                    .noRoute
                case .consentExpired: .routeLost
                }
            case .dtls(.wrongFingerprint): .wrongFingerprint
            case .dtls(.noCommonProfile), .dtls(.timedOut), .dtls(.refused): .handshake
            case .srtp: .encryption
            }
    }
}

/// The events of a service on their way to whoever writes them: bounded, from any thread.
package final class ServiceLog: Sendable {
    /// Events that may wait to be written.
    package static let maximumWaiting = 4096

    private struct State {
        var waiting: [(time: WallClock, event: ServiceEvent)] = []
        var dropped = 0
    }

    private let state = Monitor(State())
    private let clock: @Sendable () -> WallClock

    package init(clock: @escaping @Sendable () -> WallClock) {
        self.clock = clock
    }

    func add(_ event: ServiceEvent) {
        let time = clock()
        state.change { state in
            guard state.waiting.count < Self.maximumWaiting else {
                state.dropped += 1
                return
            }
            state.waiting.append((time, event))
        }
    }

    /// Takes what waits, in order.
    package func take() -> [(time: WallClock, event: ServiceEvent)] {
        let time = clock()
        return state.change { state in
            var taken: [(time: WallClock, event: ServiceEvent)] = []
            swap(&taken, &state.waiting)
            if state.dropped > 0 { taken.append((time, .dropped(state.dropped))) }
            state.dropped = 0
            return taken
        }
    }
}
