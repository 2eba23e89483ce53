package import FileAccess
package import Media
package import Movies
package import Primitives

/// Makes clips of one movie. What becomes of one depends on nothing but the movie and its wish.
package struct ClipMaker: Sendable {
    package let line: CutLine
    private let file: ReadableFile
    private let picture: PictureCutter?
    private let sound: SoundCutter?
    private let settings: ClipSettings
    private let stop: StopFlag

    package init(
        _ file: ReadableFile, _ movie: Movie, _ settings: ClipSettings, stop: StopFlag
    ) throws(SpliceProblem) {
        self.file = file
        self.settings = settings
        self.stop = stop
        func first(_ kind: MovieTrack.Kind) -> Int? {
            movie.tracks.firstIndex { $0.kind == kind && !$0.frames.isEmpty }
        }
        let (pictureTrack, soundTrack) = (first(.picture), first(.sound))
        picture = pictureTrack.flatMap { PictureCutter(file, movie.tracks[$0]) }
        sound = soundTrack.flatMap { SoundCutter(file, movie.tracks[$0]) }
        if picture == nil, let pictureTrack {
            // A clip without the picture that there was is not what anybody asked for.
            let name = movie.tracks[pictureTrack].formats.first?.name ?? "?"
            throw .media(
                .noDecoder(codec: name), near: .of(0, movie.tracks[pictureTrack].timescale))
        }
        guard picture != nil || sound != nil else { throw .nothingToCut }
        line = CutLine(
            movie, picture: picture == nil ? nil : pictureTrack,
            sound: sound == nil ? nil : soundTrack)
    }

    /// When the movie ends.
    package var end: MediaTime { line.time(line.end) }

    /// Looks at what is wished for before anything is done.
    package func check(_ wish: ClipWish) throws(SpliceProblem) {
        guard !wish.ranges.isEmpty else { throw .nothingToCut }
        for range in wish.ranges {
            let (from, to) = (range.lowerBound, range.upperBound)
            guard from < to else { throw .emptyRange(from: from, to: to) }
            guard line.ticks(from) < line.end, line.ticks(to) <= line.end + line.overhang else {
                throw .pastEnd(from: from, to: to, end: end)
            }
        }
    }

    /// Makes all the clips, some at once, and gives what became of each in their order.
    package func make(
        _ wishes: [ClipWish], in folder: String, told: (Int, ClipOutcome) -> Void,
        meanwhile: () -> Void
    ) throws(SpliceProblem) {
        for wish in wishes { try check(wish) }
        let isWhole = try Crew.work(
            jobs: wishes.count, threads: settings.jobs, ahead: settings.jobs * 2, stop: stop,
            job: { (number) throws(SpliceProblem) in
                try make(wishes[number].ranges, at: folder + "/" + wishes[number].name)
            },
            take: { (number, outcome) throws(SpliceProblem) in told(number, outcome) },
            meanwhile: meanwhile)
        guard isWhole else { throw .interrupted }
    }

    /// Makes one clip, on the calling thread.
    package func make(
        _ ranges: [Range<MediaTime>], at path: String
    ) throws(SpliceProblem) -> ClipOutcome {
        let spool = FrameSpool(beside: path)
        var stretches = snapped(ranges)
        let pictures = try self.picture(&stretches, spool)
        let sounds = try self.sound(stretches, spool)
        guard pictures != nil || sounds != nil else { throw .nothingToCut }
        var outcome = ClipOutcome(
            path: path,
            ranges: stretches.map { line.time($0.lowerBound)..<line.time($0.upperBound) },
            duration: line.time(stretches.reduce(0) { $0 + $1.upperBound - $1.lowerBound }),
            picture: pictures?.told, sound: sounds?.told, bytes: 0)
        outcome.bytes = try write(path, pictures, sounds, spool)
        return outcome
    }

    private func snapped(_ ranges: [Range<MediaTime>]) -> [Range<Int64>] {
        ranges.map { range in
            let from = min(max(0, line.ticks(range.lowerBound)), line.end)
            let to = max(from, min(line.ticks(range.upperBound), line.end))
            guard let picture else { return from..<to }
            let timescale = picture.track.timescale
            let start = line.snapped(from, picture.order, timescale: timescale)
            let end = line.snapped(to, picture.order, timescale: timescale)
            return start < end ? start..<end : from..<to
        }
    }

    private func picture(
        _ stretches: inout [Range<Int64>], _ spool: FrameSpool
    ) throws(SpliceProblem) -> ClipPicture? {
        guard let picture else { return nil }
        let timescale = picture.track.timescale
        var plan = try picture.plan(windows(stretches, picture), mode: settings.mode)
        guard !plan.parts.isEmpty else { return nil }
        if plan.mode == .copy, stretches.count == plan.parts.count {
            // What a copy really holds is what the sound goes with.
            for (index, part) in plan.parts.enumerated() {
                let from = line.line(part.plan.from, line.pictures, timescale)
                let to = line.line(part.plan.to, line.pictures, timescale)
                if let from, let to, from < to { stretches[index] = from..<to }
            }
            let windows = windows(stretches, picture)
            guard windows.count == plan.parts.count else { throw .nothingToCut }
            for index in windows.indices { plan.parts[index].at = windows[index].at }
        }
        let length = stretches.reduce(Int64(0)) { $0 + $1.upperBound - $1.lowerBound }
        return try picture.make(
            plan, settings, spool: spool,
            end: CutLine.rescale(length, line.scale, Int64(timescale)), stop: stop)
    }

    private func windows(
        _ stretches: [Range<Int64>], _ picture: PictureCutter
    ) -> [PictureCutter.Window] {
        let timescale = picture.track.timescale
        var position: Int64 = 0
        var windows: [PictureCutter.Window] = []
        for stretch in stretches {
            for window in line.windows(
                line.pictures, from: stretch.lowerBound, to: stretch.upperBound,
                timescale: timescale)
            {
                let at = CutLine.rescale(position + window.at, line.scale, Int64(timescale))
                windows.append(PictureCutter.Window(from: window.from, to: window.to, at: at))
            }
            position += stretch.upperBound - stretch.lowerBound
        }
        return windows
    }

    private func sound(
        _ stretches: [Range<Int64>], _ spool: FrameSpool
    ) throws(SpliceProblem) -> ClipSound? {
        guard let sound else { return nil }
        let timescale = sound.track.timescale
        var position: Int64 = 0
        var windows: [SoundWindow] = []
        for stretch in stretches {
            for window in line.windows(
                line.sounds, from: stretch.lowerBound, to: stretch.upperBound, timescale: timescale)
            {
                windows.append(
                    SoundWindow(from: window.from, to: window.to, at: position + window.at))
            }
            position += stretch.upperBound - stretch.lowerBound
        }
        if windows.count == 1, settings.mode != .encode,
            sound.canCopy(from: windows[0].from, to: windows[0].to)
        {
            let at = CutLine.rescale(windows[0].at, line.scale, Int64(timescale))
            return sound.copy(
                from: windows[0].from, to: windows[0].to, at: at, movieScale: movieScale)
        }
        return try sound.encode(
            windows, length: position, scale: line.scale, movieScale: movieScale, spool: spool,
            stop: stop)
    }

    /// Of the edits of what is written.
    private var movieScale: Int32 {
        let scales = [picture?.track.timescale, sound?.track.timescale].compactMap { $0 }
        return Int32(exactly: CutLine.commonScale(scales)) ?? scales.max() ?? 1000
    }

    private func write(
        _ path: String, _ picture: ClipPicture?, _ sound: ClipSound?, _ spool: FrameSpool
    ) throws(SpliceProblem) -> Int64 {
        var tracks: [MovieLayout.Track] = []
        var bytes: [[FrameBytes]] = []
        if let picture, let source = self.picture?.track {
            tracks.append(
                MovieLayout.Track(picture.track(like: source, movieScale: movieScale), roll: nil))
            bytes.append(picture.bytes)
        }
        if let sound {
            tracks.append(MovieLayout.Track(sound.track, roll: sound.roll))
            bytes.append(sound.bytes)
        }
        let layout: MovieLayout
        do {
            layout = try MovieLayout(timescale: movieScale, tracks: tracks, chapters: [])
        } catch {
            throw .tooLarge
        }
        let writer = ClipWriter(source: file, spool: try spool.finish(), stop: stop)
        return try writer.write(
            layout, tracks.map(\.track), bytes, to: path, replacing: settings.replaces)
    }
}
