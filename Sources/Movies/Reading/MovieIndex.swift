import Primitives
import WebRTC

/// What `moov` says: the movie, and what its fragments may leave unsaid.
struct MovieIndex {
    private(set) var movie: Movie
    /// For the tracks of the movie, in their order; empty where no fragments may follow.
    private(set) var defaults: [FragmentDefaults]

    /// - Parameter length: of the file that frames must lie in.
    init(parsing bytes: Span<UInt8>, length: Int64) throws(MovieProblem) {
        movie = Movie(timescale: 1000, tracks: [], isFragmented: false, damages: [])
        var defaults: [UInt32: FragmentDefaults] = [:]
        var tracks: [Range<Int>] = []
        var walk = BoxWalk(0..<bytes.count)
        while let box = walk.next(in: bytes) {
            switch box.type {
            case "cmov": throw .compressedIndex
            case "mvhd": Self.readHeader(box, bytes, &movie)
            case "trak":
                guard tracks.count < MovieLimits.tracks else { throw .tooManyTracks }
                tracks.append(box.content)
            case "mvex":
                movie.isFragmented = true
                Self.readDefaults(box, bytes, &defaults)
            default: break
            }
        }
        var frames = 0
        // A file that says nothing of fragments may have them all the same.
        for part in tracks {
            var reader = TrackReader(part, isFragmented: movie.isFragmented, length: length)
            guard let track = try reader.track(bytes) else { continue }
            frames += track.frames.count
            guard frames <= MovieLimits.allFrames else { throw .tooManyFrames(track: track.id) }
            movie.tracks.append(track)
            movie.damages += reader.damages
        }
        if walk.isBroken { movie.damages.append(.badTable(box: "moov", track: nil)) }
        guard movie.tracks.contains(where: { $0.kind == .picture || $0.kind == .sound }) else {
            throw .noTracks
        }
        self.defaults = movie.tracks.map { defaults[$0.id] ?? FragmentDefaults() }
    }

    private static func readHeader(_ box: BoxPlace, _ bytes: Span<UInt8>, _ movie: inout Movie) {
        let part = box.content
        guard part.count >= 20 else { return }
        let isLong = bytes[part.lowerBound] == 1
        guard !isLong || part.count >= 32 else { return }
        let made =
            isLong
            ? bytes.number64(part.lowerBound + 4) : UInt64(bytes.number32(part.lowerBound + 4))
        // Seconds since 1904; many write zero, and some count from 1970.
        let seconds = Int64(clamping: made) - 2_082_844_800
        if 0..<0xFFFF_FFFF ~= seconds {
            movie.created = WallClock(millisecondsSince1970: seconds * 1000)
        }
        let timescale = bytes.number32(part.lowerBound + (isLong ? 20 : 12))
        if let timescale = Int32(exactly: timescale), 1...MovieTime.largestTimescale ~= timescale {
            movie.timescale = timescale
        }
    }

    private static func readDefaults(
        _ box: BoxPlace, _ bytes: Span<UInt8>, _ defaults: inout [UInt32: FragmentDefaults]
    ) {
        var walk = BoxWalk(box.content)
        while let box = walk.next(in: bytes) {
            guard box.type == "trex", box.content.count >= 24,
                defaults.count < MovieLimits.tracks
            else { continue }
            let place = box.content.lowerBound
            defaults[bytes.number32(place + 4)] = FragmentDefaults(
                format: bytes.number32(place + 8), duration: bytes.number32(place + 12),
                count: bytes.number32(place + 16), flags: bytes.number32(place + 20))
        }
    }
}
