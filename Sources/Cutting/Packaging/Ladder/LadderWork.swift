package import Media
package import Movies
import Primitives
import WebRTC

/// Decodes stretches of a movie once each, and encodes every rendition of them. One thread does one
/// stretch.
package struct LadderWork: Sendable {
    package let reader: FrameReader
    package let order: FrameOrder
    /// What the movie shows, which the entries of the timing name.
    package let shown: [MovieShowing.Frame]
    package let timing: LadderTiming
    package let turn: PictureTurn
    package let rungs: [LadderRung]
    package let encodings: [LadderEncoding]
    package let stop: StopFlag

    package init(
        reader: FrameReader, order: FrameOrder, shown: [MovieShowing.Frame],
        timing: LadderTiming, turn: PictureTurn, rungs: [LadderRung], quality: Int,
        speed: ClipEncoding.Speed, stop: StopFlag
    ) {
        self.reader = reader
        self.order = order
        self.shown = shown
        self.timing = timing
        self.turn = turn
        self.rungs = rungs
        self.stop = stop
        let rate = timing.rate
        encodings = rungs.map { rung in
            LadderEncoding(
                size: rung.size,
                timeBase: TimeBase(numerator: 1, denominator: max(1, timing.timescale)),
                rate: rate, quality: quality, bitRate: rung.bitRate, speed: speed)
        }
    }

    /// What a stretch has become: for each rendition its frames, in the order of decoding.
    package struct Made: Sendable {
        package var frames: [[EncodedFrame]]
        /// Whole NAL units.
        package var parameterSets: [[[UInt8]]]
        /// Pictures that could not be decoded, and were told as the one before.
        package var repeated = 0
    }

    package func run(_ stretch: Int) throws(SpliceProblem) -> Made {
        var run = try LadderRun(self, timing.stretches[stretch])
        try run.decode()
        return try run.finish()
    }

    /// When an entry is shown by the frames' own times.
    func media(_ entry: LadderTiming.Entry) -> Int64 {
        reader.track.frames[Int(shown[Int(entry.place)].index)].presentation
    }

    func near(_ entry: LadderTiming.Entry) -> MediaTime { .of(entry.start, timing.timescale) }
}

extension LadderTiming {
    /// The exact rate where pictures come steadily, else about the one there is.
    package var rate: FrameRate {
        guard entries.count > 1, let first = entries.first, let last = entries.last,
            last.start > first.start
        else { return .thirty }
        if entries.dropLast().allSatisfy({ $0.duration == first.duration }),
            let exact = Int32(exactly: first.duration),
            let rate = FrameRate(numerator: timescale, denominator: exact)
        {
            return rate
        }
        let perSecond =
            Double(entries.count - 1) * Double(timescale) / Double(last.start - first.start)
        let thousandths = Int32(min(max(1, (perSecond * 1000).rounded()), 480_000))
        return FrameRate(numerator: thousandths, denominator: 1000) ?? .thirty
    }
}

/// A stretch while it is worked on.
private struct LadderRun {
    let work: LadderWork
    let entries: Range<Int>
    /// The entry that is to be encoded next.
    var next: Int
    let renditions: [LadderRendition]
    var repeated = 0
    let coded = CodedFrame()
    let picture = Picture()
    let last = Picture()
    var hasLast = false

    init(_ work: LadderWork, _ entries: Range<Int>) throws(SpliceProblem) {
        self.work = work
        self.entries = entries
        next = entries.lowerBound
        var renditions: [LadderRendition] = []
        do throws(MediaError) {
            for (rung, encoding) in zip(work.rungs, work.encodings) {
                renditions.append(try LadderRendition(rung, encoding, work.turn))
            }
        } catch {
            throw .media(error, near: work.near(work.timing.entries[entries.lowerBound]))
        }
        self.renditions = renditions
    }

    private var near: MediaTime {
        work.near(work.timing.entries[min(next, entries.upperBound - 1)])
    }

    mutating func decode() throws(SpliceProblem) {
        let (reader, timing) = (work.reader, work.timing)
        let first = work.media(timing.entries[entries.lowerBound])
        let final = work.media(timing.entries[entries.upperBound - 1])
        let plan = try SplicePlan(
            work.order, from: first, to: final + 1, mode: .encode
        ) { (index: Int) throws(SpliceProblem) -> FrameEntry in try reader.entry(index) }
        guard let decoded = plan?.head?.decoded else { throw .undecodable(near: near) }
        var decoder: VideoDecoder?
        var format: UInt16?
        for index in decoded where next < entries.upperBound {
            if work.stop.isRaised { throw .interrupted }
            let frame = reader.track.frames[index]
            if decoder == nil || frame.format != format {
                if let decoder { try drain(decoder) }
                decoder = try open(frame.format)
                format = frame.format
            }
            guard let decoder else { continue }
            decoder.leavesOutUnreferenced = !(first...final).contains(frame.presentation)
            try reader.read(index, into: coded)
            do { try decoder.send(coded) } catch { throw .media(error, near: near) }
            try receive(decoder)
        }
        if let decoder, next < entries.upperBound { try drain(decoder) }
    }

