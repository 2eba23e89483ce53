import Media
import Network
import Primitives
import WebRTC

/// One connection to an RTMP server: a thread that waits for the network so that no loop has to.
final class RTMPWriter: Sendable {
    enum News: Sendable {
        /// The server has taken the stream.
        case opened
        case ended(RTMPFailure)
        /// It has finished, because it was told to.
        case finished
    }

    struct Shared: Sendable {
        var queue: RTMPQueue
        var isScheduled = false
        var isClosing = false
        var writtenFrames = 0
        var writtenBytes = 0
    }

    /// What the header tells of; a picture comes before the sound.
    struct Streams: Sendable {
        var video: VideoChoice?
        var audio: AudioChoice?
    }

    /// FLV counts milliseconds.
    static let timeBase = TimeBase(numerator: 1, denominator: 1000)

    private let shared: Monitor<Shared>
    private let thread: EventLoop
    private let stop = StopFlag()
    private let work: LoopBound<RTMPWork>

    init(
        _ address: ContainerAddress, _ streams: Streams, timeout: Duration,
        limits: RTMPQueue.Limits, onNews: @escaping @Sendable (News) -> Void
    ) throws(NetworkError) {
        let thread = try EventLoop(name: "rtmp", processor: nil)
        let stop = stop
        self.thread = thread
        shared = Monitor(Shared(queue: RTMPQueue(limits, hasVideo: streams.video != nil)))
        let made = thread.perform {
            LoopBound(
                RTMPWork(address, streams, timeout: timeout, stop: stop, onNews: onNews),
                loop: thread)
        }
        guard let made else {
            thread.stop()
            throw .stopped
        }
        work = made
    }

    /// Puts a frame into the queue; for the loop's thread, which it never makes wait.
    func add(_ bytes: Span<UInt8>, _ frame: OutgoingFrame) -> RTMPQueue.Addition {
        let (addition, mustWake) = shared.change { shared in
            let addition = shared.queue.add(bytes, frame)
            let mustWake = addition == .taken && !shared.isScheduled
            if mustWake { shared.isScheduled = true }
            return (addition, mustWake)
        }
        if mustWake { wake() }
        return addition
    }

    var figures: (queuedBytes: Int, writtenFrames: Int, writtenBytes: Int) {
        shared.change { ($0.queue.bytes, $0.writtenFrames, $0.writtenBytes) }
    }

    /// Writes what waits and says goodbye; `finished` or `ended` follows.
    func finish() {
        shared.change { $0.isClosing = true }
        wake()
    }

    /// Ends every wait at once.
    func abort() { stop.raise() }

    /// Lets go of the thread, once it has told its end; it has nothing to do any more.
    func join() {
        thread.stop()
        thread.join()
    }

    private func wake() {
        let (shared, work) = (shared, work)
        thread.submit {
            var (entries, isClosing) = shared.change { shared in
                shared.isScheduled = false
                return (shared.queue.take(), shared.isClosing)
            }
            if let first = entries.first, !work.value.isOpen {
                guard work.value.open(first) else { return }
                entries = RTMPQueue.latest(entries + shared.change { $0.queue.take() })
            }
            for entry in entries {
                guard work.value.write(entry) else { return }
                shared.change {
                    $0.writtenFrames += 1
                    $0.writtenBytes += entry.bytes.count
                }
            }
            if isClosing { work.value.finish() }
        }
    }
}

/// What the thread of a writer does. It belongs to that thread.
private final class RTMPWork {
    private let address: ContainerAddress
    private let streams: RTMPWriter.Streams
    private let timeout: Duration
    private let stop: StopFlag
    private let onNews: @Sendable (RTMPWriter.News) -> Void
    private var writer: ContainerWriter?
    private var hasEnded = false
    /// Media time of the beginning.
    private var start: Duration?
    private var lastTicks: [Int64] = [.min, .min]
    private var converted: [UInt8] = []

    init(
        _ address: ContainerAddress, _ streams: RTMPWriter.Streams, timeout: Duration,
        stop: StopFlag, onNews: @escaping @Sendable (RTMPWriter.News) -> Void
    ) {
        self.address = address
        self.streams = streams
        self.timeout = timeout
        self.stop = stop
        self.onNews = onNews
    }

    var isOpen: Bool { writer != nil }

    /// Connects, and writes the header with what the first frame says; false once it is over.
    func open(_ first: RTMPQueue.Entry) -> Bool {
        guard !hasEnded else { return false }
        do throws(MediaError) {
            writer = try ContainerWriter(
                address, tracks: tracks(first), timeout: timeout, stop: stop)
        } catch {
            end(RTMPFailure(error, wasOpen: false))
            return false
        }
        onNews(.opened)
        return true
    }

    func write(_ entry: RTMPQueue.Entry) -> Bool {
        guard !hasEnded else { return false }
        do throws(MediaError) {
            try put(entry)
            return true
        } catch {
            end(RTMPFailure(error, wasOpen: true))
            return false
        }
    }

