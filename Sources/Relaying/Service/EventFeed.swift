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
    private struct Listener {
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
    private var listeners: [String: [Listener]] = [:]
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
        listeners = [:]
        shows = [:]
    }

    /// One more who listens; there is none of that session.
    func add(
        _ session: SessionID, show: String, kinds: Set<ShowEventKind>, pictureMID: String,
        _ answer: OpenAnswer
    ) {
        shows[session] = show
        listeners[show, default: []].append(
            Listener(
                session: session, kinds: kinds, pictureMID: pictureMID, answer: answer,
                last: nil))
        ask?(show)
    }

    func remove(_ session: SessionID) {
        guard let show = shows.removeValue(forKey: session) else { return }
        listeners[show]?.removeAll { $0.session == session }
        if listeners[show]?.isEmpty == true { listeners[show] = nil }
    }

    /// Something about a show has changed that can wait for others.
    func note(_ show: String) {
        guard listeners[show] != nil, !changed.contains(show) else { return }
        changed.append(show)
        if changeTimer?.isSet == false {
            changeTimer?.set(at: loop.now + ServiceLimits.changeInterval)
        }
    }

    /// Tells everybody who listens what is new about a show.
    func tell(_ show: String, _ standing: ShowStanding) {
        guard var told = listeners.removeValue(forKey: show) else { return }
        for index in told.indices {
            let events = standing.events(
                after: told[index].last, kinds: told[index].kinds,
                pictureMID: told[index].pictureMID)
            told[index].last = standing
            if !events.isEmpty { told[index].answer.write(Array(events.utf8)) }
        }
        // Whoever was too slow has been closed, and taken out of the other table by `remove`.
        told.removeAll { shows[$0.session] == nil || !$0.answer.isOpen }
        if !told.isEmpty { listeners[show] = told }
    }

    private func askForChanged() {
        let due = changed
        changed = []
        for show in due { ask?(show) }
    }

    private func keepAlive() {
        let comment = Array(":\n\n".utf8)
        for show in listeners.keys.sorted() {
            for listener in listeners[show] ?? [] { listener.answer.write(comment) }
        }
        keepaliveTimer?.set(at: loop.now + ServiceLimits.eventKeepalive)
    }
}
