import Commerce
import Cutting
import Movies
import Primitives
import WebRTC

/// What `vod-cut inspect` answers.
enum InspectionDocument {
    static func json(_ inspection: MovieInspection, keyframes: Bool) -> JSON {
        var object = JSONObject()
        object["schema"] = "lc.inspection/1"
        object["path"] = .string(inspection.path)
        object["bytes"] = .integer(inspection.bytes)
        object["duration_us"] = .integer(inspection.end.microseconds)
        if !inspection.movie.brand.isEmpty { object["brand"] = .string(inspection.movie.brand) }
        object["created"] = inspection.movie.created.map { .string($0.rfc3339) }
        object["fragmented"] = .bool(inspection.movie.isFragmented)
        if inspection.movie.isFragmented {
            object["fragments"] = .integer(Int64(inspection.movie.fragments))
        }
        if inspection.origin.ticks != 0 {
            object["origin_us"] = .integer(inspection.origin.microseconds)
        }
        object["tracks"] = .array(inspection.tracks.map { track($0, keyframes: keyframes) })
        object["sound_starts_later_us"] = inspection.startDifference.map(JSON.integer)
        object["sound_ends_later_us"] = inspection.endDifference.map(JSON.integer)
        object["timeline"] = inspection.timeline.map(timeline)
        object["findings"] = .array(inspection.findings.map(finding))
        return .object(object)
    }

    private static func finding(_ finding: InspectionFinding) -> JSON {
        [
            "code": .string(finding.code), "message": .string(finding.words),
            "severity": .string(finding.isFault ? "error" : "remark"),
        ]
    }

    private static func track(_ track: TrackInspection, keyframes: Bool) -> JSON {
        var object = JSONObject()
        object["id"] = .integer(Int64(track.id))
        object["kind"] = .string(track.kind.word)
        object["codecs"] = .string(track.codecs)
        object["language"] = .string(track.language)
        object["timescale"] = .integer(Int64(track.timescale))
        object["frames"] = .integer(Int64(track.frames))
        object["shown_frames"] = .integer(Int64(track.shownFrames))
        object["bytes"] = .integer(track.bytes)
        object["bits_per_second"] = .integer(track.bitRate)
        object["start_us"] = .integer(track.start.microseconds)
        object["end_us"] = .integer(track.end.microseconds)
        object["formats"] = .array(track.formats.map(format))
        if !track.edits.isEmpty { object["edits"] = .array(track.edits.map(edit)) }
        if track.gapCount > 0 {
            object["gap_count"] = .integer(Int64(track.gapCount))
            object["gaps"] = .array(track.gaps.map(gap))
        }
        if let picture = track.picture { add(picture, track.rate, keyframes, to: &object) }
        return .object(object)
    }

    private static func format(_ format: MovieFormat) -> JSON {
        var object = JSONObject()
        object["entry"] = .string(format.name)
        switch format.details {
        case .picture(let size):
            object["width"] = .integer(Int64(size.width))
            object["height"] = .integer(Int64(size.height))
        case .sound(let rate, let channels):
            object["sample_rate"] = .integer(Int64(rate))
            object["channels"] = .integer(Int64(channels))
            if format.coding == .aac,
                let parsed = AACConfiguration(parsing: format.configuration.span)
            {
                object["output_rate"] = .integer(Int64(parsed.outputRate))
            }
        case .other: break
        }
        return .object(object)
    }

    private static func edit(_ edit: MovieEdit) -> JSON {
        var object = JSONObject()
        object["duration_movie_ticks"] = .integer(edit.duration)
        object["start_ticks"] = edit.start.map(JSON.integer)
        return .object(object)
    }

    private static func gap(_ gap: GapInspection) -> JSON {
        [
            "start_us": .integer(gap.start.microseconds),
            "length_us": .integer(gap.length.microseconds),
        ]
    }

    private static func add(
        _ picture: PictureInspection, _ rate: RateInspection, _ keyframes: Bool,
        to object: inout JSONObject
    ) {
        object["profile"] = picture.profile.map { .integer(Int64($0)) }
        object["level"] = picture.level.map { .integer(Int64($0)) }
        object["rotation_degrees"] = picture.rotation.map { .integer(Int64($0)) }
        object["reordered"] = .bool(picture.isReordered)
        object["variable_rate"] = .bool(rate.isVariable)
        object["frames_per_1000_s"] = .integer(rate.meanPerThousandSeconds)
        if let fraction = rate.fraction {
            object["frame_rate"] = .string("\(fraction.numerator)/\(fraction.denominator)")
        }
        let groups = picture.groups
        object["groups"] = [
            "count": .integer(Int64(groups.count)), "closed": .integer(Int64(groups.closed)),
            "shortest_frames": .integer(Int64(groups.shortest)),
            "longest_frames": .integer(Int64(groups.longest)),
            "mean_frames_tenths": .integer(Int64(groups.meanTenths)),
        ]
        object["read_from_pictures"] = .bool(picture.looksAtBytes)
        object["disposable_frames"] = picture.disposablePictures.map { .integer(Int64($0)) }
        if keyframes { object["keyframes"] = .array(picture.keyframes.map(keyframe)) }
    }

    private static func keyframe(_ keyframe: PictureInspection.Keyframe) -> JSON {
        var object = JSONObject()
        object["start_us"] = keyframe.presentation.map { .integer($0.microseconds) }
        object["nature"] = .string(keyframe.nature.code)
        object["frames"] = .integer(Int64(keyframe.frames))
        object["place"] = .integer(keyframe.place)
        object["bytes"] = .integer(Int64(keyframe.bytes))
        return .object(object)
    }

    private static func timeline(_ timeline: TimelineInspection) -> JSON {
        var object = JSONObject()
        object["path"] = .string(timeline.path)
        object["events"] = .integer(Int64(timeline.events))
        object["events_outside"] = .integer(Int64(timeline.eventsOutside))
        object["events_unplaced"] = .integer(Int64(timeline.eventsUnplaced))
        object["first_ms"] = timeline.firstMilliseconds.map(JSON.integer)
        object["last_ms"] = timeline.lastMilliseconds.map(JSON.integer)
        object["aligned_by"] = timeline.way.map { .string($0.rawValue) }
        object["offset_ms"] = timeline.offsetMilliseconds.map(JSON.integer)
        object["start_time"] = timeline.startTime.map { .string($0.rfc3339) }
        object["longer_ms"] = timeline.durationDifference.map(JSON.integer)
        return .object(object)
    }
}

extension MovieTrack.Kind {
    var word: String {
        switch self {
        case .picture: "picture"
        case .sound: "sound"
        case .other(let handler): handler
        }
    }
}
