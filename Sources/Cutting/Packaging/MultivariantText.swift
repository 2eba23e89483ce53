package import Primitives
import Movies
import WebRTC

/// What a package says beside its renditions.
package struct PackageAbout: Sendable {
    /// When its zero was, in UTC; dates are told only where it is known.
    package var start: WallClock?
    package var ranges: [PackageDateRange]
    package var captions: [PackageCaptions]
    /// Data by reverse names, such as chapters: `EXT-X-SESSION-DATA` that names a file.
    package var data: [(id: String, uri: String)]

    package init(
        start: WallClock?, ranges: [PackageDateRange], captions: [PackageCaptions],
        data: [(id: String, uri: String)]
    ) {
        self.start = start
        self.ranges = ranges
        self.captions = captions
        self.data = data
    }

    package static let nothing = PackageAbout(start: nil, ranges: [], captions: [], data: [])
}

/// Captions of a package: one WebVTT file for all of it, which the caller puts into its folder.
package struct PackageCaptions: Sendable, Hashable {
    package var title: String
    /// As BCP 47 has it.
    package var language: String?
    /// Where the file stands in the package: `captions/en.vtt`.
    package var uri: String

    package init(title: String, language: String?, uri: String) {
        self.title = title
        self.language = language
        self.uri = uri
    }

    /// Beside the file.
    var playlist: String { uri + ".m3u8" }

    /// The one piece that it is.
    func playlistText(duration: MediaTime) -> String {
        var text = PlaylistText()
        text.tag("EXT-X-VERSION", "7")
        text.tag("EXT-X-TARGETDURATION", String(max(1, duration.rescaled(to: 1).ticks)))
        text.tag("EXT-X-MEDIA-SEQUENCE", "1")
        text.tag("EXT-X-PLAYLIST-TYPE", "VOD")
        text.tag("EXTINF", duration.playlistSeconds + ",")
        text.line(String(uri.split(separator: "/").last ?? ""))
        text.tag("EXT-X-ENDLIST")
        return text.text
    }
}

/// Writes the playlist that offers the renditions of a package.
struct MultivariantText {
    let outcomes: [RenditionOutcome]
    let about: PackageAbout

    private typealias Entry = (outcome: RenditionOutcome, lists: RenditionPlaylists)

    private var entries: [Entry] {
        outcomes.map { ($0, RenditionPlaylists(outcome: $0, start: nil, ranges: [])) }
    }

    var text: String {
        var text = PlaylistText()
        text.tag("EXT-X-VERSION", "7")
        text.tag("EXT-X-INDEPENDENT-SEGMENTS")
        for data in about.data {
            var list = PlaylistAttributes()
            list.add("DATA-ID", quoted: data.id)
            list.add("URI", quoted: data.uri)
            text.tag("EXT-X-SESSION-DATA", list)
        }
        let pictures = entries.filter { $0.outcome.rendition.isPicture }
        let sounds = entries.filter { !$0.outcome.rendition.isPicture }
        if !pictures.isEmpty {
            // A group that nothing is played with would only be loaded for nothing.
            let played = pictures.map { Self.sounds(of: $0, sounds).first?.outcome.soundGroup }
            var groups: [String] = []
            for sound in sounds where played.contains(sound.outcome.soundGroup) {
                let group = sound.outcome.soundGroup
                text.tag(
                    "EXT-X-MEDIA", media(sound.outcome, isFirst: !groups.contains(group)))
                groups.append(group)
            }
        }
        for (index, captions) in about.captions.enumerated() {
            text.tag("EXT-X-MEDIA", media(captions, isFirst: index == 0))
        }
        for entry in pictures.isEmpty ? sounds : pictures {
            text.tag(
                "EXT-X-STREAM-INF",
                variant(entry, pictures.isEmpty ? [] : Self.sounds(of: entry, sounds)))
            text.line(entry.outcome.playlist)
        }
        for entry in pictures where entry.lists.keyframes != nil {
            text.tag("EXT-X-I-FRAME-STREAM-INF", keyframes(entry))
        }
        return text.text
    }

    /// Those of the group that a picture is played with.
    private static func sounds(of entry: Entry, _ sounds: [Entry]) -> [Entry] {
        guard let first = sounds.first else { return [] }
        let group = entry.outcome.rendition.soundGroup ?? first.outcome.soundGroup
        return sounds.filter { $0.outcome.soundGroup == group }
    }

