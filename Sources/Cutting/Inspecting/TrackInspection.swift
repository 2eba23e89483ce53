package import Movies
package import Primitives
import WebRTC

/// One track, as far as it matters for cutting it.
package struct TrackInspection: Sendable {
    package let id: UInt32
    package let kind: MovieTrack.Kind
    package let language: String
    package let timescale: Int32
    /// As playlists name it: `avc1.64001f`.
    package let codecs: String
    /// All formats by their entries; more than one where the coding changes.
    package let formats: [MovieFormat]
    package let frames: Int
    package let shownFrames: Int
    /// Of all frames.
    package let bytes: Int64
    package let start: MediaTime
    package let end: MediaTime
    package let edits: [MovieEdit]
    package let rate: RateInspection
    package let gaps: [GapInspection]
    package let gapCount: Int
    /// Of pictures.
    package let picture: PictureInspection?

    /// Gaps that are listed.
    package static let listedGaps = 100

    init(
        _ track: MovieTrack, _ showing: MovieShowing, of file: MovieFile, isDeep: Bool
    ) throws(MovieFileProblem) {
        id = track.id
        kind = track.kind
        language = track.language
        timescale = track.timescale
        formats = track.formats
        codecs = track.formats.first?.codecsName ?? ""
        frames = track.frames.count
        shownFrames = showing.frames.count
        bytes = track.frames.reduce(0) { $0 + Int64($1.count) }
        start = showing.time(showing.start)
        end = showing.time(showing.end)
        edits = track.edits
        rate = RateInspection(showing)
        let found = GapInspection.all(of: track, showing, usual: rate.usual)
        gapCount = found.count
        gaps = Array(found.prefix(Self.listedGaps))
        picture =
            track.kind == .picture
            ? try PictureInspection(track, showing, of: file, isDeep: isDeep) : nil
    }

    package var duration: MediaTime {
        MediaTime(ticks: end.ticks - start.ticks, timescale: timescale)
    }

    /// Bits a second over what is shown; 0 where nothing is.
    package var bitRate: Int64 {
        let microseconds = duration.microseconds
        guard microseconds > 0 else { return 0 }
        return Int64(clamping: Int128(bytes) * 8_000_000 / Int128(microseconds))
    }

    var findings: [InspectionFinding] {
        guard kind == .picture || kind == .sound else { return [] }
        var findings: [InspectionFinding] = []
        if shownFrames == 0 { findings.append(.noFrames(track: id)) }
        if gapCount > 0 {
            let longest = gaps.map(\.length.microseconds).max() ?? 0
            findings.append(.gaps(track: id, count: gapCount, longestMicroseconds: longest))
        }
        if Set(formats.map(\.details)).count > 1 { findings.append(.changesSize(track: id)) }
        return findings + (picture?.findings(track: id) ?? [])
    }
}

/// How often frames are shown.
package struct RateInspection: Sendable, Hashable {
    /// Ticks of the frame in the middle, of all durations; 0 without frames.
    package let usual: Int64
    package let timescale: Int32
    /// Frames in 1,000 seconds, gaps counted in.
    package let meanPerThousandSeconds: Int64
    /// Whether durations differ by more than what rounding explains.
    package let isVariable: Bool

    init(_ showing: MovieShowing) {
        timescale = showing.timescale
        // The first and the last may be cut by edits.
        let whole = showing.frames.count > 4 ? showing.frames.dropFirst().dropLast() : []
        var durations = whole.map(\.duration)
        durations.sort()
        let usual =
            durations.isEmpty
            ? showing.frames.first?.duration ?? 0
            : durations[durations.count / 2]
        self.usual = usual
        let (count, sum) =
            durations.isEmpty
            ? (showing.frames.count, showing.end - showing.start)
            : (durations.count, durations.reduce(0, +))
        meanPerThousandSeconds =
            sum > 0
            ? Int64(clamping: Int128(count) * 1000 * Int128(showing.timescale) / Int128(sum)) : 0
        let tolerance = max(1, usual / 50)
        // Single gaps do not make a rate vary; they are told as gaps.
        let odd = durations.count { abs($0 - usual) > tolerance }
        isVariable = odd * 100 > durations.count
    }

    /// The rate as a fraction in lowest terms, where it is constant.
    package var fraction: (numerator: Int64, denominator: Int64)? {
        guard !isVariable, usual > 0 else { return nil }
        // Timescales of 1,000 cannot say 30 frames a second; their mean can.
        let exact = Self.reduced(Int64(timescale), usual)
        let mean = meanPerThousandSeconds
        for whole in Self.televisionRates {
            let said = whole * 1_000_000 / 1001
            if abs(said - mean) <= max(1, said / 2000) { return (whole * 1000, 1001) }
        }
        let whole = (mean + 500) / 1000
        if whole > 0, abs(whole * 1000 - mean) <= max(1, mean / 2000) { return (whole, 1) }
        return exact
    }

    /// Those that are shown a thousandth slower than they are called.
    private static let televisionRates: [Int64] = [24, 30, 48, 60, 120]

    private static func reduced(
        _ left: Int64, _ right: Int64
    ) -> (numerator: Int64, denominator: Int64) {
        var (a, b) = (left, right)
        while b > 0 { (a, b) = (b, a % b) }
        return a > 0 ? (left / a, right / a) : (left, right)
    }
}

/// A stretch in which a picture stands far longer than others, or sound is missing.
package struct GapInspection: Sendable, Equatable {
    package let start: MediaTime
    package let length: MediaTime

    /// A picture that is shown for so much longer than usual, and at least so long, is a gap.
    private static let pictureFactor: Int64 = 3
    private static let pictureMilliseconds: Int64 = 150

    static func all(
        of track: MovieTrack, _ showing: MovieShowing, usual: Int64
    ) -> [GapInspection] {
        switch track.kind {
        case .picture: pictures(showing, usual)
        case .sound: sounds(track, showing)
        case .other: []
        }
    }

    private static func pictures(_ showing: MovieShowing, _ usual: Int64) -> [GapInspection] {
        let least = max(
            pictureFactor * usual, Int64(showing.timescale) * pictureMilliseconds / 1000)
        return showing.frames.dropLast().filter { $0.duration > least }.map {
            GapInspection(
                start: showing.time($0.presentation), length: showing.time($0.duration))
        }
    }

    private static func sounds(_ track: MovieTrack, _ showing: MovieShowing) -> [GapInspection] {
        // A frame of AAC always has as many samples; what it is said to last longer is silence.
        var length = Int64.max
        if let format = track.formats.first, format.coding == .aac,
            let configuration = AACConfiguration(parsing: format.configuration.span),
            configuration.sampleRate == Int(track.timescale)
        {
            length = Int64(configuration.frameLength)
        }
        var gaps: [GapInspection] = []
        for (place, frame) in showing.frames.enumerated() {
            let end = frame.presentation + min(frame.duration, length)
            guard place + 1 < showing.frames.count else { break }
            let next = showing.frames[place + 1].presentation
            // A tick or two are rounding.
            guard next - end > max(2, Int64(track.timescale) / 10_000) else { continue }
            gaps.append(
                GapInspection(start: showing.time(end), length: showing.time(next - end)))
        }
        return gaps
    }
}
