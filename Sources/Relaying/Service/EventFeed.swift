import HTTP
import Network
import Primitives
import Signaling

/// What a viewer may be told of while it watches (WHEP 6).
enum ShowEventKind: String, CaseIterable {
    case active
    case inactive
    case layers
    case viewercount
}

/// Tells viewers by server-sent events how their shows stand. For one loop's thread.
///
/// Changes that come often are gathered: thousands who join within a second are one event.
final class EventFeed {
    private struct Subscriber {
        let session: SessionID
        let kinds: Set<ShowEventKind>
        let pictureMID: String
        let answer: OpenAnswer
        var last: ShowStanding?
    }

    /// Called to have `tell` called soon with how a show stands.
    var ask: ((_ show: String) -> Void)?
    private let loop: EventLoop
    /// By show, in the order in which they came; each session has one at most.
    private var subscribers: [String: [Subscriber]] = [:]
    private var shows: [SessionID: String] = [:]
    private var changed: [String] = []
    private var changeTimer: LoopTimer?
    private var keepaliveTimer: LoopTimer?

    init(loop: EventLoop) {
        self.loop = loop
        changeTimer = loop.timer { [weak self] in self?.askForChanged() }
        keepaliveTimer = loop.timer { [weak self] in self?.keepAlive() }
        keepaliveTimer?.set(at: loop.now + ServiceLimits.eventKeepalive)
    }

    deinit { close() }

    func close() {
        changeTimer?.cancel()
        keepaliveTimer?.cancel()
        subscribers = [:]
        shows = [:]
    }

    /// One more who listens; there is none of that session.
    func add(
        _ session: SessionID, show: String, kinds: Set<ShowEventKind>, pictureMID: String,
        _ answer: OpenAnswer
    ) {
        shows[session] = show
        subscribers[show, default: []].append(
            Subscriber(
                session: session, kinds: kinds, pictureMID: pictureMID, answer: answer,
                last: nil))
        ask?(show)
    }

    func remove(_ session: SessionID) {
        guard let show = shows.removeValue(forKey: session) else { return }
        subscribers[show]?.removeAll { $0.session == session }
        if subscribers[show]?.isEmpty == true { subscribers[show] = nil }
    }

    /// Something about a show has changed that can wait for others.
    func note(_ show: String) {
        guard subscribers[show] != nil, !changed.contains(show) else { return }
        changed.append(show)
        if changeTimer?.isSet == false {
            changeTimer?.set(at: loop.now + ServiceLimits.changeInterval)
        }
    }

    /// Tells everybody who listens what is new about a show.
    func tell(_ show: String, _ standing: ShowStanding) {
        guard var listeners = subscribers.removeValue(forKey: show) else { return }
        for index in listeners.indices {
            let events = standing.events(
                after: listeners[index].last, kinds: listeners[index].kinds,
                pictureMID: listeners[index].pictureMID)
            listeners[index].last = standing
            if !events.isEmpty { listeners[index].answer.write(Array(events.utf8)) }
        }
        // Whoever was too slow has been closed, and taken out of the other table by `remove`.
        listeners.removeAll { shows[$0.session] == nil || !$0.answer.isOpen }
        if !listeners.isEmpty { subscribers[show] = listeners }
    }

    private func askForChanged() {
        let due = changed
        changed = []
        for show in due { ask?(show) }
    }

    private func keepAlive() {
        let comment = Array(":\n\n".utf8)
        for show in subscribers.keys.sorted() {
            for subscriber in subscribers[show] ?? [] { subscriber.answer.write(comment) }
        }
        keepaliveTimer?.set(at: loop.now + ServiceLimits.eventKeepalive)
    }
}
