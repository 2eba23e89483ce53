import FileAccess
import Movies
import Primitives
import WebRTC

/// Packages a movie as it is: its frames are copied, nothing is encoded.
package struct PackageCopy {
    private let movie: MovieFile
    private let package: PackageWriter
    private var tracks: [Copied] = []

    /// Seconds of each track that are copied in turn, so that the file is read from its start to
    /// its end.
    private static let turn: Int64 = 4

    /// A movie that is open, and a package that is not finished; further renditions may be added.
    package init(_ movie: MovieFile, into package: PackageWriter) throws(PackageProblem) {
        self.movie = movie
        self.package = package
        let showings = MovieShowings(movie.movie)
        var hasPicture = false
        var sounds = 0
        for (index, track) in movie.movie.tracks.enumerated() where !track.frames.isEmpty {
            let name: String
            switch track.kind {
            case .picture:
                guard !hasPicture, let format = track.formats.first,
                    case .picture(let size) = format.details
                else { continue }
                hasPicture = true
                name = "\(min(size.width, size.height))p"
            case .sound:
                sounds += 1
                name = sounds == 1 ? "sound" : "sound-\(sounds)"
            case .other: continue
            }
            tracks.append(
                try Copied(track, showings.tracks[index], name: name, in: movie, into: package))
        }
        guard !tracks.isEmpty else { throw .noRenditions }
    }

    /// Copies all frames, and gives what came of each track; `progress` is told the share that is
    /// done, from 0 to 1, and ends the work by throwing.
    package mutating func run(
        progress: (Double) throws(PackageProblem) -> Void
    ) throws(PackageProblem) -> [RenditionOutcome] {
        let all = tracks.reduce(0) { $0 + $1.count }
        var until = Int64.min
        while true {
            var next = Int64.max
            for index in tracks.indices {
                guard let time = tracks[index].nextSecond else { continue }
                next = min(next, time)
            }
            guard next < Int64.max else { break }
            until = max(until, next) + Self.turn
            for index in tracks.indices { try tracks[index].copy(before: until) }
            let done = tracks.reduce(0) { $0 + $1.done }
            try progress(Double(done) / Double(max(1, all)))
        }
        var outcomes: [RenditionOutcome] = []
        for track in tracks { outcomes.append(try track.writer.finish()) }
        return outcomes
    }
}

/// A track on its way into a package.
private struct Copied {
    let writer: RenditionWriter
    private let movie: MovieFile
    private let track: MovieTrack
    private let frames: Range<Int>
    /// One for each format of the track.
    private let scans: [PictureScan]
    /// From times of the media to those of presentation.
    private let shift: Int64
    /// By how much decoding is made earlier, so that no frame is shown before it.
    private let delay: Int64
    private var next: Int

    init(
        _ track: MovieTrack, _ showing: MovieShowing, name: String, in movie: MovieFile,
        into package: PackageWriter
    ) throws(PackageProblem) {
        guard let format = track.formats.first, !showing.stretches.isEmpty else {
            throw .emptyRendition(name)
        }
        guard showing.stretches.count == 1 else { throw .edited(rendition: name) }
        let shown = showing.stretches[0].mediaRange
        self.movie = movie
        self.track = track
        shift = showing.stretches[0].presentation.lowerBound - shown.lowerBound
        scans = track.formats.map { PictureScan($0) }
        frames = try Self.frames(of: track, shown, scans, movie.file, name)
        for index in frames
        where track.frames[index].format != track.frames[frames.lowerBound].format {
            let time = MediaTime(
                ticks: track.frames[index].presentation + shift, timescale: track.timescale)
            throw .changingFormat(rendition: name, at: .milliseconds(time.milliseconds))
        }
        let earliest = track.frames[frames].reduce(Int32(0)) { min($0, $1.shift) }
        delay = -Int64(earliest)
        next = frames.lowerBound
        writer = try package.rendition(try Self.rendition(track, format, name, frames))
    }

    private static func rendition(
        _ track: MovieTrack, _ format: MovieFormat, _ name: String, _ frames: Range<Int>
    ) throws(PackageProblem) -> PackageRendition {
        var kind = PackageRendition.Kind.picture
        var roll: Int16?
        if track.kind == .sound {
            kind = .sound(title: name, language: nil)
            switch format.coding {
            case .aac: roll = -1
            case .known(.opus):
                // 80 ms, as RFC 7845 4.6 asks for.
                let each = max(1, Int64(track.frames[frames.lowerBound].duration))
                roll = -Int16(clamping: (Int64(track.timescale) * 80 / 1000 + each - 1) / each)
            case .known, .other: throw .codec(rendition: name, codec: format.name)
            }
        } else if case .other = format.coding {
            throw .codec(rendition: name, codec: format.name)
        }
        return PackageRendition(
            name: name, kind: kind, format: format, timescale: track.timescale,
            matrix: track.matrix, roll: roll)
    }

    /// What is needed for what is shown, and no more than that.
    private static func frames(
        of track: MovieTrack, _ shown: Range<Int64>, _ scans: [PictureScan],
        _ file: ReadableFile, _ name: String
    ) throws(PackageProblem) -> Range<Int> {
        let all = track.frames
        var end = all.count
        while end > 0, all[end - 1].presentation >= shown.upperBound { end -= 1 }
        var start = 0
        if track.kind == .picture {
            for index in 0..<end where all[index].isSync {
                if all[index].presentation > shown.lowerBound { break }
                // The first of all is where players have to begin, whatever it is.
                var isStart = index == 0
                if !isStart { isStart = try file.isIndependent(all[index], scans) }
                if isStart { start = index }
            }
        } else {
            while start + 1 < end, all[start + 1].presentation <= shown.lowerBound { start += 1 }
            // What is decoded before it, so that it sounds right.
            if start > 0 { start -= 1 }
        }
        guard start < end else { throw .emptyRendition(name) }
        return start..<end
    }

    var count: Int { frames.count }
    var done: Int { next - frames.lowerBound }

    /// The second of the file in which the next frame is decoded; nil at the end.
    var nextSecond: Int64? {
        guard next < frames.upperBound else { return nil }
        return (track.frames[next].decoding + shift) / Int64(track.timescale)
    }

    mutating func copy(before second: Int64) throws(PackageProblem) {
        while let time = nextSecond, time < second {
            let frame = track.frames[next]
            var isIndependent = true
            if track.kind == .picture {
                isIndependent = frame.isSync && next == frames.lowerBound
                if frame.isSync, !isIndependent {
                    isIndependent = try movie.file.isIndependent(frame, scans)
                }
            }
            let times = PackageFrame(
                decoding: frame.decoding + shift - delay, presentation: frame.presentation + shift,
                duration: frame.duration, isIndependent: isIndependent)
            try writer.append(
                times, from: movie.file, at: frame.place, count: Int(frame.count))
            next += 1
        }
    }
}

extension ReadableFile {
    /// Whether nothing before a frame is needed for it and what follows; what the container says
    /// for other codecs than H.264 and H.265.
    ///
    /// - Parameter scans: one for each format of its track.
    func isIndependent(
        _ frame: MovieFrame, _ scans: [PictureScan]
    ) throws(PackageProblem) -> Bool {
        do throws(FileProblem) {
            switch try nature(of: frame, scans) {
            case .instant, .broken: return true
            case .open, .recovery, .intra, .skippedLeading, .decodableLeading, .referenced,
                .disposable, .damaged:
                return false
            }
        } catch {
            throw .file(error)
        }
    }
}
