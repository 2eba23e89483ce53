import Cutting
import Movies

extension InspectionFinding {
    /// For scripts.
    var code: String {
        switch self {
        case .damage(let damage): damage.code
        case .falseKeyframes: "false_keyframes"
        case .hiddenKeyframes: "hidden_keyframes"
        case .damagedPictures: "damaged_pictures"
        case .openGroups: "open_groups"
        case .gaps: "gaps"
        case .noFrames: "no_frames"
        case .changesSize: "changes_size"
        case .startsApart: "starts_apart"
        case .endsApart: "ends_apart"
        case .eventsOutside: "events_outside"
        case .eventsUnplaced: "events_unplaced"
        case .otherLength: "other_length"
        }
    }

    var words: String {
        switch self {
        case .damage(let damage): damage.words
        case .falseKeyframes(let track, let count):
            "\(Self.frames(count)) of track \(track) said to be a keyframe, and decoding cannot "
                + "begin there"
        case .hiddenKeyframes(let track, let count):
            "decoding can begin at \(InspectionText.count(count, "frame")) of track \(track) that "
                + "no table names"
        case .damagedPictures(let track, let count):
            "\(InspectionText.count(count, "frame")) of track \(track) cannot be what its format "
                + "says"
        case .openGroups(let track, let count):
            "\(InspectionText.count(count, "group")) of track \(track) open: copies begin only "
                + "where one is closed"
        case .gaps(let track, let count, let longest):
            "\(InspectionText.count(count, "gap")) in track \(track), the longest of "
                + InspectionText.milliseconds(longest)
        case .noFrames(let track): "track \(track) shows nothing"
        case .changesSize(let track): "the size or kind of track \(track) changes on the way"
        case .startsApart(let apart): "sound begins \(Self.later(apart)) than the picture"
        case .endsApart(let apart): "sound ends \(Self.later(apart)) than the picture"
        case .eventsOutside(let count):
            "\(InspectionText.count(count, "event")) of the timeline outside of the recording"
        case .eventsUnplaced(let count):
            "\(InspectionText.count(count, "event")) of the timeline without a place in the media"
        case .otherLength(let apart):
            "the recording is \(InspectionText.milliseconds(abs(apart) * 1000)) "
                + "\(apart < 0 ? "shorter" : "longer") than the media that the timeline names"
        }
    }

    private static func frames(_ count: Int) -> String {
        count == 1 ? "1 frame" : "\(count) frames"
    }

    private static func later(_ microseconds: Int64) -> String {
        InspectionText.milliseconds(Int64(microseconds.magnitude))
            + (microseconds < 0 ? " earlier" : " later")
    }
}

extension MovieDamage {
    /// For scripts.
    var code: String {
        switch self {
        case .endsEarly: "ends_early"
        case .framesBeyondEnd: "frames_beyond_end"
        case .badFragment: "bad_fragment"
        case .badTable: "bad_table"
        case .notBox: "not_box"
        case .mediaElsewhere: "media_elsewhere"
        }
    }
}

extension PictureNature {
    /// For scripts, and for those who know H.264.
    var code: String {
        switch self {
        case .instant: "idr"
        case .open: "cra"
        case .broken: "bla"
        case .recovery: "recovery"
        case .intra: "intra"
        case .skippedLeading: "rasl"
        case .decodableLeading: "radl"
        case .referenced: "referenced"
        case .disposable: "disposable"
        case .damaged: "damaged"
        }
    }
}
