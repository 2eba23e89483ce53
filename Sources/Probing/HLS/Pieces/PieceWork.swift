import Media
import Network
import Primitives

/// Decodes pieces in order on a thread of its own, and tells its owner's loop what was in them.
final class PieceWork {
    enum Limits {
        /// Pieces that wait to be decoded.
        static let waiting = 4
    }

    private let host: EventLoop
    private let thread: EventLoop
    private let stop = StopFlag()
    private let worker: Worker
    /// Pieces whose contents have not been told yet.
    private(set) var waiting = 0
    var onContents: ((PieceWish, PieceContents, PieceArrival) -> Void)?

    private final class Worker: @unchecked Sendable {  // only the decoder's thread reaches it
        var decoder: PieceDecoder?
    }

    /// Brings contents back to the loop.
    private final class Return: @unchecked Sendable {  // `work` is used on the host's loop only
        weak var work: PieceWork?
    }

    private let back = Return()

    /// On the loop that it reports to.
    init(on host: EventLoop, wantsSnapshot: Bool) throws(NetworkError) {
        self.host = host
        thread = try EventLoop(name: "decode", processor: nil)
        worker = Worker()
        let (worker, stop) = (worker, stop)
        thread.submit { worker.decoder = PieceDecoder(stop: stop, wantsSnapshot: wantsSnapshot) }
        back.work = self
    }

    deinit {
        stop.raise()
        let worker = worker
        thread.submit { worker.decoder = nil }
        thread.stop()
    }

    func read(_ wish: PieceWish, _ bytes: [UInt8], head: [UInt8], _ arrival: PieceArrival) {
        waiting += 1
        let (worker, thread, host, back) = (worker, thread, host, back)
        thread.submit {
            guard let decoder = worker.decoder else { return }
            let start = thread.current
            var contents = decoder.read(
                bytes, head: head, isBroken: wish.isBroken || !wish.isConsecutive)
            contents.work = thread.current - start
            host.submit { [contents] in
                guard let work = back.work else { return }
                work.waiting -= 1
                work.onContents?(wish, contents, arrival)
            }
        }
    }
}

/// When a piece was asked for, and when it was there.
struct PieceArrival: Sendable {
    let asked: Instant
    let loaded: Instant
    let bytes: Int
}
