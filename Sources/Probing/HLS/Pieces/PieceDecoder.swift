import Media
import Primitives
import WebRTC

/// Reads and decodes one piece after the other. It belongs to one thread.
///
/// The decoder goes on from piece to piece, as players' do, for as long as nothing breaks.
final class PieceDecoder {
    enum Limits {
        /// Of a piece; 480 pictures in each of 100 seconds are as many.
        static let frames = 48_000
        /// Pictures of one piece are not further apart.
        static let longest: Duration = .seconds(3600)
        static let timeout: Duration = .seconds(20)
        /// What an MPEG transport stream counts up to before it begins anew, in its ticks.
        static let wrap: Int64 = 1 << 33
        /// What a picture counts for in the reader's clock, which limits how often it searches.
        static let searchStep: Duration = .milliseconds(33)
        /// What a codec shows first is often poor: a snapshot is of a picture so much later.
        static let snapshot: Duration = .seconds(1)
    }

    private let stop: StopFlag
    private let coded = CodedFrame()
    private let picture = Picture()
    private var decoder: VideoDecoder?
    /// What the decoder was made for.
    private var track: TrackDescription?
    private var damagedBefore = 0
    /// Where a transport stream's counter was last, unwrapped.
    private var lastTicks: Int64?
    private var contents = PieceContents()
    private var stamps = StampReader()
    private var searchTime = Instant(nanoseconds: 0)
    private var wantsSnapshot: Bool
    private var firstPicture: Duration?

    init(stop: StopFlag, wantsSnapshot: Bool) {
        self.stop = stop
        self.wantsSnapshot = wantsSnapshot
    }

    /// What a piece holds; `head` is what comes before it for its decoder's sake.
    ///
    /// `isBroken` says that it does not go on where the piece before it ended.
    func read(
        _ bytes: [UInt8], head: [UInt8], isBroken: Bool
    ) -> PieceContents {
        contents = PieceContents()
        contents.shape = PieceShape(of: bytes)
        if isBroken { flush() }
        switch contents.shape {
        case .unknown: contents.failure = .noTracks
        case .whole(let container), .truncated(let container):
            do throws(MediaError) {
                try read(head + bytes, as: container, isBroken: isBroken)
            } catch {
                contents.failure = error
            }
        }
        contents.frames.sort { $0.presentation < $1.presentation }
        return contents
    }

    private func read(
        _ bytes: [UInt8], as container: MemoryContainer, isBroken: Bool
    ) throws(MediaError) {
        let reader = try InputReader(
            memory: bytes, as: container,
            options: InputOptions(start: .zero, probing: .quick, timeout: Limits.timeout),
            stop: stop)
        let video = reader.tracks.first { $0.kind == .video }
        let audio = reader.tracks.first { $0.kind == .audio }
        for other in reader.tracks where other.index != video?.index && other.index != audio?.index
        {
            reader.discard(track: other.index)
        }
        contents.facts = Self.facts(video, audio)
        if let video { try prepare(video, of: reader, as: container) }
        var sound: (start: Int64, end: Int64)?
        var shown = FrameSpan()
        while try reader.read(into: coded) {
            if coded.track == video?.index, let video {
                guard contents.frames.count < Limits.frames else { break }
                if coded.isDamaged { contents.damaged += 1 }
                try take(video, &shown, isWrapping: container == .transport)
            } else if let start = coded.presentation {
                let end = start &+ max(coded.duration, 0)
                sound = (min(sound?.start ?? start, start), max(sound?.end ?? end, end))
            }
        }
        if video != nil {
            (contents.start, contents.end) = (shown.start, shown.end)
        } else if let sound, let audio {
            contents.start = audio.timeBase.duration(sound.start)
            contents.end = min(
                audio.timeBase.duration(sound.end),
                audio.timeBase.duration(sound.start) + Limits.longest)
        }
    }

    private func take(
        _ video: TrackDescription, _ shown: inout FrameSpan, isWrapping: Bool
    ) throws(MediaError) {
        guard var ticks = coded.presentation else { return try decode(video, isWrapping) }
        if contents.beginsWithKeyframe == nil { contents.beginsWithKeyframe = coded.isKeyframe }
        if isWrapping {
            ticks = Self.unwrapped(ticks, near: lastTicks)
            lastTicks = ticks
        }
        let presentation = video.timeBase.duration(ticks)
        if let first = contents.frames.first?.presentation,
            abs(presentation - first) > Limits.longest
        {
            contents.damaged += 1
            return
        }
        if !coded.isHidden {
            contents.frames.append(
                PieceContents.Frame(
                    presentation: presentation, bytes: coded.count, isKeyframe: coded.isKeyframe))
            let length = video.timeBase.duration(max(coded.duration, 0))
            shown.add(presentation, length: min(length, Limits.longest))
        }
        try decode(video, isWrapping)
    }

