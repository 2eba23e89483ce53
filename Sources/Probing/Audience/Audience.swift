import Measures
import Network
import SecureTransport

/// Viewers that count what they get, thousands of them, on a packet loop of their own.
///
/// Each does what a viewer does: POST, ICE, DTLS, reports, feedback, requests for what is missing,
/// DELETE and goodbye. Of its media it reads the headers, and opens a share of the packets, the
/// first ones and one of so many after them, so that what is counted is known to be real.
final class Audience {
    /// Why it could not even begin.
    enum Problem: Error, Sendable, Equatable {
        case network(NetworkError)
        case cryptography(OpenSSLProblem)
        case http(HTTPClientProblem)
    }

    private let loop: EventLoop
    private let carrier = Carrier()
    private let figures = Monitor(AudienceFigures())

    private final class Carrier: @unchecked Sendable {  // only the loop's thread reaches it
        var core: AudienceCore?
    }

    init(_ plan: AudiencePlan) throws(Problem) {
        do throws(NetworkError) {
            loop = try EventLoop(name: "packets", processor: plan.processor)
        } catch {
            throw .network(error)
        }
        let (loop, carrier, figures) = (loop, carrier, figures)
        let problem = loop.perform { () -> Problem? in
            do throws(Problem) {
                let core = try AudienceCore(plan, try Self.cryptography(), on: loop)
                core.onFigures = { news in figures.change { $0.take(news) } }
                carrier.core = core
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
        loop.submit { carrier.core = nil }
        loop.stop()
        loop.join()
    }

    private static func cryptography() throws(Problem) -> FanOutCryptography {
        do throws(OpenSSLProblem) {
            return FanOutCryptography(
                try OpenSSLCryptography(try Certificate()), opensSeldom: true)
        } catch {
            throw .cryptography(error)
        }
    }

    func start() {
        let carrier = carrier
        loop.submit { carrier.core?.start() }
    }

    /// How it stood a second ago at most; failures are told once. It does not wait for the loop.
    func look() -> AudienceFigures {
        figures.change { figures in
            let now = figures
            figures.failures = []
            return now
        }
    }

    /// What stands still counts as a freeze up to now: to be called before the last look.
    func endWatch() {
        let carrier = carrier
        loop.perform { carrier.core?.endWatch() }
    }

    /// What each viewer got so far; `look` tells no less then.
    func viewers() -> [ProbeReport.Viewer] {
        let carrier = carrier
        return loop.perform {
            carrier.core?.measure()
            return carrier.core?.reports() ?? []
        } ?? []
    }

    /// Says goodbye to everybody; `done` is called on the packet loop.
    func close(_ done: @escaping @Sendable () -> Void) {
        let carrier = carrier
        loop.submit {
            guard let core = carrier.core else { return done() }
            core.close(done)
        }
    }
}

extension AudienceFigures {
    /// What was told before and has not been looked at stays.
    fileprivate mutating func take(_ news: AudienceFigures) {
        let waiting = failures
        self = news
        failures = Array((waiting + news.failures).prefix(AudienceLimits.failures))
    }
}
