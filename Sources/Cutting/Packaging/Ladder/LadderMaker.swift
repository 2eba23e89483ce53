import FileAccess
package import Media
import Movies
package import Primitives
import WebRTC

/// Why a ladder could not be made.
package enum LadderProblem: Error, Sendable, Equatable {
    case splice(SpliceProblem)
    case package(PackageProblem)
    /// The picture's codec is none that can be decoded here.
    case codec(name: String)
    /// The encoder told a rendition in two ways, or lost a picture.
    case unsteady(rendition: String)
}

/// What a ladder is to be.
package struct LadderSettings: Sendable {
    /// Nil for what is usual.
    package var wishes: [LadderWish]?
    package var vertical: LadderPlan.Crop?
    /// x264's constant rate factor.
    package var quality: Int
    package var speed: ClipEncoding.Speed
    /// Whether the best rendition is the source's own frames, where its keyframes allow it.
    package var copiesTop: Bool
    /// In LUFS; nil to leave the sound as loud as it is.
    package var loudness: Double?
    /// Stretches that are encoded beside one another.
    package var jobs: Int

    package enum Standard {
        package static let quality = 23
        package static let speed = ClipEncoding.Speed.veryfast
        /// Of a piece.
        package static let pieceSeconds: Int64 = 6
        /// Between keyframes of a source that is copied.
        static let longestGroup: Int64 = 6
    }

    package init(
        wishes: [LadderWish]?, vertical: LadderPlan.Crop?, quality: Int,
        speed: ClipEncoding.Speed, copiesTop: Bool, loudness: Double?, jobs: Int
    ) {
        self.wishes = wishes
        self.vertical = vertical
        self.quality = quality
        self.speed = speed
        self.copiesTop = copiesTop
        self.loudness = loudness
        self.jobs = jobs
    }
}

/// What became of a ladder.
package struct LadderOutcome: Sendable {
    /// Those of the whole picture, the best first.
    package var pictures: [RenditionOutcome] = []
    /// Those for upright screens.
    package var upright: [RenditionOutcome] = []
    package var sounds: [RenditionOutcome] = []
    package var loudness: LoudnessOutcome?
    package var isTopCopied = false
    package var leftOut: [LadderWish] = []
    /// Pictures that could not be decoded, and were told as the one before.
    package var repeated = 0
}

