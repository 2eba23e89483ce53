import Measures
import Probing

/// What remarks say, by their code.
enum RemarkWords {
    /// Nil for a code that another version of this program gave.
    static func text(_ code: String) -> String? {
        ProbeRemark(rawValue: code)?.words ?? HLSRemark(rawValue: code)?.words
            ?? ProbeReport.MergingRemark(rawValue: code)?.words
    }
}

extension ProbeRemark {
    fileprivate var words: String {
        switch self {
        case .clockUnresolved: "the name of whom to ask for the time is not known"
        case .clockSilent: "who was asked for the time has not answered"
        case .clockAbsent: "who was asked for the time does not tell it"
        case .clockDenied: "who was asked for the time does not want to be asked"
        case .clockStepped: "the sender's clock was set"
        case .clockSet: "this machine's clock was set"
        case .decoderLate: "pictures waited for the decoder"
        case .decoderAbsent: "nothing here decodes it"
        case .decoderFailed: "it could not be decoded"
        case .samplesDropped: "rows of --samples found no room"
        case .captureDropped: "packets of --pcap found no room"
        }
    }
}

extension ProbeReport.MergingRemark {
    fileprivate var words: String {
        switch self {
        case .factsDiffer: "not the same in all reports, and left out"
        case .clocksDiffer: "the clocks were not known equally well"
        case .methodsDiffer:
            "not all runs tell latency by the same methods: what all have counts"
        case .viewersLeftOut: "rows of viewers found no room"
        case .kindsDiffer: "WHEP and HLS are merged in one report"
        }
    }
}

extension HLSRemark {
    fileprivate var words: String {
        switch self {
        case .variant: "one of several variants was watched"
        case .soundApart: "its sound is in a playlist of its own, which was not watched"
        case .playlistUnloaded: "the playlist could not be loaded"
        case .playlistMalformed: "what came is no playlist"
        case .playlistStale: "the playlist stayed as it was for longer than it may"
        case .playlistType: "neither its address nor its content type says that it is a playlist"
        case .playlistCached: "caches may keep the playlist for longer than it is true"
        case .versionLow: "the playlist uses what its version does not have"
        case .targetChanged: "the target duration has changed"
        case .sequenceBack: "the media sequence went back"
        case .sequenceJump: "pieces went by that were in no playlist"
        case .sequenceShifted: "the same pieces have other numbers than before"
        case .pieceChanged: "a number is another piece than before"
        case .pieceRemovedEarly:
            "pieces were removed too early: less than three target durations are left"
        case .discontinuity: "a discontinuity"
        case .discontinuityUncounted: "a discontinuity left the playlist and was not counted"
        case .skipUnasked: "pieces were left out without having been asked"
        case .pieceOverTarget: "a piece is longer than the target duration"
        case .dateMissing: "there is no PROGRAM-DATE-TIME"
        case .dateJump: "dates do not go with the lengths of the pieces"
        case .dateAhead: "the end of a piece lies in the future"
        case .gap: "a piece is marked as missing"
        case .partOverTarget: "a part is longer than its target"
        case .partShort: "a part is shorter than 85 % of its target"
        case .partsDiffer: "a piece is not as long as its parts together"
        case .partHoldBack: "PART-HOLD-BACK is missing or too short"
        case .holdBack: "HOLD-BACK is too short"
        case .reloadUnblocked: "there are parts, and no reload that waits for them"
        case .reloadEarly: "a reload that was to wait was answered too early"
        case .pieceUnloaded: "a piece could not be loaded"
        case .pieceMissed: "a piece had gone before it could be loaded"
        case .pieceSlow: "a piece took longer to load than it lasts"
        case .pieceType: "a piece has a content type that it should not have"
        case .pieceTruncated: "a piece broke off"
        case .pieceUnreadable: "a piece could not be read"
        case .keyframeAbsent: "a piece does not begin with a keyframe"
        case .durationDiffers: "a piece lasts another time than is announced"
        case .timestampGap: "a piece does not begin where the one before it ends"
        case .formatChanged: "codec or size changed without a discontinuity"
        }
    }
}
