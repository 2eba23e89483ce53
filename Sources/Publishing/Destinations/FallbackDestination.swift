package import Network
package import Primitives
import Sessions

/// A destination with another behind it, which has the show while the first one is unwell.
///
/// Both get frames while one takes over from the other, each from a keyframe of its own, so that
/// the show goes on without a gap.
package final class FallbackDestination: Destination {
    package private(set) var state = DestinationState.idle
    package var onEvent: ((DestinationEvent) -> Void)? {
        get { news.onEvent }
        set { news.onEvent = newValue }
    }

    private let primary: any Destination
    private let makeFallback: () -> any Destination
    private let loop: EventLoop
    private let news: LoopNews<DestinationEvent>
    private var fallback: (any Destination)?
    /// Fallbacks that are saying goodbye.
    private var leaving: [ObjectIdentifier: any Destination] = [:]
    private var rules: FallbackRules
    private var offer: DestinationOffer?
    private var timer: LoopTimer?
    /// Of fallbacks that are no more.
    private var past = DestinationFigures()
    private var isUpdating = false

    /// `makeFallback` is called each time that the fallback is needed. A primary that does not try
    /// again by its own limits, even where it has never been live, does not get the show back.
    package init(
        primary: any Destination, limits: FallbackRules.Limits, on loop: EventLoop,
        makeFallback: @escaping () -> any Destination
    ) {
        self.primary = primary
        self.makeFallback = makeFallback
        self.loop = loop
        news = LoopNews(on: loop)
        rules = FallbackRules(limits)
        timer = loop.timer { [weak self] in self?.update() }
    }

    package var wants: [MediaWish] {
        var wishes = primary.wants
        for wish in fallback?.wants ?? [] {
            let place = wishes.firstIndex { $0.kind == wish.kind && $0.choice == wish.choice }
            guard let place else {
                wishes.append(wish)
                continue
            }
            let more = wish.layers.filter { !wishes[place].layers.contains($0) }
            wishes[place] = MediaWish(
                kind: wish.kind, choice: wish.choice, layers: wishes[place].layers + more)
        }
        return wishes
    }

    package func start(_ offer: DestinationOffer) {
        guard state == .idle else { return }
        self.offer = offer
        state = .connecting
        primary.onEvent = { [weak self] in self?.take($0, from: .primary) }
        primary.start(offer)
        update()
    }

    package func send(_ bytes: Span<UInt8>, _ frame: OutgoingFrame, now: Instant) {
        primary.send(bytes, frame, now: now)
        fallback?.send(bytes, frame, now: now)
    }

    package func close(_ done: @escaping () -> Void) {
        timer?.cancel()
        news.silence()
        state = .ended
        var open = [primary] + (fallback.map { [$0] } ?? [])
        open += leaving.values.filter { other in !open.contains { $0 === other } }
        fallback = nil
        // Each of them may be the last.
        let count = Countdown(open.count, done)
        for destination in open { destination.close { count.tick() } }
    }

    package func figures(now: Instant) -> DestinationFigures {
        let first = primary.figures(now: now)
        let second = fallback?.figures(now: now)
        let isFallback = rules.active == .fallback
        var figures = isFallback ? second ?? first : first
        let other = isFallback ? first : second
        for added in [other, past].compactMap({ $0 }) { figures.add(counts: added) }
        return figures
    }

    // MARK: - Changes

    private func take(_ event: DestinationEvent, from side: FallbackRules.Side) {
        guard state != .ended else { return }
        switch event {
        case .changed: update()
        case .keyframeWanted, .notice: news.tell(event)
        case .targetBitRate:
            if side == rules.active { news.tell(event) }
        }
    }

    private func update() {
        guard !isUpdating, state != .ended else { return }
        isUpdating = true
        defer { isUpdating = false }
        let commands = rules.update(
            primary: primary.state.health, fallback: fallback?.state.health, now: loop.now)
        for command in commands {
            switch command {
            case .startFallback: startFallback()
            case .closeFallback: closeFallback()
            case .switched(.fallback): news.tell(.notice(.switchedToFallback))
            case .switched(.primary):
                if past.frames > 0 || fallback != nil { news.tell(.notice(.switchedBack)) }
            }
        }
        if let deadline = rules.deadline {
            timer?.set(at: deadline)
        } else {
            timer?.cancel()
        }
        state = merged()
        news.tell(.changed)
    }

    private func startFallback() {
        guard let offer else { return }
        let made = makeFallback()
        fallback = made
        made.onEvent = { [weak self] in self?.take($0, from: .fallback) }
        made.start(offer)
    }

    private func closeFallback() {
        guard let old = fallback else { return }
        fallback = nil
        past.add(counts: old.figures(now: loop.now))
        leaving[ObjectIdentifier(old)] = old
        old.close { [weak self] in self?.leaving[ObjectIdentifier(old)] = nil }
    }

    private func merged() -> DestinationState {
        switch rules.active {
        case .primary: return primary.state
        case .fallback:
            guard let fallback, case .live(var live) = fallback.state else { break }
            live.isFallback = true
            return .live(live)
        case nil: break
        }
        let states = [primary.state] + (fallback.map { [$0.state] } ?? [])
        // The one that comes first tells best what is going on.
        for state in states {
            if case .live = state { return state }
        }
        if states.contains(.connecting) { return .connecting }
        for state in states {
            if case .waiting = state { return state }
        }
        return primary.state
    }
}

/// Calls back once so many things have happened.
private final class Countdown {
    private var left: Int
    private let done: () -> Void

    init(_ count: Int, _ done: @escaping () -> Void) {
        left = count
        self.done = done
    }

    func tick() {
        left -= 1
        if left == 0 { done() }
    }
}

extension DestinationState {
    var health: FallbackRules.Health {
        switch self {
        case .idle, .connecting: .connecting
        case .live(let live): live.stalledSince == nil ? .well : .stalled
        case .waiting: .down
        case .failed, .ended: .gone
        }
    }
}

extension DestinationFigures {
    /// Adds what is counted, and leaves what is measured.
    fileprivate mutating func add(counts other: DestinationFigures) {
        frames += other.frames
        packets += other.packets
        bytes += other.bytes
        framesDropped += other.framesDropped
        retransmits += other.retransmits
        keyframesWanted += other.keyframesWanted
        reconnects += other.reconnects
        restarts += other.restarts
    }
}
