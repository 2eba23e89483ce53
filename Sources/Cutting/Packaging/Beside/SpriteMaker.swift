import Commerce
package import FileAccess
package import Media
import Movies
import Primitives
import WebRTC

/// Draws the sheets of small pictures from keyframes alone, so that next to nothing is decoded.
package struct SpriteMaker: Sendable {
    package let plan: SpritePlan
    private let cutter: PictureCutter
    private let turn: PictureTurn
    /// Indices of keyframes, and when they are shown, ascending, in milliseconds.
    private let keys: [(time: Int64, index: Int)]
    private let stop: StopFlag

    /// Nil where the movie has no picture that can be decoded.
    package init?(_ file: MovieFile, stop: StopFlag) {
        let showings = MovieShowings(file.movie)
        let tracks = file.movie.tracks
        guard
            let number = tracks.indices.first(where: {
                tracks[$0].kind == .picture && !showings.tracks[$0].frames.isEmpty
            }), let cutter = PictureCutter(file.file, tracks[number]),
            let turn = PictureTurn(tracks[number])
        else { return nil }
        let showing = showings.tracks[number]
        self.cutter = cutter
        self.turn = turn
        self.stop = stop
        keys = showing.frames.filter { tracks[number].frames[Int($0.index)].isSync }.map {
            (showing.time($0.presentation).milliseconds, Int($0.index))
        }
        guard !keys.isEmpty else { return nil }
        plan = SpritePlan(shown: turn.shown, duration: showing.time(showing.end).milliseconds)
    }

    /// Writes the sheets and what says where on them which moment is, and gives their names.
    package func write(
        into folder: DraftFolder, at place: String, jobs: Int, meanwhile: () -> Void
    ) throws(LadderProblem) -> [String] {
        var names: [String] = []
        let isWhole = try Crew.work(
            jobs: plan.sheets, threads: jobs, ahead: jobs + 1, stop: stop,
            job: { (number) throws(LadderProblem) in try sheet(number) },
            take: { (number, jpeg) throws(LadderProblem) in
                names.append("\(place)/\(plan.name(number))")
                do throws(FileProblem) {
                    try folder.write(jpeg.span, to: "\(place)/\(plan.name(number))")
                } catch {
                    throw .package(.file(error))
                }
            }, meanwhile: meanwhile)
        guard isWhole else { throw .splice(.interrupted) }
        do throws(FileProblem) {
            try folder.write(plan.webVTT.bytes.span, to: "\(place)/thumbnails.vtt")
        } catch {
            throw .package(.file(error))
        }
        return names
    }

    private func sheet(_ number: Int) throws(LadderProblem) -> [UInt8] {
        let first = number * SpritePlan.sheet
        let tiles = plan.tiles[first..<min(plan.tiles.count, first + SpritePlan.sheet)]
        let near = MediaTime(ticks: tiles.first?.start ?? 0, timescale: 1000)
        do throws(MediaError) {
            let encoder = try SheetEncoder(
                tile: plan.tile, columns: SpritePlan.Standard.columns,
                rows: SpritePlan.Standard.rows, rotation: turn.rotation)
            let picture = Picture()
            var last: Int?
            for (place, tile) in tiles.enumerated() {
                guard !stop.isRaised else { throw MediaError.stopped }
                let key = key(at: tile.start)
                if key != last, try decode(key, into: picture) { last = key }
                // What cannot be decoded looks like what was before it.
                if last != nil { try encoder.put(picture, at: place) }
            }
            return try encoder.jpeg(pictures: tiles.count)
        } catch {
            if case .stopped = error { throw .splice(.interrupted) }
            throw .splice(.media(error, near: near))
        }
    }

    /// The keyframe nearest to a time.
    private func key(at time: Int64) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].time < time { low = middle + 1 } else { high = middle }
        }
        if low == keys.count { return keys[low - 1].index }
        let isNext = low == 0 || keys[low].time - time <= time - keys[low - 1].time
        return keys[isNext ? low : low - 1].index
    }

    private func decode(_ index: Int, into picture: Picture) throws(MediaError) -> Bool {
        let track = cutter.track
        let format = Int(track.frames[index].format)
        guard track.formats.indices.contains(format) else { return false }
        let decoder = try VideoDecoder(
            .webRTC(cutter.codec), configuration: track.formats[format].configuration,
            timeBase: TimeBase(numerator: 1, denominator: max(1, track.timescale)), threads: 1)
        let coded = CodedFrame()
        do { try cutter.reader.read(index, into: coded) } catch { return false }
        try decoder.send(coded)
        try decoder.send(nil)
        return try decoder.receive(into: picture)
    }
}
