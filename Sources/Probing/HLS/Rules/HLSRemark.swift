import Measures

/// What is noticed of a playlist and its pieces; the raw value is its code in reports.
package enum HLSRemark: String, Sendable, CaseIterable, Hashable {
    // What is watched

    /// Which of several variants.
    case variant = "variant"
    /// The variant's sound is in a playlist of its own, which is not watched.
    case soundApart = "sound_apart"

    // Playlists

    /// Could not be loaded.
    case playlistUnloaded = "playlist_unloaded"
    /// Could be loaded, and is none.
    case playlistMalformed = "playlist_malformed"
    /// It has not changed for one and a half target durations.
    case playlistStale = "playlist_stale"
    /// Neither its address nor its content type says that it is a playlist.
    case playlistType = "playlist_type"
    /// May be kept by caches for longer than it is true.
    case playlistCached = "playlist_cached"
    /// Something is used that its version doesn't have.
    case versionLow = "version_low"
    case targetChanged = "target_changed"
    case sequenceBack = "sequence_back"
    /// Pieces have gone by that were in no playlist we have seen.
    case sequenceJump = "sequence_jump"
    /// The same pieces have other numbers than before.
    case sequenceShifted = "sequence_shifted"
    /// A number is another piece than before.
    case pieceChanged = "piece_changed"
    /// What is left is shorter than three target durations.
    case pieceRemovedEarly = "piece_removed_early"
    case discontinuity = "discontinuity"
    /// A break has left the playlist and was not counted.
    case discontinuityUncounted = "discontinuity_uncounted"
    /// Pieces were left out without having been asked.
    case skipUnasked = "skip_unasked"

    // Pieces, as they are announced

    case pieceOverTarget = "piece_over_target"
    case dateMissing = "date_missing"
    /// Two dates are further apart than the pieces between them are long, or nearer.
    case dateJump = "date_jump"
    /// The end of a piece lies in the future.
    case dateAhead = "date_ahead"
    case gap = "gap"

    // Low latency

    case partOverTarget = "part_over_target"
    /// Shorter than 85 % of the target, and not the last of its piece.
    case partShort = "part_short"
    /// A piece is not as long as its parts are together.
    case partsDiffer = "parts_differ"
    case partHoldBack = "part_hold_back"
    case holdBack = "hold_back"
    /// There are parts, and no reload that waits for them.
    case reloadUnblocked = "reload_unblocked"
    /// A reload that was to wait was answered without what it was to wait for.
    case reloadEarly = "reload_early"

    // Pieces, as they are loaded

    /// Could not be loaded.
    case pieceUnloaded = "piece_unloaded"
    /// Had gone from the playlist before it could be loaded.
    case pieceMissed = "piece_missed"
    /// Took longer to load than it lasts.
    case pieceSlow = "piece_slow"
    case pieceType = "piece_type"
    case pieceTruncated = "piece_truncated"
    case pieceUnreadable = "piece_unreadable"
    case keyframeAbsent = "keyframe_absent"
    /// What is in it lasts another time than is announced, by more than a tenth.
    case durationDiffers = "duration_differs"
    /// It does not begin where the piece before it ends.
    case timestampGap = "timestamp_gap"
    /// Its codec or size is another than before, and no break was announced.
    case formatChanged = "format_changed"
}

/// What was noticed so far, by code, each with the first of its details.
struct HLSRemarks: Sendable {
    enum Limits {
        /// Of a detail, which a server may have a part in.
        static let detailBytes = 256
    }

    /// In the order in which they were first noticed.
    private(set) var all: [ProbeReport.Remark] = []
    /// Those that are new since they were last taken.
    private var untold: [ProbeReport.Remark] = []

    /// Details are `name=value` by `name=value`: facts, to be put in words elsewhere.
    mutating func add(_ remark: HLSRemark, _ detail: String?, count: Int64 = 1) {
        let short = detail.map {
            String(decoding: $0.utf8.prefix(Limits.detailBytes), as: UTF8.self)
        }
        add(ProbeReport.Remark(code: remark.rawValue, detail: short, count: count))
    }

    mutating func add(_ remark: ProbeReport.Remark) {
        if let place = all.firstIndex(where: { $0.code == remark.code }) {
            all[place].count += remark.count
            return
        }
        all.append(remark)
        untold.append(remark)
    }

    mutating func takeNew() -> [ProbeReport.Remark] {
        defer { untold = [] }
        return untold
    }

    func count(_ remark: HLSRemark) -> Int64 {
        all.first { $0.code == remark.rawValue }?.count ?? 0
    }
}
