package import Network
import Primitives
package import SecureTransport
package import WebRTC

/// A push under way, on a loop of its own, for the one thread that began it.
package final class Push {
    /// Why it could not even begin.
    package enum Problem: Error, Sendable, Equatable {
        case network(NetworkError)
        case cryptography(OpenSSLProblem)
    }

    private let loop: EventLoop
    private let carrier = Carrier()

    private final class Carrier: @unchecked Sendable {  // only the loop's thread reaches it
        var pusher: Pusher?
    }

    /// `onNews` is called on the loop when there is something to look at.
    package init(
        _ plan: PushPlan, wallClock: WallClockAnchor, onNews: @escaping @Sendable () -> Void
    ) throws(Problem) {
        do throws(NetworkError) {
            loop = try EventLoop(name: "push", processor: nil)
        } catch {
            throw .network(error)
        }
        let (loop, carrier) = (loop, carrier)
        let problem = loop.perform { () -> Problem? in
            do throws(Problem) {
                carrier.pusher = try Self.pusher(plan, on: loop, wallClock)
                carrier.pusher?.onNews = onNews
                carrier.pusher?.start()
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
        loop.submit { carrier.pusher = nil }
        loop.stop()
        loop.join()
    }

    /// The input is opened while keys are made.
    private static func pusher(
        _ plan: PushPlan, on loop: EventLoop, _ wallClock: WallClockAnchor
    ) throws(Problem) -> Pusher {
        let feed: InputFeed
        do throws(NetworkError) {
            feed = try InputFeed(FeedPlan(plan, wallClock: wallClock), on: loop)
        } catch {
            throw .network(error)
        }
        feed.open()
        do throws(OpenSSLProblem) {
            let maker = try DestinationMaker(plan, on: loop, wallClock: wallClock)
            return Pusher(
                on: loop, plan: plan, feed: feed, wallClock: wallClock,
                makeDestinations: { maker.make($0) })
        } catch {
            feed.close()
            throw .cryptography(error)
        }
    }

    /// What has happened since the last call, and how things stand.
    package func look() -> (events: [PushEvent], report: PushReport)? {
        let (loop, carrier) = (loop, carrier)
        return loop.perform { () -> (events: [PushEvent], report: PushReport)? in
            guard let pusher = carrier.pusher else { return nil }
            return (pusher.takeEvents(), pusher.report(now: loop.now))
        } ?? nil
    }

    /// Says goodbye to everybody; the report says when that is done.
    package func stop() {
        let carrier = carrier
        loop.submit { carrier.pusher?.stop() }
    }
}