    func finish() {
        guard !hasEnded else { return }
        hasEnded = true
        do throws(MediaError) {
            try writer?.finish()
        } catch {
            // It is over either way.
        }
        writer = nil
        onNews(.finished)
    }

    private func end(_ failure: RTMPFailure) {
        hasEnded = true
        writer = nil
        onNews(.ended(failure))
    }

    private func tracks(_ first: RTMPQueue.Entry) -> [TrackDescription] {
        var tracks: [TrackDescription] = []
        if let video = streams.video {
            let configuration = video.flvConfiguration(firstFrame: first.bytes.span)
            tracks.append(
                TrackDescription(
                    index: 0, codec: .webRTC(video.codec), timeBase: RTMPWriter.timeBase,
                    content: .picture(
                        PictureTrack(
                            size: video.size, rate: nil,
                            hasReorderedFrames: video.hasReorderedFrames, rotation: 0)),
                    profile: nil, configuration: configuration, duration: nil, bitRate: nil))
        }
        if let audio = streams.audio {
            tracks.append(
                TrackDescription(
                    index: tracks.count, codec: .aac, timeBase: RTMPWriter.timeBase,
                    content: .sound(
                        SoundTrack(sampleRate: audio.sampleRate, channels: audio.channels)),
                    profile: nil, configuration: audio.configuration, duration: nil, bitRate: nil))
        }
        return tracks
    }

    private func put(_ entry: RTMPQueue.Entry) throws(MediaError) {
        let frame = entry.frame
        let begin = start ?? frame.decodeTime
        start = begin
        let track = frame.kind == .video || streams.video == nil ? 0 : 1
        let base = RTMPWriter.timeBase
        // What an encoder has begun before the first picture has no place before the beginning.
        guard frame.decodeTime >= begin else { return }
        let decoding = max(base.ticks(frame.decodeTime - begin), lastTicks[track])
        let presentation = max(base.ticks(frame.mediaTime - begin), decoding)
        lastTicks[track] = decoding
        var bytes = entry.bytes
        if frame.kind == .video, let video = streams.video, video.framing != .lengthPrefixed(.four)
        {
            converted.removeAll(keepingCapacity: true)
            do throws(NALProblem) {
                try video.framing.convert(
                    bytes.span, to: .lengthPrefixed(.four), into: &converted)
            } catch {
                // A frame that is none is no reason to end the show.
                return
            }
            swap(&bytes, &converted)
        }
        defer { if frame.kind == .video { swap(&bytes, &converted) } }
        try writer?.write(
            bytes.span, presentation: presentation, decoding: decoding,
            duration: max(base.ticks(frame.duration), 0), isKeyframe: frame.isKeyframe,
            track: track)
    }
}

extension VideoChoice {
    /// `avcC` with lengths of four bytes: the container's own, or from the first keyframe's sets.
    func flvConfiguration(firstFrame: Span<UInt8>) -> [UInt8] {
        if let known = AVCConfiguration(parsing: configuration.span) {
            return AVCConfiguration(
                sequenceParameters: known.sequenceParameters,
                pictureParameters: known.pictureParameters, lengthSize: .four)?.bytes ?? []
        }
        var sets = Self.parameterSets(in: firstFrame, framing)
        if sets.sequence.isEmpty {
            sets = Self.parameterSets(in: configuration.span, .annexB)
        }
        return AVCConfiguration(
            sequenceParameters: sets.sequence, pictureParameters: sets.picture, lengthSize: .four)?
            .bytes ?? []
    }

    private static func parameterSets(
        in bytes: Span<UInt8>, _ framing: NALFraming
    ) -> (sequence: [[UInt8]], picture: [[UInt8]]) {
        var sets: (sequence: [[UInt8]], picture: [[UInt8]]) = ([], [])
        var walk = NALWalk(framing)
        while let range = try? walk.next(in: bytes) {
            let unit = Array(copying: bytes.extracting(range))
            switch unit[0] & 0x1F {
            case 7: if !sets.sequence.contains(unit) { sets.sequence.append(unit) }
            case 8: if !sets.picture.contains(unit) { sets.picture.append(unit) }
            default: break
            }
        }
        return sets
    }
}

extension RTMPFailure {
    init(_ error: MediaError, wasOpen: Bool) {
        switch error {
        case .library(let problem):
            let words = [problem.meaning] + problem.log
            self =
                wasOpen
                ? .lost(code: problem.code, words: words)
                : .refused(code: problem.code, words: words)
        case .timedOut: self = .timedOut
        case .stopped, .noTracks, .noSuchTrack, .noDecoder, .noEncoder, .overLimit,
            .noDeviceLibrary, .noDeviceKind, .badSize:
            self = wasOpen ? .lost(code: 0, words: []) : .refused(code: 0, words: [])
        }
    }
}