/// Makes the renditions of a package from one decoding of a movie.
package struct LadderMaker: Sendable {
    package let file: MovieFile
    package let settings: LadderSettings
    package let plan: LadderPlan?
    let showings: MovieShowings
    let picture: Int?
    let sound: Int?
    let stop: StopFlag
    let work: LadderWork?
    /// The rendition that is copied.
    let copied: Int?

    package init(
        _ file: MovieFile, _ settings: LadderSettings, stop: StopFlag
    ) throws(LadderProblem) {
        self.file = file
        self.settings = settings
        self.stop = stop
        let showings = MovieShowings(file.movie)
        self.showings = showings
        let tracks = file.movie.tracks
        sound = tracks.indices.first {
            tracks[$0].kind == .sound && !showings.tracks[$0].frames.isEmpty
        }
        picture = tracks.indices.first {
            tracks[$0].kind == .picture && !showings.tracks[$0].frames.isEmpty
        }
        guard let picture else {
            guard sound != nil else { throw .splice(.nothingToCut) }
            (plan, work, copied) = (nil, nil, nil)
            return
        }
        let track = tracks[picture]
        guard let cutter = PictureCutter(file.file, track), let turn = PictureTurn(track) else {
            throw .codec(name: track.formats.first?.name ?? "")
        }
        let source = try LadderSource(cutter, showings.tracks[picture])
        let keys = settings.copiesTop ? source.copiedKeys : nil
        let timing = source.timing(keys: keys)
        let plan = LadderPlan(
            shown: turn.shown, rate: timing.rate.framesPerSecond, wishes: settings.wishes,
            vertical: settings.vertical)
        self.plan = plan
        // What is copied must be the first rendition: the source at its own size.
        let isCopied = keys != nil && plan.rungs.first?.size == turn.shown
        copied = isCopied ? 0 : nil
        let rungs = isCopied ? Array(plan.rungs.dropFirst()) : plan.rungs
        work = LadderWork(
            reader: cutter.reader, order: cutter.order, shown: showings.tracks[picture].frames,
            timing: isCopied ? timing : source.timing(keys: nil), turn: turn, rungs: rungs,
            quality: settings.quality, speed: settings.speed, stop: stop)
    }

    /// When the last track is over.
    package var end: MediaTime { showings.end }

    func shownSound() -> ShownSound? {
        sound.map {
            ShownSound(
                file.file, file.movie.tracks[$0], showings.tracks[$0], stop: stop)
        }
    }

    /// Encodes, and writes into the package; `progress` is told the share that is done, and
    /// `meanwhile` is called again and again, to look whether the flag is to be raised.
    package func run(
        into package: PackageWriter, progress: (Double) -> Void, meanwhile: () -> Void
    ) throws(LadderProblem) -> LadderOutcome {
        var outcome = LadderOutcome()
        outcome.leftOut = plan?.leftOut ?? []
        outcome.isTopCopied = copied != nil
        if settings.loudness != nil, sound != nil {
            do throws(SpliceProblem) {
                outcome.loudness = try LadderSound.measure(
                    shownSound, target: settings.loudness, meanwhile: meanwhile)
            } catch {
                throw .splice(error)
            }
        }
        var run = try LadderWriting(self, package, outcome.loudness?.plan)
        if let work, !work.rungs.isEmpty {
            let total = Double(max(1, work.timing.entries.count))
            let isWhole = try Crew.work(
                jobs: work.timing.stretches.count, threads: settings.jobs,
                ahead: settings.jobs + 1, stop: stop,
                job: { (number) throws(LadderProblem) in
                    do throws(SpliceProblem) { return try work.run(number) } catch {
                        throw .splice(error)
                    }
                },
                take: { (number, result) throws(LadderProblem) in
                    outcome.repeated += result.repeated
                    try run.take(number, result)
                    progress(Double(work.timing.stretches[number].upperBound) / total)
                }, meanwhile: meanwhile)
            guard isWhole else { throw .splice(.interrupted) }
        }
        try run.finish(&outcome)
        return outcome
    }
}

/// The picture of a movie, as a ladder looks at it.
private struct LadderSource {
    let cutter: PictureCutter
    let showing: MovieShowing
    /// Where decoding can begin, as places among what is shown.
    private(set) var keys: [Int] = []
    /// Those at which everything begins anew.
    private(set) var wholeKeys: [Int] = []

    init(_ cutter: PictureCutter, _ showing: MovieShowing) throws(LadderProblem) {
        self.cutter = cutter
        self.showing = showing
        do throws(SpliceProblem) {
            for (place, frame) in showing.frames.enumerated()
            where cutter.track.frames[Int(frame.index)].isSync {
                let entry = try cutter.reader.entry(Int(frame.index))
                if entry != .none { keys.append(place) }
                if entry == .whole { wholeKeys.append(place) }
            }
        } catch {
            throw .splice(error)
        }
    }

    func timing(keys copied: [Int]?) -> LadderTiming {
        var breaks: [Int] = []
        let frames = showing.frames
        for place in frames.indices.dropFirst() {
            let media = cutter.track.frames[Int(frames[place].index)].presentation
            let before = cutter.track.frames[Int(frames[place - 1].index)].presentation
            let step = frames[place].presentation - frames[place - 1].presentation
            if media <= before || media - before > step + 1 { breaks.append(place) }
        }
        return LadderTiming(
            shown: frames.map { $0.presentation..<max($0.presentation + 1, $0.end) },
            timescale: showing.timescale, sourceKeys: keys, keys: copied, breaks: breaks,
            reordering: LadderEncoding.reordering)
    }

    /// The keyframes that all renditions must have if one is copied; nil where none can be.
    var copiedKeys: [Int]? {
        guard cutter.codec == .h264, showing.stretches.count == 1, wholeKeys.first == 0 else {
            return nil
        }
        let limit = LadderSettings.Standard.longestGroup * Int64(showing.timescale)
        let times = wholeKeys.map { showing.frames[$0].presentation } + [showing.end]
        guard zip(times, times.dropFirst()).allSatisfy({ $1 - $0 <= limit }) else { return nil }
        let format = cutter.track.frames[0].format
        return cutter.track.frames.allSatisfy { $0.format == format } ? wholeKeys : nil
    }
}
