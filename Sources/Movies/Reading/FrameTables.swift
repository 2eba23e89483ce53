import WebRTC

/// Where the tables of `stbl` lie that say when and where each frame is.
struct FrameTables {
    private struct Table {
        var start = 0
        var count = 0
    }

    /// How many bytes each frame has.
    private enum Sizes {
        case none
        case same(UInt32, count: Int)
        case listed(Table)
        /// In 4, 8 or 16 bits (`stz2`).
        case compact(Table, bits: Int)

        var count: Int {
            switch self {
            case .none: 0
            case .same(_, let count): count
            case .listed(let table), .compact(let table, _): table.count
            }
        }
    }

    private var durations = Table()
    private var shifts = Table()
    private var runs = Table()
    private var syncs: Table?
    private var chunks = Table()
    private var chunksAreLong = false
    private var sizes = Sizes.none
    private var found: Set<BoxType> = []

    /// Tables that say more entries than they have.
    private(set) var short: [BoxType] = []
    /// Frames left out because the file ends before them.
    private(set) var beyondEnd = 0

    init(_ part: Range<Int>, _ bytes: Span<UInt8>) {
        var walk = BoxWalk(part)
        while let box = walk.next(in: bytes) {
            switch box.type {
            case "stts": durations = table(box, bytes, width: 8) ?? durations
            case "ctts": shifts = table(box, bytes, width: 8) ?? shifts
            case "stsc": runs = table(box, bytes, width: 12) ?? runs
            case "stss": syncs = table(box, bytes, width: 4) ?? syncs
            case "stco", "co64":
                guard let table = table(box, bytes, width: box.type == "co64" ? 8 : 4) else {
                    continue
                }
                chunks = table
                chunksAreLong = box.type == "co64"
            case "stsz", "stz2": readSizes(box, bytes)
            default: break
            }
        }
    }

    /// Whether all tables are there that a movie without fragments needs.
    var isComplete: Bool {
        found.isSuperset(of: ["stts", "stsc"] as [BoxType])
            && (found.contains("stsz") || found.contains("stz2"))
            && (found.contains("stco") || found.contains("co64"))
    }

    private mutating func table(_ box: BoxPlace, _ bytes: Span<UInt8>, width: Int) -> Table? {
        let part = box.content
        guard part.count >= 8, found.insert(box.type).inserted else { return nil }
        let said = Int(bytes.number32(part.lowerBound + 4))
        let count = min(said, (part.count - 8) / width)
        if count < said { short.append(box.type) }
        return Table(start: part.lowerBound + 8, count: count)
    }

    private mutating func readSizes(_ box: BoxPlace, _ bytes: Span<UInt8>) {
        let part = box.content
        guard part.count >= 12, found.insert(box.type).inserted else { return }
        let first = bytes.number32(part.lowerBound + 4)
        let said = Int(bytes.number32(part.lowerBound + 8))
        let start = part.lowerBound + 12
        if box.type == "stz2" {
            let bits = Int(first & 0xFF)
            guard bits == 4 || bits == 8 || bits == 16 else { return short.append(box.type) }
            let count = min(said, (part.count - 12) * 8 / bits)
            if count < said { short.append(box.type) }
            sizes = .compact(Table(start: start, count: count), bits: bits)
        } else if first > 0 {
            sizes = .same(first, count: said)
        } else {
            let count = min(said, (part.count - 12) / 4)
            if count < said { short.append(box.type) }
            sizes = .listed(Table(start: start, count: count))
        }
    }

    /// The frames, in the order of decoding.
    mutating func frames(
        _ bytes: Span<UInt8>, _ track: MovieTrack, _ packings: [SoundPacking?], length: Int64
    ) throws(MovieProblem) -> [MovieFrame] {
        var frames: [MovieFrame] = []
        guard sizes.count > 0, chunks.count > 0, runs.count > 0 else { return frames }
        if track.kind == .sound, case .same(_, let count) = sizes,
            durations.count > 0, bytes.number32(durations.start + 4) == 1,
            let packing = packings.first ?? nil
        {
            return try packed(bytes, track, packing, samples: count, length: length)
        }
        var count = sizes.count
        if case .same(let size, _) = sizes {
            // No more than the file has room for.
            let room = Int(length / Int64(size))
            beyondEnd += max(0, count - room)
            count = min(count, room)
        }
        guard count <= MovieLimits.frames else { throw .tooManyFrames(track: track.id) }
        frames.reserveCapacity(count)
        var times = RunCursor(durations.start, durations.count)
        var later = RunCursor(shifts.start, shifts.count)
        var sync = 0
        var decoding: Int64 = 0
        let limit = MovieTime.limit(track.timescale)
        var number = 0
        var run = ChunkCursor(runs.start, runs.count)
        for chunk in 0..<chunks.count where number < count {
            let (inChunk, format) = run.next(chunk, bytes)
            var place = self.place(chunk, bytes)
            for _ in 0..<min(inChunk, count - number) {
                let size = self.size(number, bytes)
                number += 1
                let duration = Self.duration(times.next(bytes))
                let said = Int32(bitPattern: later.next(bytes) ?? 0)
                let shift = Int64(said.magnitude) < limit ? said : 0
                guard decoding + Int64(duration) < limit else {
                    throw .badIndex(box: "stts", track: track.id)
                }
                let isSync = isSync(number, &sync, bytes)
                if place >= 0, place <= length - Int64(size) {
                    frames.append(
                        MovieFrame(
                            place: place, decoding: decoding, count: size, shift: shift,
                            duration: duration,
                            format: UInt16(clamping: min(format, track.formats.count) - 1),
                            isSync: isSync))
                } else {
                    beyondEnd += 1
                }
                place += Int64(size)
                decoding += Int64(duration)
            }
        }
        beyondEnd += count - number
        return frames
    }

