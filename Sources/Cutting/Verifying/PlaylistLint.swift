package import Playlists
import Primitives

/// What a playlist of a finished show must have so that all players take it, by its text alone:
/// the list of Apple's `hlsreport`, as far as text tells.
package enum PlaylistLint {
    /// What is wrong with a multivariant playlist.
    package static func multivariant(_ tags: [PlaylistTag]) -> [VerifyFinding.Kind] {
        var found: [VerifyFinding.Kind] = []
        for name in ["EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS"]
        where !tags.contains(where: { $0.name == name }) {
            found.append(.missingTag(name))
        }
        let streams = tags.filter { $0.name == "EXT-X-STREAM-INF" }
        let keyframes = tags.filter { $0.name == "EXT-X-I-FRAME-STREAM-INF" }
        for tag in streams {
            let isPicture = tag.attribute("RESOLUTION") != nil
            let wanted =
                ["BANDWIDTH", "AVERAGE-BANDWIDTH", "CODECS"] + (isPicture ? ["FRAME-RATE"] : [])
            found += missing(wanted, tag)
        }
        for tag in keyframes { found += missing(["BANDWIDTH", "CODECS", "URI"], tag) }
        for tag in tags where tag.name == "EXT-X-MEDIA" {
            found += missing(["TYPE", "GROUP-ID", "NAME"], tag)
            // A group that a variant names must be there, and one that is there must be named.
        }
        let hasPicture = streams.contains { $0.attribute("RESOLUTION") != nil }
        if hasPicture, keyframes.isEmpty { found.append(.noKeyframePlaylist) }
        return found
    }

    private static func missing(
        _ names: [String], _ tag: PlaylistTag
    ) -> [VerifyFinding.Kind] {
        let attributes = tag.attributes ?? []
        return names.filter { name in !attributes.contains { $0.name == name } }.map {
            .missingAttribute(tag: tag.name, line: tag.line, name: $0)
        }
    }

    /// What is wrong with the playlist of a rendition.
    package static func media(
        _ playlist: MediaPlaylist, _ tags: [PlaylistTag]
    ) -> [VerifyFinding.Kind] {
        var found: [VerifyFinding.Kind] = []
        if !playlist.isEnded { found.append(.notEnded) }
        if !tags.contains(where: { $0.name == "EXT-X-PLAYLIST-TYPE" && $0.value == "VOD" }) {
            found.append(.missingTag("EXT-X-PLAYLIST-TYPE:VOD"))
        }
        if playlist.version < playlist.neededVersion {
            found.append(.missingTag("EXT-X-VERSION:\(playlist.neededVersion)"))
        }
        let target = playlist.targetDuration.wholeMilliseconds
        for (index, piece) in playlist.pieces.enumerated() {
            // Rounded to whole seconds it must not be more (RFC 8216 4.3.3.1).
            let length = piece.duration.wholeMilliseconds
            if (length + 500) / 1000 * 1000 > target {
                found.append(
                    .overTarget(piece: index, milliseconds: length, targetMilliseconds: target))
            }
        }
        if let method = playlist.encryption { found.append(.encrypted(method: method)) }
        return found + dateRanges(playlist, tags)
    }

    /// Dates need a clock, and lie within what is played.
    private static func dateRanges(
        _ playlist: MediaPlaylist, _ tags: [PlaylistTag]
    ) -> [VerifyFinding.Kind] {
        let ranges = tags.filter { $0.name == "EXT-X-DATERANGE" }
        guard !ranges.isEmpty else { return [] }
        let clock = playlist.pieces.lazy.compactMap(\.date).first
        let length = playlist.duration.wholeMilliseconds
        var found: [VerifyFinding.Kind] = []
        var seen: Set<String> = []
        for tag in ranges {
            guard let id = tag.attribute("ID"), !id.isEmpty,
                let start = tag.attribute("START-DATE").flatMap({ WallClock(rfc3339: $0) })
            else {
                found.append(.dateRange(id: tag.attribute("ID") ?? "", .malformed))
                continue
            }
            if !seen.insert(id).inserted { found.append(.dateRange(id: id, .twice)) }
            guard let clock else {
                found.append(.dateRange(id: id, .noClock))
                continue
            }
            let place = start.millisecondsSince1970 - clock.millisecondsSince1970
            if place < 0 || place > length { found.append(.dateRange(id: id, .outside)) }
        }
        return found
    }

    /// How far a bandwidth may be from what it is said to be, in a hundred.
    private static let tolerancePercent: Int64 = 10

    /// Whether the peak of the pieces fits what a variant says.
    package static func bandwidth(listed: Int64, measured: Int64) -> VerifyFinding.Kind? {
        guard measured > 0, listed > 0 else { return nil }
        let isTooLow = measured * 100 > listed * (100 + tolerancePercent)
        let isTooHigh = measured * (100 + tolerancePercent) < listed * 100
        return isTooLow || isTooHigh ? .bandwidth(listed: listed, measured: measured) : nil
    }
}
