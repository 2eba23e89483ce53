import WebRTC

/// What `trex` or `tfhd` say for frames of which nothing else is said.
struct FragmentDefaults {
    var format: UInt32 = 1
    var duration: UInt32 = 0
    var count: UInt32 = 0
    var flags: UInt32 = 0
}

/// Collects the frames of the fragments of a movie.
struct FragmentTables {
    private struct Track {
        let id: UInt32
        let formats: Int
        let defaults: FragmentDefaults
        /// Of its times.
        let limit: Int64
        var frames: [MovieFrame] = []
        /// Where the next fragment begins that does not say it.
        var next: Int64 = 0
        var beyondEnd = 0
        /// Bytes of its frames: a bad file could name the same ones again and again.
        var bytes: Int64 = 0
    }

    private var tracks: [Track] = []
    private(set) var count = 0

    init() {}

    init(_ index: MovieIndex) {
        for (track, defaults) in zip(index.movie.tracks, index.defaults) {
            var collected = Track(
                id: track.id, formats: track.formats.count, defaults: defaults,
                limit: MovieTime.limit(track.timescale))
            if let last = track.frames.last {
                collected.next = last.decoding + Int64(last.duration)
            }
            tracks.append(collected)
        }
    }

    /// Puts the frames into the movie.
    mutating func finish(_ movie: inout Movie) {
        if count > 0 { movie.isFragmented = true }
        movie.fragments = count
        for index in tracks.indices {
            var collected: [MovieFrame] = []
            swap(&collected, &tracks[index].frames)
            if movie.tracks[index].frames.isEmpty {
                movie.tracks[index].frames = collected
            } else {
                movie.tracks[index].frames += collected
            }
            if tracks[index].beyondEnd > 0 {
                movie.damages.append(
                    .framesBeyondEnd(track: tracks[index].id, count: tracks[index].beyondEnd))
            }
        }
    }

    /// Takes the content of a `moof` that begins at `start`; false where part of it makes no
    /// sense.
    mutating func append(
        _ bytes: Span<UInt8>, start: Int64, length: Int64
    ) throws(MovieProblem) -> Bool {
        count += 1
        var isGood = true
        // Where the data of the next part begin that does not say it.
        var end = start
        var walk = BoxWalk(0..<bytes.count)
        while let box = walk.next(in: bytes) {
            guard box.type == "traf" else { continue }
            if try !appendTrack(box.content, bytes, start, length, &end) { isGood = false }
        }
        return isGood && !walk.isBroken
    }

    private mutating func appendTrack(
        _ part: Range<Int>, _ bytes: Span<UInt8>, _ start: Int64, _ length: Int64,
        _ end: inout Int64
    ) throws(MovieProblem) -> Bool {
        guard let head = BoxWalk.first("tfhd", in: part, of: bytes)?.content, head.count >= 8
        else { return false }
        let id = bytes.number32(head.lowerBound + 4)
        guard let index = tracks.firstIndex(where: { $0.id == id }) else {
            // A track that the index does not name, or that could not be read.
            return true
        }
        var run = FragmentRun(tracks[index].defaults, base: end, length: length)
        guard run.readHead(head, bytes, start) else { return false }
        run.formats = tracks[index].formats
        run.limit = tracks[index].limit
        if let box = BoxWalk.first("tfdt", in: part, of: bytes)?.content, box.count >= 8 {
            let isLong = bytes[box.lowerBound] == 1
            guard !isLong || box.count >= 12 else { return false }
            let time =
                isLong
                ? bytes.number64(box.lowerBound + 4) : UInt64(bytes.number32(box.lowerBound + 4))
            guard time < UInt64(tracks[index].limit) else { return false }
            run.time = Int64(time)
        } else {
            run.time = tracks[index].next
        }
        run.bytes = tracks[index].bytes
        var isGood = true
        var walk = BoxWalk(part)
        while let box = walk.next(in: bytes) {
            guard box.type == "trun" else { continue }
            if !run.append(box.content, bytes, to: &tracks[index].frames) { isGood = false }
            let all = tracks.indices.reduce(0) { $0 + tracks[$1].frames.count }
            guard tracks[index].frames.count <= MovieLimits.frames, all <= MovieLimits.allFrames
            else {
                throw .tooManyFrames(track: id)
            }
        }
        tracks[index].next = run.time
        tracks[index].bytes = run.bytes
        tracks[index].beyondEnd += run.beyondEnd
        end = run.place
        return isGood && !walk.isBroken
    }
}