    private func decode(_ video: TrackDescription, _ isWrapping: Bool) throws(MediaError) {
        guard let decoder else { return }
        try decoder.send(coded)
        try drain(decoder, video.timeBase, isWrapping: isWrapping, isBeforeBreak: false)
    }

    private func drain(
        _ decoder: VideoDecoder, _ timeBase: TimeBase, isWrapping: Bool, isBeforeBreak: Bool
    ) throws(MediaError) {
        while try decoder.receive(into: picture) {
            guard var ticks = picture.presentation else { continue }
            if isWrapping { ticks = Self.unwrapped(ticks, near: lastTicks) }
            let code = code(of: picture)
            if contents.facts.width == nil {
                (contents.facts.width, contents.facts.height) =
                    (picture.size.width, picture.size.height)
            }
            contents.readings.append(
                PieceContents.Reading(
                    presentation: timeBase.duration(ticks), code: code,
                    isBeforeBreak: isBeforeBreak))
            if wantsSnapshot { try takeSnapshot(at: timeBase.duration(ticks)) }
        }
        contents.damaged += decoder.damagedFrames - damagedBefore
        damagedBefore = decoder.damagedFrames
    }

    private func takeSnapshot(at presentation: Duration) throws(MediaError) {
        let first = firstPicture ?? presentation
        firstPicture = first
        guard abs(presentation - first) >= Limits.snapshot else { return }
        wantsSnapshot = false
        contents.snapshot = try StillEncoder(size: picture.size).encode(picture)
    }

    /// How often it searches is limited by time: pictures of a piece come at once, and each counts
    /// for about as long as it is shown.
    private func code(of picture: Picture) -> PatternCode? {
        let luma = picture.plane(0)
        searchTime = searchTime + Limits.searchStep
        return stamps.read(
            luma: luma, stride: picture.stride(of: 0), size: picture.size, now: searchTime
        ).code
    }

    /// The decoder goes on, unless the track is not coded as it was.
    private func prepare(
        _ video: TrackDescription, of reader: InputReader, as container: MemoryContainer
    ) throws(MediaError) {
        if decoder != nil, let track, track.isCoded(as: video, in: container) { return }
        if decoder != nil { flush() }
        decoder = try VideoDecoder(track: video.index, of: reader, threads: 1)
        track = video
        damagedBefore = 0
    }

    /// Brings out what the decoder holds back, and begins anew.
    private func flush() {
        lastTicks = nil
        guard let decoder, let track else { return }
        self.decoder = nil
        do throws(MediaError) {
            try decoder.send(nil)
            try drain(decoder, track.timeBase, isWrapping: false, isBeforeBreak: true)
        } catch {
            contents.damaged += 1
        }
        damagedBefore = 0
    }

    /// The number of ticks that was meant, of those a whole count apart: the nearest to the last.
    static func unwrapped(_ ticks: Int64, near last: Int64?) -> Int64 {
        guard let last else { return ticks }
        let half = Limits.wrap / 2
        var difference = (ticks &- last) % Limits.wrap
        if difference > half { difference -= Limits.wrap }
        if difference < -half { difference += Limits.wrap }
        return last &+ difference
    }

    private static func facts(
        _ video: TrackDescription?, _ audio: TrackDescription?
    ) -> PieceContents.Facts {
        var facts = PieceContents.Facts()
        facts.videoCodec = video?.codec.name
        facts.audioCodec = audio?.codec.name
        if case .picture(let picture) = video?.content, picture.size.width > 0 {
            (facts.width, facts.height) = (picture.size.width, picture.size.height)
        }
        return facts
    }
}

/// From the first picture's beginning to the last one's end.
private struct FrameSpan {
    private(set) var start: Duration?
    private var last: Duration = .zero
    private var lastLength: Duration = .zero
    private var count = 0

    mutating func add(_ presentation: Duration, length: Duration) {
        count += 1
        if presentation >= last || count == 1 { (last, lastLength) = (presentation, length) }
        start = start.map { min($0, presentation) } ?? presentation
    }

    /// A picture whose length nobody tells is as long as the others are.
    var end: Duration? {
        guard let start else { return nil }
        guard lastLength == .zero, count > 1 else { return last + lastLength }
        return last + (last - start) / (count - 1)
    }
}

extension TrackDescription {
    /// A transport stream has its parameter sets in band, and a part of it may have none.
    fileprivate func isCoded(
        as other: TrackDescription, in container: MemoryContainer
    ) -> Bool {
        codec == other.codec && timeBase == other.timeBase
            && (container == .transport || configuration == other.configuration)
    }
}
