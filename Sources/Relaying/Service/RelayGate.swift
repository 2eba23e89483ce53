import Network
import Primitives
import Signaling
import WebRTC

/// The relay on a loop of its own, for those on another: HTTP, with its handshakes and its many
/// small answers, must never hold up a packet.
final class RelayGate: Sendable {
    let address: SocketAddress
    private let loop: EventLoop
    private let relay: LoopBound<Relay>

    init(_ settings: ServiceSettings, udp: SocketAddress) throws(ServiceProblem) {
        let loop: EventLoop
        do {
            loop = try EventLoop(name: "relay media", processor: nil)
        } catch {
            throw ServiceProblem(error, .udp, udp)
        }
        let made = loop.perform { () -> Result<LoopBound<Relay>, RelayProblem> in
            let settings = Self.settings(settings, udp)
            do throws(RelayProblem) {
                return .success(LoopBound(try Relay(on: loop, settings), loop: loop))
            } catch {
                return .failure(error)
            }
        }
        switch made {
        case .success(let relay):
            self.loop = loop
            self.relay = relay
            address = loop.perform { relay.value.localAddress } ?? udp
        case .failure(let problem):
            loop.stop()
            throw ServiceProblem(problem, udp)
        case nil:
            throw .noThread
        }
    }

    private static func settings(
        _ settings: ServiceSettings, _ udp: SocketAddress
    ) -> RelaySettings {
        let now = settings.clock()
        return RelaySettings(
            address: udp, publicAddresses: settings.publicAddresses,
            socketBufferBytes: settings.socketBufferBytes, usesSegmentation: true,
            publisherPolicy: settings.publisherPolicy, maximumLayers: 3,
            limits: settings.limits,
            wallClock: WallClockAnchor(
                instant: now.instant, nanosecondsSince1970: now.nanosecondsSince1970))
    }

    /// Has something done on the relay's loop; false where that has ended or is flooded.
    @discardableResult
    func tell(_ work: @escaping @Sendable (Relay) -> Void) -> Bool {
        let relay = relay
        return loop.submit { work(relay.value) }
    }

    /// Waits for the relay's answer: never on a loop.
    func ask<Answer: Sendable>(_ work: @escaping @Sendable (Relay) -> Answer) -> Answer? {
        let relay = relay
        return loop.perform { work(relay.value) }
    }

    /// Says goodbye to everybody and ends the loop.
    func close() {
        _ = ask { relay in
            relay.close()
            // Those who are told hold the relay in their turn.
            relay.tap = nil
            relay.onEnded = nil
            relay.onShowChanged = nil
        }
        loop.stop()
        loop.join()
    }
}