/// The runs of frames of one track in one fragment.
private struct FragmentRun {
    private var defaults: FragmentDefaults
    private let length: Int64
    private var base: Int64
    /// Where the next frame lies, and when it is decoded.
    private(set) var place: Int64
    var time: Int64 = 0
    var formats = 1
    var limit: Int64 = 0
    var bytes: Int64 = 0
    private(set) var beyondEnd = 0

    init(_ defaults: FragmentDefaults, base: Int64, length: Int64) {
        self.defaults = defaults
        self.base = base
        self.length = length
        place = base
    }

    /// Takes what `tfhd` says; false where it is cut.
    mutating func readHead(_ part: Range<Int>, _ bytes: Span<UInt8>, _ start: Int64) -> Bool {
        let flags = bytes.number32(part.lowerBound)
        var cursor = part.lowerBound + 8
        let wanted =
            (flags & 1 != 0 ? 8 : 0)
            + 4 * [2, 8, 0x10, 0x20].count { flags & ($0 as UInt32) != 0 }
        guard part.upperBound - cursor >= wanted else { return false }
        if flags & 1 != 0 {
            base = Int64(clamping: min(bytes.number64(cursor), 1 << 62))
            cursor += 8
        } else if flags & 0x2_0000 != 0 {
            base = start
        }
        func take() -> UInt32 {
            defer { cursor += 4 }
            return bytes.number32(cursor)
        }
        if flags & 2 != 0 { defaults.format = take() }
        if flags & 8 != 0 { defaults.duration = take() }
        if flags & 0x10 != 0 { defaults.count = take() }
        if flags & 0x20 != 0 { defaults.flags = take() }
        place = base
        return true
    }

    /// Takes what one `trun` says; false where it makes no sense.
    mutating func append(
        _ part: Range<Int>, _ bytes: Span<UInt8>, to frames: inout [MovieFrame]
    ) -> Bool {
        guard part.count >= 8 else { return false }
        let flags = bytes.number32(part.lowerBound)
        var count = Int(bytes.number32(part.lowerBound + 4))
        var cursor = part.lowerBound + 8
        var first: UInt32?
        guard part.upperBound - cursor >= 4 * [1, 4].count(where: { flags & ($0 as UInt32) != 0 })
        else { return false }
        if flags & 1 != 0 {
            place = base + Int64(Int32(bitPattern: bytes.number32(cursor)))
            cursor += 4
        }
        if flags & 4 != 0 {
            first = bytes.number32(cursor)
            cursor += 4
        }
        let width = 4 * [0x100, 0x200, 0x400, 0x800].count { flags & ($0 as UInt32) != 0 }
        var isGood = true
        if width > 0 {
            let there = (part.upperBound - cursor) / width
            isGood = count <= there
            count = min(count, there)
        } else if defaults.count == 0, count > 1 {
            return false
        }
        let format = UInt16(clamping: min(max(Int(defaults.format), 1), formats) - 1)
        for number in 0..<count {
            var frame = MovieFrame(
                place: place, decoding: time, count: defaults.count, shift: 0,
                duration: defaults.duration, format: format, isSync: true)
            var own = number == 0 ? first ?? defaults.flags : defaults.flags
            if flags & 0x100 != 0 { frame.duration = take(bytes, &cursor) }
            if flags & 0x200 != 0 { frame.count = take(bytes, &cursor) }
            if flags & 0x400 != 0 {
                let said = take(bytes, &cursor)
                own = number == 0 ? first ?? said : said
            }
            if flags & 0x800 != 0 { frame.shift = Int32(bitPattern: take(bytes, &cursor)) }
            if frame.duration > UInt32(Int32.max) { frame.duration = 1 }
            if Int64(frame.shift.magnitude) >= limit { frame.shift = 0 }
            // Said to be no place to begin, or to depend on others.
            frame.isSync = own & 0x101_0000 == 0
            guard self.bytes <= 2 * length, time + Int64(frame.duration) < limit else {
                return false
            }
            if place >= 0, place <= length - Int64(frame.count) {
                guard frames.count <= MovieLimits.frames else { return false }
                frames.append(frame)
                self.bytes += Int64(frame.count)
            } else {
                beyondEnd += 1
                guard width > 0 else {
                    beyondEnd += count - number - 1
                    return isGood
                }
            }
            place += Int64(frame.count)
            time += Int64(frame.duration)
        }
        return isGood
    }

    private func take(_ bytes: Span<UInt8>, _ cursor: inout Int) -> UInt32 {
        defer { cursor += 4 }
        return bytes.number32(cursor)
    }
}
