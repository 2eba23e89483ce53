import Network
import Primitives

/// Decodes the frames of a viewer on a thread of its own, in order, and looks at what comes out.
final class FrameDecoding {
    enum Limits {
        /// Frames that wait for their turn: some seconds of picture and sound.
        static let frames = 512
        static let bytes = 32 << 20
    }

    private let host: EventLoop
    private let thread: EventLoop
    private let carrier: Carrier
    private var waitingFrames = 0
    private var waitingBytes = 0
    private var onReport: ((DecodeReport) -> Void)?

    private final class Carrier: @unchecked Sendable {  // only the decoding thread reaches `worker`
        var worker: DecodeWorker?

        init(_ worker: DecodeWorker) { self.worker = worker }
    }

    /// Carries reports back to the loop.
    private final class Return: @unchecked Sendable {  // `decoding` is used on the host's loop only
        weak var decoding: FrameDecoding?

        init(_ decoding: FrameDecoding) { self.decoding = decoding }
    }

    private lazy var returns = Return(self)

    /// `onReport` is called on the loop.
    init(
        on host: EventLoop, wantsSnapshot: Bool, onReport: @escaping (DecodeReport) -> Void
    ) throws(NetworkError) {
        self.host = host
        carrier = Carrier(DecodeWorker(wantsSnapshot: wantsSnapshot))
        self.onReport = onReport
        thread = try EventLoop(name: "decode", processor: nil)
    }

    deinit { thread.stop() }

    /// False where there is no room: the machine is too slow for what comes.
    func add(_ bytes: Span<UInt8>, _ frame: ViewerFrame) -> Bool {
        guard waitingFrames < Limits.frames, waitingBytes + bytes.count <= Limits.bytes else {
            return false
        }
        waitingFrames += 1
        waitingBytes += bytes.count
        let coded = CarriedFrame(bytes, number: frame.number, isKeyframe: frame.isKeyframe)
        let (host, thread, carrier, returns) = (host, thread, carrier, returns)
        return thread.submit {
            var reports: [DecodeReport] = []
            carrier.worker?.decode(coded.frame, frame, on: thread, into: &reports)
            host.submit { [reports] in returns.decoding?.take(reports, of: frame) }
        }
    }

    /// Tells nothing more.
    func close() {
        onReport = nil
        let carrier = carrier
        thread.submit { carrier.worker = nil }
        thread.stop()
    }

    private func take(_ reports: [DecodeReport], of frame: ViewerFrame) {
        waitingFrames -= 1
        waitingBytes -= frame.bytes
        for report in reports { onReport?(report) }
    }
}
