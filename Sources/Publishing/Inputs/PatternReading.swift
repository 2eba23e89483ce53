import Media
import Network
import Primitives
import WebRTC

/// Makes the test pattern, as live as a camera is: each picture when its time has come, with the
/// time of day in it. It belongs to the feed's thread.
final class PatternReading: FeedWork {
    enum Limits {
        /// Sound is made in pieces of so many samples, 20 ms.
        static let piece = 960
        /// Whoever is so late leaves pictures out instead of running after the clock.
        static let patience: Int64 = 250_000_000
    }

    private let settings: PatternSettings
    private let plan: FeedPlan
    private let thread: EventLoop
    private let stop: StopFlag
    private let report: FeedReporter
    private let wallClock: WallClockAnchor
    private let picture = Picture()
    private let sound = Sound()

    private var pattern: TestPattern?
    private var renditions: RenditionPlan?
    private var layers: [EncodedLayer] = []
    private var sounds: [(name: RenditionName, encoder: EncodedSound)] = []
    private var wanted: Set<RenditionName> = []
    private var timer: LoopTimer?
    private var start: Instant?
    private var pictureNumber: Int64 = 0
    private var pieceNumber: Int64 = 0
    private var hasEnded = false
    private var batch: [FeedFrame] = []

    init(
        _ settings: PatternSettings, _ plan: FeedPlan, on thread: EventLoop, stop: StopFlag,
        report: FeedReporter
    ) {
        self.settings = settings
        self.plan = plan
        self.thread = thread
        self.stop = stop
        self.report = report
        wallClock = plan.wallClock
    }

    func open() {
        report(.opened(OpenedInput(tracks: settings.tracks, isLive: true, duration: nil)))
    }

    func begin(_ renditions: RenditionPlan) {
        guard self.renditions == nil else { return }
        self.renditions = renditions
        do throws(MediaError) {
            pattern = try TestPattern(settings)
        } catch {
            return fail(error)
        }
        for (choice, rendition) in renditions.video.enumerated() {
            for (layer, aim) in rendition.aims.enumerated() {
                let name = RenditionName(kind: .video, choice: choice, layer: layer)
                // The pattern has the time in it as it is.
                let encoded = EncodedLayer(name, aim, stamp: nil)
                encoded.begin(rotation: 0)
                layers.append(encoded)
            }
        }
        for (choice, rendition) in renditions.audio.enumerated() {
            let name = RenditionName(kind: .audio, choice: choice, layer: 0)
            sounds.append((name, EncodedSound(name, rendition)))
        }
        report(.notice(.began(input: 0, round: 1)))
        timer = thread.timer { [weak self] in self?.makeDue() }
        if !wanted.isEmpty { timer?.set(at: thread.now) }
    }

    func want(_ renditions: Set<RenditionName>) {
        for layer in layers where !renditions.contains(layer.name) { layer.rest() }
        for sound in sounds where !renditions.contains(sound.name) { sound.encoder.rest() }
        wanted = renditions
        if !hasEnded { timer?.set(at: thread.now) }
    }

    /// It makes all by itself.
    func fill(until time: Int64, onAir: Instant?) {}

    func makeKeyframe(_ rendition: RenditionName) {
        layers.first { $0.name == rendition }?.makeKeyframe()
    }

    func setRate(_ rendition: RenditionName, bitsPerSecond: Int) {
        layers.first { $0.name == rendition }?.setRate(bitsPerSecond)
    }

    // MARK: - Time passes

    private func makeDue() {
        guard let pattern, !hasEnded, !stop.isRaised else { return }
        let start = start ?? thread.now
        self.start = start
        do throws(MediaError) {
            while let next = nextTime(pattern), start + .nanoseconds(next) <= thread.now {
                if let limit = plan.duration?.wholeNanoseconds, next >= limit { return end() }
                try make(at: next, pattern, start)
            }
        } catch {
            return fail(error)
        }
        flush()
        if let next = nextTime(pattern) { timer?.set(at: start + .nanoseconds(next)) }
    }

    private func nextTime(_ pattern: TestPattern) -> Int64? {
        let seen = renditions?.video.isEmpty == false ? pictureTime(pattern) : nil
        let heard = renditions?.audio.isEmpty == false ? pieceTime : nil
        return [seen, heard].compactMap(\.self).min()
    }

    private func pictureTime(_ pattern: TestPattern) -> Int64 {
        pattern.time(of: pictureNumber).wholeNanoseconds
    }

    private var pieceTime: Int64 {
        TimeBase.audio.duration(pieceNumber * Int64(Limits.piece)).wholeNanoseconds
    }

    private func make(
        at time: Int64, _ pattern: TestPattern, _ start: Instant
    ) throws(MediaError) {
        let captured = start + .nanoseconds(time)
        if renditions?.video.isEmpty == false, pictureTime(pattern) == time {
            let isLate = (thread.now - captured).wholeNanoseconds > Limits.patience
            if !isLate { try draw(pattern, at: time, captured) }
            pictureNumber += 1
        }
        if renditions?.audio.isEmpty == false, pieceTime == time {
            if sounds.contains(where: { wanted.contains($0.name) }) {
                try pattern.play(
                    from: pieceNumber * Int64(Limits.piece), count: Limits.piece, into: sound)
                for sound in sounds where wanted.contains(sound.name) {
                    try sound.encoder.take(
                        self.sound, at: time, captured: captured, into: &batch)
                }
            }
            pieceNumber += 1
        }
    }

    private func draw(
        _ pattern: TestPattern, at time: Int64, _ captured: Instant
    ) throws(MediaError) {
        guard layers.contains(where: { wanted.contains($0.name) }) else { return }
        let nanoseconds = wallClock.ntp(at: captured).nanosecondsSince1970
        try pattern.draw(
            pictureNumber, at: WallClock(millisecondsSince1970: nanoseconds / 1_000_000),
            into: picture)
        for layer in layers where wanted.contains(layer.name) {
            try layer.take(picture, at: time, captured: captured, into: &batch)
        }
    }

    private func flush() {
        guard !batch.isEmpty else { return }
        report(.frames(batch))
        batch.removeAll(keepingCapacity: true)
    }

    private func end() {
        hasEnded = true
        flush()
        report(.ended)
    }

    private func fail(_ error: MediaError) {
        hasEnded = true
        report(.failed(FeedFailure(input: 0, problem: .media(error), hasBegun: pictureNumber > 0)))
    }
}
