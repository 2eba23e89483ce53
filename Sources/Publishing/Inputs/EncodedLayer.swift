import Media
import Primitives
import WebRTC

/// One layer of pictures: scaled, at its rate, encoded. It belongs to the feed's thread.
final class EncodedLayer {
    let name: RenditionName
    private let aim: VideoAim
    private var stamp: LayerStamp?
    private var encoder: VideoEncoder?
    private var scaler: PictureScaler?
    private var rate: FrameRateConverter?
    /// Where the steady rate has its zero, so that the first picture is not moved.
    private var phase: Duration?
    private let scaled = Picture()
    private let coded = CodedFrame()
    private var times = RisingTimes()
    private var lastTime: Int64?
    /// Zero leaves the layer out for now.
    private var bitsPerSecond: Int

    init(_ name: RenditionName, _ aim: VideoAim, stamp: LayerStamp?) {
        self.name = name
        self.aim = aim
        self.stamp = stamp
        bitsPerSecond = aim.bitsPerSecond
        if aim.convertsRate { rate = FrameRateConverter(rate: aim.frameRate) }
    }

    /// Another input, which may lie on its side.
    func begin(rotation: Int) {
        scaler = PictureScaler(size: aim.size, rotation: rotation)
    }

    func makeKeyframe() { encoder?.requestKeyframe() }

    func setRate(_ bitsPerSecond: Int) {
        let wasOff = self.bitsPerSecond == 0
        self.bitsPerSecond = min(bitsPerSecond, aim.bitsPerSecond)
        guard bitsPerSecond > 0 else { return }
        encoder?.change(bitRate: self.bitsPerSecond)
        if wasOff { encoder?.requestKeyframe() }
    }

    /// Nobody takes it any more; whoever does later begins with a new encoder, and a keyframe.
    func rest() {
        encoder = nil
        phase = nil
        if aim.convertsRate { rate = FrameRateConverter(rate: aim.frameRate) }
    }

    func take(
        _ picture: Picture, at time: Int64, captured: Instant?, into frames: inout [FeedFrame]
    ) throws(MediaError) {
        guard bitsPerSecond > 0 else { return }
        guard rate != nil else {
            try draw(picture, captured)
            return try encode(at: time, captured, into: &frames)
        }
        let phase = phase ?? .nanoseconds(time)
        self.phase = phase
        guard let step = rate?.take(.nanoseconds(time) - phase) else { return }
        func at(_ tick: Int64) -> Int64 {
            (aim.frameRate.time(of: tick) + phase).wholeNanoseconds
        }
        for tick in step.repeats { try encode(at: at(tick), nil, into: &frames) }
        if let shown = step.shown {
            try draw(picture, captured)
            try encode(at: at(shown), captured, into: &frames)
        }
    }

    private func draw(_ picture: Picture, _ captured: Instant?) throws(MediaError) {
        try scaler?.convert(picture, into: scaled)
        if let captured { try stamp?.burn(captured, into: scaled) }
    }

    /// Encodes the picture that was scaled last.
    private func encode(
        at time: Int64, _ captured: Instant?, into frames: inout [FeedFrame]
    ) throws(MediaError) {
        if encoder == nil { encoder = try VideoEncoder(encoding) }
        guard let encoder else { return }
        let ticks = TimeBase.video.ticks(.nanoseconds(time))
        // Encoders want each picture later than the one before.
        if let lastTime, ticks <= lastTime { return }
        lastTime = ticks
        scaled.presentation = ticks
        try encoder.send(scaled)
        while try encoder.receive(into: coded) {
            let shown = coded.presentation.map { TimeBase.video.duration($0).wholeNanoseconds }
            let rising = times.next(shown ?? time)
            frames.append(
                FeedFrame(
                    rendition: name, isKeyframe: coded.isKeyframe, decoding: rising,
                    presentation: rising, duration: aim.frameRate.time(of: 1).wholeNanoseconds,
                    captured: captured, bytes: coded.copiedBytes))
        }
    }

    private var encoding: VideoEncoding {
        let pictures = aim.keyframeInterval.wholeMilliseconds
        let perSecond = aim.frameRate.framesPerSecond
        let interval = Int((Double(pictures) / 1000 * perSecond).rounded())
        return VideoEncoding(
            codec: aim.codec, size: aim.size, rate: aim.frameRate, bitRate: bitsPerSecond,
            keyframeInterval: max(1, interval), profile: aim.profile, threads: threads,
            parameterSets: .inBand)
    }

    /// Slices for threads cost quality, and a small picture needs none.
    private var threads: Int {
        let perSecond = Double(aim.size.width * aim.size.height) * aim.frameRate.framesPerSecond
        return perSecond <= 1280 * 720 * 30 ? 1 : perSecond <= 1920 * 1080 * 30 ? 2 : 4
    }
}
