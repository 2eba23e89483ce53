import Synchronization

/// What the threads of a run tell each other.
final class LoadState: Sendable {
    struct Published: Sendable {
        var packets = 0
        var bytes = 0
    }

    private struct Values {
        var published = Published()
        var isConnected = false
        var keyframeWishes = 0
        var failure: String?
    }

    private let values = Mutex(Values())

    var published: Published { values.withLock { $0.published } }
    var isPublisherConnected: Bool { values.withLock { $0.isConnected } }
    var keyframeWishes: Int { values.withLock { $0.keyframeWishes } }
    /// Why the run is over before its time.
    var failure: String? { values.withLock { $0.failure } }

    func published(bytes: Int) {
        values.withLock {
            $0.published.packets += 1
            $0.published.bytes += bytes
        }
    }

    func publisherConnected() { values.withLock { $0.isConnected = true } }
    func keyframeWanted() { values.withLock { $0.keyframeWishes += 1 } }
    func fail(_ words: String) { values.withLock { $0.failure = $0.failure ?? words } }
}
