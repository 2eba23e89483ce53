package import Network
import Primitives
package import WebRTC

/// A probe of a playlist under way, on a loop of its own, for the one thread that began it.
package final class HLSProbe: ProbeRun {
    /// Why it could not even begin.
    package enum Problem: Error, Sendable, Equatable {
        case network(NetworkError)
        case http(HTTPClientProblem)
    }

    private let loop: EventLoop
    private let carrier = Carrier()

    private final class Carrier: @unchecked Sendable {  // only the loop's thread reaches it
        var prober: HLSProber?
    }

    /// `onNews` is called on the loop when there is something to look at.
    package init(
        _ plan: HLSPlan, wallClock: WallClockAnchor, onNews: @escaping @Sendable () -> Void
    ) throws(Problem) {
        do throws(NetworkError) {
            loop = try EventLoop(name: "probe", processor: nil)
        } catch {
            throw .network(error)
        }
        let (loop, carrier) = (loop, carrier)
        let problem = loop.perform { () -> Problem? in
            do throws(Problem) {
                let prober = try HLSProber(plan, on: loop, wallClock)
                carrier.prober = prober
                prober.onNews = onNews
                prober.start()
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

    package func look() -> ProbeNews? {
        let carrier = carrier
        return loop.perform { carrier.prober?.takeNews() } ?? nil
    }

    package func stop() {
        let carrier = carrier
        loop.submit { carrier.prober?.stop() }
    }
}