    /// Frames of raw sound: each is many of its samples, for which the tables have an entry each.
    private mutating func packed(
        _ bytes: Span<UInt8>, _ track: MovieTrack, _ packing: SoundPacking, samples: Int,
        length: Int64
    ) throws(MovieProblem) -> [MovieFrame] {
        let most = max(1, SoundPacking.frameLength / packing.samples) * packing.samples
        guard samples / most <= MovieLimits.frames else { throw .tooManyFrames(track: track.id) }
        var frames: [MovieFrame] = []
        let limit = MovieTime.limit(track.timescale)
        var run = ChunkCursor(runs.start, runs.count)
        var done = 0
        for chunk in 0..<chunks.count where done < samples {
            let (inChunk, format) = run.next(chunk, bytes)
            var place = self.place(chunk, bytes)
            var left = min(inChunk, samples - done)
            while left > 0 {
                let taken = min(left, most)
                let size = Int64((taken + packing.samples - 1) / packing.samples * packing.bytes)
                guard place >= 0, place <= length - size else {
                    beyondEnd += (left + most - 1) / most
                    done += left
                    break
                }
                guard frames.count < MovieLimits.frames, Int64(done) < limit else {
                    throw .tooManyFrames(track: track.id)
                }
                frames.append(
                    MovieFrame(
                        place: place, decoding: Int64(done), count: UInt32(clamping: size),
                        shift: 0, duration: UInt32(clamping: taken),
                        format: UInt16(clamping: min(format, track.formats.count) - 1),
                        isSync: true))
                place += size
                done += taken
                left -= taken
            }
        }
        return frames
    }

    /// What is less than zero as a signed number was written by mistake.
    private static func duration(_ value: UInt32?) -> UInt32 {
        guard let value else { return 0 }
        return value > UInt32(Int32.max) ? 1 : value
    }

    private func place(_ chunk: Int, _ bytes: Span<UInt8>) -> Int64 {
        guard chunksAreLong else { return Int64(bytes.number32(chunks.start + 4 * chunk)) }
        // Beyond what files can have, but with room to add to.
        return Int64(clamping: min(bytes.number64(chunks.start + 8 * chunk), 1 << 62))
    }

    private func size(_ index: Int, _ bytes: Span<UInt8>) -> UInt32 {
        switch sizes {
        case .none: 0
        case .same(let size, _): size
        case .listed(let table): bytes.number32(table.start + 4 * index)
        case .compact(let table, 4):
            UInt32(bytes[table.start + index / 2] >> (index % 2 == 0 ? 4 : 0) & 0x0F)
        case .compact(let table, 8): UInt32(bytes[table.start + index])
        case .compact(let table, _): UInt32(bytes.number16(table.start + 2 * index))
        }
    }

    /// Whether the frame of this number, counted from 1, is said to be a place to begin.
    private func isSync(_ number: Int, _ cursor: inout Int, _ bytes: Span<UInt8>) -> Bool {
        guard let syncs else { return true }
        while cursor < syncs.count {
            let next = Int(bytes.number32(syncs.start + 4 * cursor))
            if next > number { return false }
            cursor += 1
            if next == number { return true }
        }
        return false
    }
}

/// Where a walk over runs of (how many, value) stands.
private struct RunCursor {
    private var place: Int
    private let end: Int
    private var left: UInt32 = 0
    private var value: UInt32?

    init(_ start: Int, _ count: Int) {
        place = start
        end = start + 8 * count
    }

    /// The value for the next frame; the last one again where the table has come to its end.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>) -> UInt32? {
        while left == 0, place < end {
            left = bytes.number32(place)
            value = bytes.number32(place + 4)
            place += 8
        }
        if left > 0 { left -= 1 }
        return value
    }
}

/// Where a walk over `stsc` stands.
private struct ChunkCursor {
    private let start: Int
    private let count: Int
    private var index = 0

    init(_ start: Int, _ count: Int) {
        self.start = start
        self.count = count
    }

    /// How many frames a chunk has, and their format, counted from 1. Chunks are asked in order.
    mutating func next(_ chunk: Int, _ bytes: Span<UInt8>) -> (frames: Int, format: Int) {
        while index + 1 < count, Int(bytes.number32(start + 12 * (index + 1))) <= chunk + 1 {
            index += 1
        }
        let place = start + 12 * index
        return (Int(bytes.number32(place + 4)), max(1, Int(bytes.number32(place + 8))))
    }
}