    mutating func finish() throws(SpliceProblem) -> LadderWork.Made {
        guard hasLast else { throw .undecodable(near: near) }
        while next < entries.upperBound {
            repeated += 1
            try encode(last)
        }
        do throws(MediaError) {
            for rendition in renditions { try rendition.finish() }
        } catch {
            throw .media(error, near: near)
        }
        return LadderWork.Made(
            frames: renditions.map(\.frames), parameterSets: renditions.map(\.parameterSets),
            repeated: repeated)
    }

    private func open(_ format: UInt16) throws(SpliceProblem) -> VideoDecoder {
        let track = work.reader.track
        let index = Int(format)
        let configuration =
            track.formats.indices.contains(index) ? track.formats[index].configuration : []
        do {
            return try VideoDecoder(
                .webRTC(work.reader.codec), configuration: configuration,
                timeBase: TimeBase(numerator: 1, denominator: max(1, track.timescale)), threads: 1)
        } catch {
            throw .media(error, near: near)
        }
    }

    private mutating func drain(_ decoder: VideoDecoder) throws(SpliceProblem) {
        do { try decoder.send(nil) } catch { throw .media(error, near: near) }
        try receive(decoder)
    }

    private mutating func receive(_ decoder: VideoDecoder) throws(SpliceProblem) {
        while next < entries.upperBound {
            do { guard try decoder.receive(into: picture) else { return } } catch {
                throw .media(error, near: near)
            }
            guard let time = picture.presentation, time >= wanted else { continue }
            // Those that were not decoded look like the one before them, or the first one after.
            while next < entries.upperBound, wanted < time {
                repeated += 1
                try encode(hasLast ? last : picture)
            }
            guard next < entries.upperBound, wanted == time else { continue }
            try encode(picture)
            do { try last.share(picture) } catch { throw .media(error, near: near) }
            hasLast = true
        }
    }

    /// When the next entry is shown by the frames' own times.
    private var wanted: Int64 { work.media(work.timing.entries[next]) }

    private mutating func encode(_ image: Picture) throws(SpliceProblem) {
        let entry = work.timing.entries[next]
        do throws(MediaError) {
            for rendition in renditions {
                try rendition.encode(image, at: entry.start, asKeyframe: entry.isKey)
            }
        } catch {
            throw .media(error, near: near)
        }
        next += 1
    }
}

/// One rendition of a stretch: its own scaler and encoder.
private final class LadderRendition {
    private let rung: LadderRung
    private let turn: PictureTurn
    private let encoder: LadderEncoder
    private let scaler: PictureScaler
    private let part = Picture()
    private let scaled = Picture()
    private let output = CodedFrame()
    private(set) var frames: [EncodedFrame] = []

    init(
        _ rung: LadderRung, _ encoding: LadderEncoding, _ turn: PictureTurn
    ) throws(MediaError) {
        self.rung = rung
        self.turn = turn
        encoder = try LadderEncoder(encoding)
        scaler = PictureScaler(size: rung.size, rotation: turn.rotation)
    }

    var parameterSets: [[UInt8]] {
        var units: [[UInt8]] = []
        let bytes = encoder.parameterSets
        var walk = NALWalk(.annexB)
        while let range = try? walk.next(in: bytes.span) { units.append(Array(bytes[range])) }
        return units
    }

    func encode(_ picture: Picture, at time: Int64, asKeyframe: Bool) throws(MediaError) {
        if let area = rung.area {
            let place = turn.place(of: area, in: picture.size)
            try part.share(picture, left: place.left, top: place.top, size: place.size)
            try scaler.convert(part, into: scaled)
        } else {
            try scaler.convert(picture, into: scaled)
        }
        scaled.presentation = time
        try encoder.send(scaled, asKeyframe: asKeyframe)
        try collect()
    }

    func finish() throws(MediaError) {
        try encoder.send(nil, asKeyframe: false)
        try collect()
    }

    private func collect() throws(MediaError) {
        while try encoder.receive(into: output) {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(output.count + 64)
            let output = output
            // What an encoder has made is whole.
            try? NALFraming.annexB.convert(output.bytes, to: .lengthPrefixed(.four), into: &bytes)
            frames.append(
                EncodedFrame(
                    bytes: bytes, presentation: output.presentation ?? 0,
                    isSync: output.isKeyframe))
        }
    }
}
