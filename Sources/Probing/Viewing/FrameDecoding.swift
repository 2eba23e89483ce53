import Media
import Network
import Primitives
import WebRTC

/// Decodes the frames of a viewer on a thread of its own, in order, and looks at what comes out.
final class FrameDecoding {
    enum Limits {
        /// Frames that wait for their turn: some seconds of picture and sound.
        static let frames = 512
        static let bytes = 32 << 20
    }

    private let host: EventLoop
    private let thread: EventLoop
    private let carrier = Carrier()
    private var waitingFrames = 0
    private var waitingBytes = 0
    private var onReport: ((DecodeReport) -> Void)?

    private final class Carrier: @unchecked Sendable {  // only the decoding thread reaches `worker`
        var worker = DecodeWorker()
    }

    /// Carries reports back to the loop.
    private final class Return: @unchecked Sendable {  // `decoding` is used on the host's loop only
        weak var decoding: FrameDecoding?

        init(_ decoding: FrameDecoding) { self.decoding = decoding }
    }

    private lazy var returns = Return(self)

    /// `onReport` is called on the loop.
    init(
        on host: EventLoop, onReport: @escaping (DecodeReport) -> Void
    ) throws(NetworkError) {
        self.host = host
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
            carrier.worker.decode(coded.frame, frame, on: thread, into: &reports)
            host.submit { [reports] in returns.decoding?.take(reports, of: frame) }
        }
    }

    /// Tells nothing more.
    func close() {
        onReport = nil
        let carrier = carrier
        thread.submit { carrier.worker = DecodeWorker() }
        thread.stop()
    }

    private func take(_ reports: [DecodeReport], of frame: ViewerFrame) {
        waitingFrames -= 1
        waitingBytes -= frame.bytes
        for report in reports { onReport?(report) }
    }
}

/// The decoders of a viewer. It belongs to the decoding thread.
struct DecodeWorker {
    enum Limits {
        /// Frames that a decoder may hold back.
        static let held = 64
        static let threads = 1
    }

    private var video: VideoDecoder?
    private var audio: AudioDecoder?
    private var videoCodec: Codec?
    private let picture = Picture()
    private let sound = Sound()
    /// Sent to the decoder of pictures, and not come out yet.
    private var held: [(frame: ViewerFrame, begun: Instant)] = []
    private var damagedPictures = 0
    private var damagedSounds = 0

    mutating func decode(
        _ coded: CodedFrame, _ frame: ViewerFrame, on thread: EventLoop,
        into reports: inout [DecodeReport]
    ) {
        do throws(MediaError) {
            switch frame.codec.kind {
            case .video: try decodePicture(coded, frame, thread, &reports)
            case .audio: try decodeSound(coded, frame, thread, &reports)
            }
        } catch {
            reports.append(.failed(frame.codec, error))
        }
    }

    private mutating func decodePicture(
        _ coded: CodedFrame, _ frame: ViewerFrame, _ thread: EventLoop,
        _ reports: inout [DecodeReport]
    ) throws(MediaError) {
        if video == nil || videoCodec != frame.codec {
            video = try VideoDecoder(
                codec: frame.codec, timeBase: .video, threads: Limits.threads)
            videoCodec = frame.codec
            damagedPictures = 0
            held = []
        }
        guard let video else { return }
        if held.count >= Limits.held { held.removeFirst() }
        held.append((frame, thread.current))
        try video.send(coded)
        while try video.receive(into: picture) {
            let done = thread.current
            let place = held.firstIndex { $0.frame.number == picture.presentation }
            guard let place else { continue }
            let (source, begun) = held[place]
            held.removeFirst(place + 1)
            reports.append(
                .picture(
                    DecodedPicture(
                        frame: source, begun: begun, done: done, size: picture.size,
                        code: PatternCode(
                            luma: picture.plane(0), stride: picture.stride(of: 0),
                            size: picture.size))))
        }
        let damaged = video.damagedFrames - damagedPictures
        damagedPictures = video.damagedFrames
        if damaged > 0 { reports.append(.damaged(.video, damaged)) }
    }

    private mutating func decodeSound(
        _ coded: CodedFrame, _ frame: ViewerFrame, _ thread: EventLoop,
        _ reports: inout [DecodeReport]
    ) throws(MediaError) {
        guard frame.codec == .opus else { return }
        if audio == nil { audio = try AudioDecoder(opusIn: .audio) }
        guard let audio else { return }
        let begun = thread.current
        try audio.send(coded)
        var count = 0
        while try audio.receive(into: sound) { count += sound.count }
        if count > 0 {
            reports.append(
                .sound(
                    DecodedSound(frame: frame, begun: begun, done: thread.current, count: count)))
        }
        let damaged = audio.damagedFrames - damagedSounds
        damagedSounds = audio.damagedFrames
        if damaged > 0 { reports.append(.damaged(.audio, damaged)) }
    }
}
