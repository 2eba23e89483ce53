import FileAccess
import Measures
import Movies
import Primitives
import WebRTC

/// Writes the renditions of a ladder as they come, the sound in step with the picture.
struct LadderWriting {
    private let maker: LadderMaker
    private let package: PackageWriter
    private var pictures: [RenditionWriter?]
    private var sets: [[[UInt8]]]
    private var copy: LadderCopy?
    private let sound: LadderSound?
    private var sounds: [RenditionWriter] = []

    init(
        _ maker: LadderMaker, _ package: PackageWriter, _ loudness: LoudnessPlan?
    ) throws(LadderProblem) {
        self.maker = maker
        self.package = package
        let count = maker.work?.rungs.count ?? 0
        pictures = Array(repeating: nil, count: count)
        sets = Array(repeating: [], count: count)
        do throws(PackageProblem) {
            if maker.copied != nil, let picture = maker.picture, let rung = maker.plan?.rungs.first
            {
                copy = try LadderCopy(
                    maker.file, maker.showings.tracks[picture], picture, rung.name, package)
            }
        } catch {
            throw .package(error)
        }
        guard let source = maker.shownSound() else {
            sound = nil
            return
        }
        do throws(SpliceProblem) {
            sound = try LadderSound(
                source, rungs: Self.played(SoundRung.usual(channels: source.channels), by: maker),
                loudness: loudness)
        } catch {
            throw .splice(error)
        }
        try openSounds()
    }

    private mutating func openSounds() throws(LadderProblem) {
        guard let sound else { return }
        do throws(PackageProblem) {
            for (index, rung) in sound.rungs.enumerated() {
                var rendition = PackageRendition(
                    name: rung.name, kind: .sound(title: "main", language: nil),
                    format: sound.format(index), timescale: Int32(ShownSound.sampleRate),
                    matrix: [], roll: -1)
                rendition.soundGroup = rung.name
                sounds.append(try package.rendition(rendition))
            }
        } catch {
            throw .package(error)
        }
    }

    /// Takes a stretch of all renditions.
    mutating func take(_ number: Int, _ result: LadderWork.Made) throws(LadderProblem) {
        guard let work = maker.work else { return }
        let stretch = work.timing.stretches[number]
        for rung in work.rungs.indices {
            try append(result.frames[rung], stretch, result.parameterSets[rung], to: rung)
        }
        let last = work.timing.entries[stretch.upperBound - 1]
        let end = MediaTime(
            ticks: last.start + last.duration, timescale: work.timing.timescale)
        do throws(PackageProblem) { try copy?.run(until: end) } catch { throw .package(error) }
        try encodeSound(until: end.rescaled(to: Int32(ShownSound.sampleRate)).ticks)
    }

    mutating func finish(_ outcome: inout LadderOutcome) throws(LadderProblem) {
        try encodeSound(until: .max)
        do throws(PackageProblem) {
            if var copy {
                try copy.run(until: nil)
                outcome.pictures.append(try copy.writer.finish())
            }
            for (index, writer) in pictures.enumerated() {
                guard let writer, let rung = maker.work?.rungs[index] else { continue }
                let made = try writer.finish()
                if rung.isVertical {
                    outcome.upright.append(made)
                } else {
                    outcome.pictures.append(made)
                }
            }
            for writer in sounds { outcome.sounds.append(try writer.finish()) }
        } catch {
            throw .package(error)
        }
    }

    private func encodeSound(until end: Int64) throws(LadderProblem) {
        let sounds = sounds
        try sound?.encode(until: end) { (rung, frame, bytes) throws(PackageProblem) in
            try sounds[rung].append(frame, bytes)
        }
    }

    private mutating func append(
        _ frames: [EncodedFrame], _ stretch: Range<Int>, _ sets: [[UInt8]], to rung: Int
    ) throws(LadderProblem) {
        guard let work = maker.work else { return }
        let timing = work.timing
        let name = work.rungs[rung].name
        guard frames.count == stretch.count else { throw .unsteady(rendition: name) }
        let writer = try writer(of: rung, sets)
        do throws(PackageProblem) {
            for (index, frame) in frames.enumerated() {
                // As late as can be, and in order: what is shown n-th is decoded n-th.
                let entry = timing.entries[stretch.lowerBound + index]
                try writer.append(
                    PackageFrame(
                        decoding: entry.start - timing.delay, presentation: frame.presentation,
                        duration: UInt32(clamping: entry.duration), isIndependent: frame.isSync),
                    frame.bytes.span)
            }
        } catch {
            throw .package(error)
        }
    }

