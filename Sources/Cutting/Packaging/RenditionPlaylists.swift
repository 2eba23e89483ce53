import Movies
import Primitives

/// The playlists of one rendition: of its pieces, and of its keyframes.
struct RenditionPlaylists {
    let outcome: RenditionOutcome
    /// When the package's zero was, in UTC.
    let start: WallClock?
    let ranges: [PackageDateRange]

    /// Byte ranges and maps need 6 or less; what is beyond 7 is not used.
    private static let version = "7"

    private var timescale: Int32 { outcome.rendition.timescale }

    private func time(_ ticks: Int64) -> MediaTime { MediaTime(ticks: ticks, timescale: timescale) }

    /// Durations are rounded to whole seconds before they are held against it.
    private func targetDuration(_ longest: Int64) -> String {
        String(max(1, time(longest).rescaled(to: 1).ticks))
    }

    var pieces: String {
        var text = head(longest: outcome.pieces.map(\.duration).max() ?? 0, isKeyframes: false)
        for piece in outcome.pieces {
            text.tag("EXTINF", time(piece.duration).playlistSeconds + ",")
            text.line(piece.name)
        }
        text.tag("EXT-X-ENDLIST")
        return text.text
    }

    /// Nil where keyframes can't be read by themselves.
    var keyframes: String? {
        let frames = self.frames
        guard !frames.isEmpty else { return nil }
        var text = head(longest: frames.map(\.duration).max() ?? 0, isKeyframes: true)
        for frame in frames {
            text.tag("EXTINF", time(frame.duration).playlistSeconds + ",")
            text.tag("EXT-X-BYTERANGE", "\(frame.keyframe.count)@\(frame.keyframe.place)")
            text.line(frame.piece)
        }
        text.tag("EXT-X-ENDLIST")
        return text.text
    }

    private typealias Frame = (piece: String, keyframe: PackageKeyframe, duration: Int64)

    /// Each lasts until the next one.
    private var frames: [Frame] {
        let all = outcome.pieces.flatMap { piece in piece.keyframes.map { (piece.name, $0) } }
        let end = outcome.pieces.last.map { $0.start + $0.duration } ?? 0
        return all.indices.map { index in
            let next = index + 1 < all.count ? all[index + 1].1.presentation : end
            return (all[index].0, all[index].1, max(1, next - all[index].1.presentation))
        }
    }

    private func head(longest: Int64, isKeyframes: Bool) -> PlaylistText {
        var text = PlaylistText()
        text.tag("EXT-X-VERSION", Self.version)
        text.tag("EXT-X-TARGETDURATION", targetDuration(longest))
        text.tag("EXT-X-MEDIA-SEQUENCE", "1")
        text.tag("EXT-X-PLAYLIST-TYPE", "VOD")
        text.tag(isKeyframes ? "EXT-X-I-FRAMES-ONLY" : "EXT-X-INDEPENDENT-SEGMENTS")
        // The head is in clear: the key comes after it.
        var map = PlaylistAttributes()
        map.add("URI", quoted: outcome.head)
        text.tag("EXT-X-MAP", map)
        if let encryption = outcome.encryption { text.tag("EXT-X-KEY", encryption.attributes) }
        if let start, let first = outcome.pieces.first {
            let date = start + .milliseconds(time(first.start).milliseconds)
            text.tag("EXT-X-PROGRAM-DATE-TIME", date.rfc3339)
            for range in isKeyframes ? [] : ranges { text.tag("EXT-X-DATERANGE", range.line) }
        }
        return text
    }

    // MARK: - Rates

    /// Bits a second of the stretch that needs most of them: of pieces that last between half and
    /// one and a half of the target, as RFC 8216 4.3.4.2 has it.
    var peakRate: Int64 { Self.peak(rates(outcome.pieces.map { ($0.bytes, $0.duration) })) }

    var averageRate: Int64 { rate(outcome.bytes, outcome.pieces.reduce(0) { $0 + $1.duration }) }

    var keyframePeakRate: Int64 {
        Self.peak(rates(frames.map { ($0.keyframe.count, $0.duration) }))
    }

    var keyframeAverageRate: Int64 {
        rate(frames.reduce(0) { $0 + $1.keyframe.count }, frames.reduce(0) { $0 + $1.duration })
    }

    private static func peak(_ rates: [Int64]) -> Int64 { rates.max() ?? 0 }

    private func rates(_ stretches: [(bytes: Int64, duration: Int64)]) -> [Int64] {
        let longest = stretches.map(\.duration).max() ?? 0
        let target = max(1, time(longest).rescaled(to: 1).ticks) * Int64(timescale)
        var rates: [Int64] = []
        for first in stretches.indices {
            var (bytes, duration): (Int64, Int64) = (0, 0)
            for stretch in stretches[first...] {
                bytes += stretch.bytes
                duration += stretch.duration
                if duration * 2 > target * 3 { break }
                if duration * 2 >= target { rates.append(rate(bytes, duration)) }
            }
        }
        // All of it is shorter than half a piece.
        if rates.isEmpty {
            let bytes = stretches.reduce(0) { $0 + $1.bytes }
            rates.append(rate(bytes, stretches.reduce(0) { $0 + $1.duration }))
        }
        return rates
    }

    /// Rounded up: it is not to be exceeded.
    private func rate(_ bytes: Int64, _ duration: Int64) -> Int64 {
        guard duration > 0 else { return 0 }
        let bits = Int128(bytes) * 8 * Int128(timescale)
        return Int64(clamping: (bits + Int128(duration) - 1) / Int128(duration))
    }
}

extension PieceEncryption {
    fileprivate var attributes: PlaylistAttributes {
        var list = PlaylistAttributes()
        switch method {
        case .wholePieces: list.add("METHOD", "AES-128")
        case .frames: list.add("METHOD", "SAMPLE-AES")
        }
        list.add("URI", quoted: uri)
        if method == .frames {
            list.add("KEYFORMAT", quoted: "identity")
            list.add("KEYFORMATVERSIONS", quoted: "1")
        }
        return list
    }
}