    private func media(_ outcome: RenditionOutcome, isFirst: Bool) -> PlaylistAttributes {
        var list = PlaylistAttributes()
        list.add("TYPE", "AUDIO")
        list.add("GROUP-ID", quoted: outcome.soundGroup)
        if case .sound(let title, let language) = outcome.rendition.kind {
            list.add("NAME", quoted: title)
            if let language { list.add("LANGUAGE", quoted: language) }
        }
        list.add("DEFAULT", isFirst ? "YES" : "NO")
        list.add("AUTOSELECT", "YES")
        if case .sound(_, let channels) = outcome.rendition.format.details {
            list.add("CHANNELS", quoted: String(channels))
        }
        list.add("URI", quoted: outcome.playlist)
        return list
    }

    private func media(_ captions: PackageCaptions, isFirst: Bool) -> PlaylistAttributes {
        var list = PlaylistAttributes()
        list.add("TYPE", "SUBTITLES")
        list.add("GROUP-ID", quoted: "captions")
        list.add("NAME", quoted: captions.title)
        if let language = captions.language { list.add("LANGUAGE", quoted: language) }
        list.add("DEFAULT", isFirst ? "YES" : "NO")
        list.add("AUTOSELECT", "YES")
        list.add("FORCED", "NO")
        list.add("URI", quoted: captions.playlist)
        return list
    }

    private func variant(_ entry: Entry, _ sounds: [Entry]) -> PlaylistAttributes {
        var list = PlaylistAttributes()
        // Of the sounds it may be played with, the one that needs most.
        let peak = sounds.map(\.lists.peakRate).max() ?? 0
        let average = sounds.map(\.lists.averageRate).max() ?? 0
        list.add("BANDWIDTH", String(entry.lists.peakRate + peak))
        list.add("AVERAGE-BANDWIDTH", String(entry.lists.averageRate + average))
        var codecs = [entry.outcome.rendition.format.codecsName]
        for sound in sounds where !codecs.contains(sound.outcome.rendition.format.codecsName) {
            codecs.append(sound.outcome.rendition.format.codecsName)
        }
        list.add("CODECS", quoted: codecs.joined(separator: ","))
        if let size = entry.outcome.rendition.shownSize {
            list.add("RESOLUTION", "\(size.width)x\(size.height)")
            list.add("FRAME-RATE", entry.outcome.frameRate)
        }
        if let sound = sounds.first { list.add("AUDIO", quoted: sound.outcome.soundGroup) }
        if !about.captions.isEmpty { list.add("SUBTITLES", quoted: "captions") }
        if entry.outcome.rendition.isPicture { list.add("CLOSED-CAPTIONS", "NONE") }
        return list
    }

    private func keyframes(_ entry: Entry) -> PlaylistAttributes {
        var list = PlaylistAttributes()
        list.add("BANDWIDTH", String(entry.lists.keyframePeakRate))
        list.add("AVERAGE-BANDWIDTH", String(entry.lists.keyframeAverageRate))
        list.add("CODECS", quoted: entry.outcome.rendition.format.codecsName)
        if let size = entry.outcome.rendition.shownSize {
            list.add("RESOLUTION", "\(size.width)x\(size.height)")
        }
        list.add("URI", quoted: entry.outcome.keyframePlaylist)
        return list
    }
}

extension RenditionOutcome {
    /// Within the package.
    package var playlist: String { rendition.name + "/pieces.m3u8" }
    var soundGroup: String { rendition.soundGroup ?? "sound" }
    package var keyframePlaylist: String { rendition.name + "/keyframes.m3u8" }

    /// With three places, as `FRAME-RATE` has it.
    var frameRate: String {
        let ticks = max(1, duration.ticks)
        let scaled = Int128(frames) * Int128(rendition.timescale) * 1000
        let rate = Int64(clamping: (scaled + Int128(ticks) / 2) / Int128(ticks))
        let digits = String(rate % 1000)
        return "\(rate / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension PackageRendition {
    /// With square pixels, and turned as it is shown.
    var shownSize: PictureSize? {
        guard let size, isPicture else { return nil }
        var width = size.width
        if let aspect = format.pixelAspect, aspect.width < 1 << 16, aspect.height < 1 << 16 {
            width = (width * Int(aspect.width) + Int(aspect.height) / 2) / Int(aspect.height)
        }
        // A quarter of a turn has nothing on its diagonal.
        let isTurned = matrix.count == 9 && matrix[0] == 0 && matrix[4] == 0 && matrix[1] != 0
        return isTurned
            ? PictureSize(width: size.height, height: width)
            : PictureSize(width: width, height: size.height)
    }
}