    private mutating func writer(
        of index: Int, _ sets: [[UInt8]]
    ) throws(LadderProblem) -> RenditionWriter {
        let name = maker.work?.rungs[index].name ?? ""
        if let writer = pictures[index] {
            guard self.sets[index] == sets else { throw .unsteady(rendition: name) }
            return writer
        }
        guard let work = maker.work,
            let avcC = AVCConfiguration(
                sequenceParameters: sets.filter { $0.first.map { $0 & 0x1F } == 7 },
                pictureParameters: sets.filter { $0.first.map { $0 & 0x1F } == 8 },
                lengthSize: .four),
            let format = FormatEntry.picture(
                .h264, configuration: avcC.bytes, size: work.rungs[index].size, keeping: [])
        else { throw .unsteady(rendition: name) }
        var rendition = PackageRendition(
            name: name, kind: .picture, format: format, timescale: work.timing.timescale,
            matrix: [], roll: nil)
        rendition.soundGroup = soundGroup(of: work.rungs[index])
        do throws(PackageProblem) {
            let writer = try package.rendition(rendition)
            pictures[index] = writer
            self.sets[index] = sets
            return writer
        } catch {
            throw .package(error)
        }
    }

    private func soundGroup(of rung: LadderRung) -> String? {
        sound.flatMap { Self.sound(of: rung, among: $0.rungs)?.name }
    }

    /// Small pictures are for slow networks: with the sound that needs least.
    private static func sound(of rung: LadderRung, among all: [SoundRung]) -> SoundRung? {
        rung.bitRate < 1_000_000 ? all.last : all.first
    }

    /// Only those that some picture is played with; all where there is no picture.
    private static func played(_ all: [SoundRung], by maker: LadderMaker) -> [SoundRung] {
        guard let plan = maker.plan else { return all }
        var wanted = (maker.work?.rungs ?? plan.rungs).map { sound(of: $0, among: all) }
        // What is copied is played with the best.
        if maker.copied != nil { wanted.append(all.first) }
        return all.filter(wanted.contains)
    }
}

/// The source's own picture as the best rendition of a ladder.
struct LadderCopy {
    let writer: RenditionWriter
    private let file: MovieFile
    private let track: MovieTrack
    /// One for each format of the track.
    private let scans: [PictureScan]
    private let frames: Range<Int>
    private let shift: Int64
    /// By how much decoding is made earlier, so that no frame is shown before it.
    private let delay: Int64
    private var next: Int

    init(
        _ file: MovieFile, _ showing: MovieShowing, _ index: Int, _ name: String,
        _ package: PackageWriter
    ) throws(PackageProblem) {
        let track = file.movie.tracks[index]
        guard let format = track.formats.first, let stretch = showing.stretches.first,
            let first = showing.frames.first
        else { throw .emptyRendition(name) }
        self.file = file
        self.track = track
        scans = track.formats.map { PictureScan($0) }
        shift = stretch.presentation.lowerBound - stretch.media
        let shownEnd = stretch.mediaRange.upperBound
        var end = track.frames.count
        while end > 0, track.frames[end - 1].presentation >= shownEnd { end -= 1 }
        frames = min(Int(first.index), end)..<end
        next = frames.lowerBound
        delay = -Int64(track.frames[frames].reduce(Int32(0)) { min($0, $1.shift) })
        var rendition = PackageRendition(
            name: name, kind: .picture, format: format, timescale: track.timescale,
            matrix: track.matrix, roll: nil)
        rendition.soundGroup = nil
        writer = try package.rendition(rendition)
    }

    /// Nil for all of it.
    mutating func run(until end: MediaTime?) throws(PackageProblem) {
        let limit = end.map { $0.rescaled(to: track.timescale).ticks } ?? .max
        while next < frames.upperBound {
            let frame = track.frames[next]
            guard frame.decoding + shift < limit else { return }
            var isIndependent = frame.isSync
            if isIndependent { isIndependent = try file.file.isIndependent(frame, scans) }
            try writer.append(
                PackageFrame(
                    decoding: frame.decoding + shift - delay,
                    presentation: frame.presentation + shift, duration: frame.duration,
                    isIndependent: isIndependent),
                from: file.file, at: frame.place, count: Int(frame.count))
            next += 1
        }
    }
}
