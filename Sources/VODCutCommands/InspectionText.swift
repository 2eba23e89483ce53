import Commerce
import Cutting
import Movies
import Primitives
import WebRTC

/// `vod-cut inspect` for people.
enum InspectionText {
    static func text(_ inspection: MovieInspection, keyframes: Bool) -> String {
        var lines = [head(inspection)]
        for track in inspection.tracks {
            lines.append(line(track))
            lines += details(track).map { "  \($0)" }
            if keyframes, let picture = track.picture {
                lines += picture.keyframes.map { "  \(line($0))" }
            }
        }
        if let start = inspection.startDifference, let end = inspection.endDifference {
            lines.append("sound begins \(later(start)), ends \(later(end))")
        }
        if let timeline = inspection.timeline { lines.append(line(timeline)) }
        lines += inspection.findings.map { "\($0.isFault ? "fault" : "remark"): \($0.words)" }
        return lines.joined(separator: "\n")
    }

    private static func head(_ inspection: MovieInspection) -> String {
        var parts = [
            clock(inspection.end), "\(inspection.bytes) bytes",
            inspection.movie.brand == "qt  " ? "QuickTime" : "MP4",
        ]
        if inspection.movie.isFragmented {
            parts.append(count(inspection.movie.fragments, "fragment"))
        }
        if let created = inspection.movie.created { parts.append("made \(created.rfc3339)") }
        return "\(inspection.path): \(parts.joined(separator: ", "))"
    }

    private static func line(_ track: TrackInspection) -> String {
        var parts = [track.codecs]
        switch track.formats.first?.details {
        case .picture(let size):
            parts.append("\(size.width)x\(size.height)")
            parts.append(rate(track.rate))
        case .sound(let rate, let channels):
            parts.append("\(rate) Hz")
            parts.append(count(channels, "channel"))
        case .other, nil: break
        }
        if let rotation = track.picture?.rotation, rotation != 0 {
            parts.append("turned by \(rotation)°")
        }
        if track.bitRate > 0 { parts.append("\((track.bitRate + 500) / 1000) kbit/s") }
        parts.append(count(track.frames, "frame"))
        if track.shownFrames != track.frames { parts.append("\(track.shownFrames) shown") }
        return "track \(track.id) \(track.kind.word): \(parts.joined(separator: ", "))"
    }

    private static func details(_ track: TrackInspection) -> [String] {
        var lines = ["from \(clock(track.start)) to \(clock(track.end))"]
        if let picture = track.picture { lines.append(groups(picture)) }
        if !track.edits.isEmpty { lines.append(count(track.edits.count, "edit")) }
        lines += track.gaps.prefix(shownGaps).map { gap in
            "gap at \(clock(gap.start)) of "
                + InspectionText.milliseconds(gap.length.microseconds)
        }
        if track.gapCount > shownGaps { lines.append("and \(track.gapCount - shownGaps) more") }
        return lines
    }

    private static let shownGaps = 5

    private static func groups(_ picture: PictureInspection) -> String {
        let groups = picture.groups
        var text =
            "\(count(groups.count, "group")) of \(groups.shortest) to \(groups.longest) frames"
        if picture.looksAtBytes { text += ", \(groups.closed) closed" }
        return text + (picture.isReordered ? ", with B-frames" : ", no B-frames")
    }

    private static func line(_ keyframe: PictureInspection.Keyframe) -> String {
        let time = keyframe.presentation.map(clock) ?? "hidden      "
        return "\(time)  \(keyframe.nature.code)  \(count(keyframe.frames, "frame"))"
    }

    private static func line(_ timeline: TimelineInspection) -> String {
        let within = timeline.events - timeline.eventsOutside - timeline.eventsUnplaced
        var text =
            "timeline \(timeline.path): \(within) of \(count(timeline.events, "event")) in it"
        if let way = timeline.way { text += ", aligned by \(way.rawValue)" }
        return text
    }

    private static func rate(_ rate: RateInspection) -> String {
        let mean = rate.meanPerThousandSeconds
        let hundredths = String(1000 + mean % 1000).dropFirst().prefix(2)
        let number = mean % 1000 == 0 ? "\(mean / 1000)" : "\(mean / 1000).\(hundredths)"
        return "\(number) frames/s\(rate.isVariable ? " varying" : "")"
    }

    private static func later(_ microseconds: Int64) -> String {
        guard microseconds != 0 else { return "with the picture" }
        let text = InspectionText.milliseconds(Int64(microseconds.magnitude))
        return "\(text) \(microseconds < 0 ? "earlier" : "later")"
    }

    private static func clock(_ time: MediaTime) -> String {
        TimeWords.clock(microseconds: time.microseconds)
    }

    /// `12.3 ms`
    static func milliseconds(_ microseconds: Int64) -> String {
        let tenths = (microseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }

    static func count(_ number: Int, _ what: String) -> String {
        "\(number) \(what)\(number == 1 ? "" : "s")"
    }
}
