package import Media
import Movies
import Primitives
import WebRTC

/// Decodes everything of a movie, and looks whether its tables make sense.
package enum MovieVerifier {
    package enum Limits {
        /// Picture and sound may begin so far apart, in microseconds: about a frame.
        package static let startsApart: Int64 = 50_000
        /// And end so far apart: the longest frame of sound, and a frame of picture.
        package static let endsApart: Int64 = 150_000
    }

    /// - Parameters:
    ///   - source: what the movie was cut out of, where that is to be compared.
    ///   - progress: is told how far it is, in microseconds of the movie.
    package static func verify(
        _ path: String, source: CutSource?, threads: Int, stop: StopFlag,
        progress: (Int64) -> Void
    ) throws(VerifyStopped) -> VerifyReport {
        var report = VerifyReport(path: path, shape: .movie)
        report.files = 1
        do throws(MovieFileProblem) {
            let file = try MovieFile(path)
            checkTables(file.movie, &report)
        } catch {
            switch error {
            case .file(let problem): report.add(.unreadable(problem))
            case .movie(let problem, _): report.add(.notMovie(problem))
            }
            return report
        }
        do throws(MediaError) {
            var check = try TrialDecoding.opened(path, stop: stop)
            var looks = ClipLooks(isWanted: source != nil)
            try check.run(threads: threads, progress: progress) {
                (picture, time) throws(MediaError) in try looks.add(picture, at: time)
            }
            report.take(check.tracks, file: path)
            compareEnds(check.tracks, &report)
            if let source {
                try source.compare(looks.looks, check.tracks, stop: stop, &report)
            }
        } catch .stopped {
            throw VerifyStopped()
        } catch {
            report.add(.notMedia(error))
        }
        return report
    }

    private static func checkTables(_ movie: Movie, _ report: inout VerifyReport) {
        for damage in movie.damages { report.add(.damage(damage)) }
        for track in movie.tracks where track.kind == .picture || track.kind == .sound {
            // A fragmented movie tells its length elsewhere.
            let end = track.frames.map { $0.presentation + Int64($0.duration) }.max() ?? 0
            for edit in track.edits {
                if edit.duration < 0 || edit.duration == 0 && !movie.isFragmented {
                    report.add(.editEmpty(track: track.id))
                }
                if let start = edit.start, start < 0 || start > end {
                    report.add(.editOutside(track: track.id))
                }
            }
        }
    }

    private static func compareEnds(_ tracks: [DecodedTrack], _ report: inout VerifyReport) {
        report.microseconds = tracks.map(\.end).max() ?? 0
        guard let picture = tracks.first(where: { $0.isPicture && $0.count > 0 }),
            let sound = tracks.first(where: { !$0.isPicture && $0.count > 0 }),
            let (shown, heard) = picture.first.flatMap({ one in sound.first.map { (one, $0) } })
        else { return }
        if abs(shown - heard) > Limits.startsApart {
            report.add(.startsApart(microseconds: heard - shown))
        }
        if abs(picture.end - sound.end) > Limits.endsApart {
            report.add(.endsApart(microseconds: sound.end - picture.end))
        }
    }
}

/// An end was asked for.
package struct VerifyStopped: Error {
    package init() {}
}
