package import Network
import Primitives
package import SecureTransport
package import WebRTC

/// A probe of a WHEP endpoint under way, on a loop of its own.
package final class Probe: ProbeRun {
    /// Why it could not even begin.
    package enum Problem: Error, Sendable, Equatable {
        case network(NetworkError)
        case cryptography(OpenSSLProblem)
        case http(HTTPClientProblem)
    }

    private let loop: EventLoop
    private let carrier = Carrier()

    private final class Carrier: @unchecked Sendable {  // only the loop's thread reaches it
        var prober: Prober?
    }

    /// `onNews` is called on the loop when there is something to look at.
    package convenience init(
        _ plan: ProbePlan, wallClock: WallClockAnchor, onNews: @escaping @Sendable () -> Void
    ) throws(Problem) {
        try self.init(plan, patience: .usual, wallClock: wallClock, onNews: onNews)
    }

    init(
        _ plan: ProbePlan, patience: DecodingViewer.Patience, wallClock: WallClockAnchor,
        onNews: @escaping @Sendable () -> Void
    ) throws(Problem) {
        do throws(NetworkError) {
            loop = try EventLoop(name: "probe", processor: nil)
        } catch {
            throw .network(error)
        }
        let (loop, carrier) = (loop, carrier)
        let problem = loop.perform { () -> Problem? in
            do throws(Problem) {
                carrier.prober = try Self.prober(plan, patience, on: loop, wallClock, onNews)
                return nil
            } catch {
                return error
            }
        }
        if let problem = problem ?? .network(.stopped) {
            loop.stop()
            throw problem
        }
    }

    deinit {
        let carrier = carrier
        loop.submit { carrier.prober = nil }
        loop.stop()
        loop.join()
    }

    private static func prober(
        _ plan: ProbePlan, _ patience: DecodingViewer.Patience, on loop: EventLoop,
        _ wallClock: WallClockAnchor,
        _ onNews: @escaping @Sendable () -> Void
    ) throws(Problem) -> Prober {
        let prober: Prober
        do throws(OpenSSLProblem) {
            prober = try Prober(
                plan, patience: patience, on: loop, wallClock: wallClock, onNews: onNews)
        } catch {
            throw .cryptography(error)
        }
        try prober.start()
        return prober
    }

    package func look() -> ProbeNews? {
        let (loop, carrier) = (loop, carrier)
        return loop.perform { carrier.prober?.look() } ?? nil
    }

    package func stop() {
        let carrier = carrier
        loop.submit { carrier.prober?.stop() }
    }
}
