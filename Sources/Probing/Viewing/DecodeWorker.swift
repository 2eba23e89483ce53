import Measures
import Media
import Network
import Primitives
import WebRTC

/// The decoders of a viewer, and what looks at what they give. It belongs to the decoding thread.
final class DecodeWorker {
    enum Limits {
        /// Frames that a decoder may hold back.
        static let held = 64
        static let threads = 1
        /// Sounds between two reports of loudness: about a second.
        static let sounds = 50
        /// A jump of sound's timestamps beyond it, a minute, is a new start, whatever it says.
        static let soundJump: Int64 = 60 * 48_000
        /// What a codec shows first is often poor: a snapshot waits so long.
        static let snapshot: Duration = .seconds(1)
    }

    /// Whether a picture is wanted as PNG.
    var wantsSnapshot: Bool
    private var video: VideoDecoder?
    private var audio: AudioDecoder?
    private var videoCodec: Codec?
    private let picture = Picture()
    private let sound = Sound()
    private var reader = StampReader()
    /// Sent to the decoder of pictures, and not come out yet.
    private var held: [(frame: ViewerFrame, begun: Instant, sei: StampSEI?)] = []
    private var damagedPictures = 0
    private var damagedSounds = 0
    private var firstPicture: Instant?
    private var samples: [Float] = []
    private var loudness = LoudnessMeter()
    private var chirps: ChirpFinder?
    /// By timestamps alone: how unevenly sound comes does not matter to what is in it.
    private var soundTime = Instant(nanoseconds: 0)
    private var lastTimestamp: UInt32?
    private var heard = MeasureSet()
    private var soundsHeard = 0

    init(wantsSnapshot: Bool) {
        self.wantsSnapshot = wantsSnapshot
        chirps = ChirpFinder(
            ChirpFinder.Chirp(
                sampleRate: TestPattern.Limits.sampleRate,
                samples: TestPattern.Limits.chirpSamples,
                fromHertz: TestPattern.Limits.chirpHertz.from,
                toHertz: TestPattern.Limits.chirpHertz.to))
    }

    func decode(
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

    // MARK: - Pictures

    private func decodePicture(
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
        held.append((frame, thread.current, Self.stamp(coded, frame.codec)))
        try video.send(coded)
        while try video.receive(into: picture) { look(thread, &reports) }
        let damaged = video.damagedFrames - damagedPictures
        damagedPictures = video.damagedFrames
        if damaged > 0 { reports.append(.damaged(.video, damaged)) }
    }

    private func look(_ thread: EventLoop, _ reports: inout [DecodeReport]) {
        let done = thread.current
        let picture = picture
        guard let place = held.firstIndex(where: { $0.frame.number == picture.presentation })
        else { return }
        let source = held[place]
        held.removeFirst(place + 1)
        let seen = reader.read(
            luma: picture.plane(0), stride: picture.stride(of: 0), size: picture.size, now: done)
        reports.append(
            .picture(
                DecodedPicture(
                    frame: source.frame, begun: source.begun, done: done, size: picture.size,
                    code: seen.code, sei: source.sei, headLuma: seen.headLuma)))
        let first = firstPicture ?? done
        firstPicture = first
        guard wantsSnapshot, done >= first + Limits.snapshot else { return }
        wantsSnapshot = false
        do throws(MediaError) {
            let encoder = try StillEncoder(size: picture.size)
            reports.append(.snapshot(try encoder.encode(picture)))
        } catch {
            reports.append(.failed(source.frame.codec, error))
        }
    }

    private static func stamp(_ coded: CodedFrame, _ codec: Codec) -> StampSEI? {
        switch codec {
        case .h264: StampSEI(of: coded.bytes, .h264, .annexB)
        case .h265: StampSEI(of: coded.bytes, .h265, .annexB)
        case .vp8, .vp9, .av1, .opus, .pcmu, .pcma: nil
        }
    }

    // MARK: - Sound

    private func decodeSound(
        _ coded: CodedFrame, _ frame: ViewerFrame, _ thread: EventLoop,
        _ reports: inout [DecodeReport]
    ) throws(MediaError) {
        guard frame.codec == .opus else { return }
        if audio == nil { audio = try AudioDecoder(opusIn: .audio) }
        guard let audio else { return }
        let begun = thread.current
        try audio.send(coded)
        samples.removeAll(keepingCapacity: true)
        var channels = 0
        while try audio.receive(into: sound) {
            channels = sound.channels
            sound.appendSamples(to: &samples)
        }
        if channels > 0, !samples.isEmpty {
            reports.append(.sound(listen(frame, channels, begun, thread)))
        }
        let damaged = audio.damagedFrames - damagedSounds
        damagedSounds = audio.damagedFrames
        if damaged > 0 { reports.append(.damaged(.audio, damaged)) }
    }

    private func listen(
        _ frame: ViewerFrame, _ channels: Int, _ begun: Instant, _ thread: EventLoop
    ) -> DecodedSound {
        loudness.take(samples.span, channels: channels, into: &heard)
        let ticks = Int64(Int32(bitPattern: frame.timestamp &- (lastTimestamp ?? frame.timestamp)))
        lastTimestamp = frame.timestamp
        // Jumps that are added up for long enough fit into no time.
        let step = min(max(ticks, -Limits.soundJump), Limits.soundJump)
        soundTime = soundTime + TimeBase.audio.duration(step)
        let start = soundTime
        let finds = chirps?.take(samples.span, channels: channels, at: start) ?? []
        soundsHeard += 1
        var told: MeasureSet?
        if soundsHeard >= Limits.sounds {
            soundsHeard = 0
            told = heard
            heard = MeasureSet()
        }
        return DecodedSound(
            frame: frame, begun: begun, done: thread.current, chirps: finds.map { $0.at - start },
            loudness: told)
    }
}
