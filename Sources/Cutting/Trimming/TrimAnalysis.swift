package import Media
import Primitives

/// Looks through a show for what can go: first all of its sound, then, only where that is silent,
/// its keyframes, and at last each picture around the places where black or a still begins or ends.
package struct TrimAnalysis {
    private let path: String
    private let settings: TrimSettings
    private let stop: StopFlag
    private let progress: (Int64) -> Void

    /// - Parameter progress: is told how far the work is, in microseconds of the show.
    package init(
        path: String, settings: TrimSettings, stop: StopFlag,
        progress: @escaping (Int64) -> Void
    ) {
        self.path = path
        self.settings = settings
        self.stop = stop
        self.progress = progress
    }

    package func run(events: [Int64], productEvents: [Int64]) throws(TrimProblem)
        -> DeadAir.Findings
    {
        var findings = DeadAir.Findings(length: try length())
        findings.events = events
        findings.productEvents = productEvents
        let whole = Stretch(0, findings.length)
        let shortest = max(1, settings.shortest.wholeMicroseconds)
        if settings.needsSound {
            let meter = SilenceMeter(
                decibels: settings.silenceDecibels, shortest: shortest, end: findings.length)
            findings.silences =
                try SoundScan.silences(path, meter, stop: stop, progress: progress) ?? [whole]
        }
        let quiet = settings.needsSound ? findings.silences : [whole]
        guard !settings.stillnesses.isEmpty, !quiet.isEmpty else { return findings }
        let scan: LumaScan?
        do throws(MediaError) {
            scan = try LumaScan(path, stop: stop)
        } catch {
            throw .media(error, at: nil)
        }
        guard let scan else {
            // Without a picture there is nothing to be seen anywhere.
            if settings.has(.black) { findings.blacks = [whole] }
            return findings
        }
        let search = StillSearch(
            scan: scan, quiet: quiet, length: findings.length, shortest: shortest,
            kinds: settings.stillnesses)
        let found = try search.run(progress)
        findings.blacks = found.blacks
        findings.freezes = found.freezes
        return findings
    }

    private func length() throws(TrimProblem) -> Int64 {
        do throws(MediaError) {
            let options = InputOptions(start: .zero, probing: .quick, timeout: .seconds(60))
            let reader = try InputReader(.file(path: path), options: options, stop: stop)
            guard let duration = reader.duration, duration > .zero else {
                throw MediaError.noTracks
            }
            return duration.wholeMicroseconds
        } catch {
            throw error == .noTracks ? .noLength : .media(error, at: nil)
        }
    }
}
