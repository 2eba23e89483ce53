import Measures
import Playlists
import Primitives

/// What a media playlist must keep to, by itself and from one load to the next (RFC 8216 and its
/// revision). Each fault of a piece is told once, however often the playlist is loaded.
struct PlaylistRules: Sendable {
    enum Limits {
        /// Dates may be so far from what the durations before them add up to.
        static let dateTolerance: Duration = .milliseconds(250)
        /// Parts are announced to the millisecond or so each.
        static let partTolerance: Duration = .milliseconds(50)
        /// A playlist may be so old before it is stale, in halves of its target duration.
        static let staleHalves = 3
        /// What must be left when a piece is removed, in target durations.
        static let leastTargets = 3
        /// A clock of a server may be so far ahead of ours.
        static let aheadTolerance: Duration = .seconds(1)
    }

    private var last: MediaPlaylist?
    private var lastChange: Instant?
    /// Whether its staleness has been told.
    private var staleSince: Instant?
    /// Pieces before this number have been looked at.
    private var checkedPieces: Int64 = .min
    /// Whole breaks that the last playlist had counted and listed.
    private var hasToldVersion = false
    private var hasToldDates = false
    private var hasToldControl = false

    /// Looks at a playlist that came at `now`, and says whether it is new.
    mutating func take(
        _ playlist: MediaPlaylist, now: Instant, wall: WallClock, _ remarks: inout HLSRemarks,
        _ measures: inout MeasureSet
    ) -> Bool {
        check(playlist, &remarks)
        var isNew = true
        if let last {
            isNew = last != playlist
            if isNew { compare(last, playlist, &remarks) }
        }
        for piece in playlist.pieces where piece.sequence >= checkedPieces {
            check(piece, of: playlist, wall, &remarks)
        }
        checkDates(playlist, &remarks)
        checkedPieces = max(checkedPieces, playlist.nextSequence)
        if isNew {
            endStaleness(now, playlist, &measures)
            lastChange = now
        }
        last = playlist
        return isNew
    }

    /// A playlist that stays as it is has been that for too long, by and by.
    mutating func look(now: Instant, _ remarks: inout HLSRemarks) {
        guard let last, let lastChange, !last.isEnded, staleSince == nil else { return }
        let deadline = lastChange + Self.staleAfter(last)
        guard now > deadline else { return }
        staleSince = deadline
        remarks.add(.playlistStale, "sequence=\(last.nextSequence - 1)")
    }

    /// What is still going on counts as far as it has gone.
    mutating func finish(now: Instant, _ measures: inout MeasureSet) {
        guard let staleSince else { return }
        measures.add(now - staleSince, to: .playlistStale)
        self.staleSince = nil
    }

    private mutating func endStaleness(
        _ now: Instant, _ playlist: MediaPlaylist, _ measures: inout MeasureSet
    ) {
        if let since = staleSince { measures.add(now - since, to: .playlistStale) }
        staleSince = nil
    }

    private static func staleAfter(_ playlist: MediaPlaylist) -> Duration {
        playlist.targetDuration * Limits.staleHalves / 2
    }

    // MARK: by itself

    private mutating func check(_ playlist: MediaPlaylist, _ remarks: inout HLSRemarks) {
        if !hasToldVersion, playlist.version < playlist.neededVersion {
            hasToldVersion = true
            remarks.add(
                .versionLow, "version=\(playlist.version) needed=\(playlist.neededVersion)")
        }
        if playlist.skipped > 0 { remarks.add(.skipUnasked, "pieces=\(playlist.skipped)") }
        guard !hasToldControl else { return }
        hasToldControl = true
        let control = playlist.control
        if let hold = control.holdBack, hold < playlist.targetDuration * 3 {
            remarks.add(
                .holdBack, "hold_back=\(hold.text) target=\(playlist.targetDuration.text)")
        }
        guard let target = playlist.partTarget else { return }
        if (control.partHoldBack ?? .zero) < target * 2 {
            remarks.add(
                .partHoldBack,
                "part_hold_back=\(control.partHoldBack?.text ?? "none") part_target=\(target.text)")
        }
        if !control.canBlockReload, !playlist.isEnded { remarks.add(.reloadUnblocked, nil) }
    }

    private func check(
        _ piece: Piece, of playlist: MediaPlaylist, _ wall: WallClock,
        _ remarks: inout HLSRemarks
    ) {
        let place = "sequence=\(piece.sequence)"
        let (seconds, rest) = piece.duration.components
        let rounded = Duration.seconds(seconds + (rest >= 500_000_000_000_000_000 ? 1 : 0))
        if rounded > playlist.targetDuration {
            remarks.add(
                .pieceOverTarget,
                "\(place) duration=\(piece.duration.text) target=\(playlist.targetDuration.text)")
        }
        if piece.isDiscontinuous { remarks.add(.discontinuity, place) }
        if piece.isGap { remarks.add(.gap, place) }
        if let date = piece.date, !playlist.isEnded,
            date + piece.duration > wall + Limits.aheadTolerance
        {
            remarks.add(.dateAhead, "\(place) date=\(date.rfc3339)")
        }
        if !piece.parts.isEmpty { checkParts(piece, playlist.partTarget, place, &remarks) }
    }

    private func checkParts(
        _ piece: Piece, _ target: Duration?, _ place: String, _ remarks: inout HLSRemarks
    ) {
        let sum = piece.parts.reduce(Duration.zero) { $0 + $1.duration }
        if abs(sum - piece.duration) > Limits.partTolerance {
            remarks.add(
                .partsDiffer, "\(place) duration=\(piece.duration.text) parts=\(sum.text)")
        }
        guard let target else { return }
        for (number, part) in piece.parts.enumerated() {
            let detail = "\(place).\(number) duration=\(part.duration.text) target=\(target.text)"
            if part.duration > target {
                remarks.add(.partOverTarget, detail)
            } else if part.duration * 100 < target * 85, number + 1 < piece.parts.count,
                !part.isGap
            {
                remarks.add(.partShort, detail)
            }
        }
    }

    /// Each date against the one before it.
    private mutating func checkDates(_ playlist: MediaPlaylist, _ remarks: inout HLSRemarks) {
        if !hasToldDates, !playlist.pieces.isEmpty {
            hasToldDates = true
            if playlist.pieces.allSatisfy({ $0.date == nil }) { remarks.add(.dateMissing, nil) }
        }
        var expected: WallClock?
        for piece in playlist.pieces {
            if piece.isDiscontinuous { expected = nil }
            if let date = piece.date, let before = expected, piece.sequence >= checkedPieces {
                let jump = date - before
                if abs(jump) > Limits.dateTolerance {
                    remarks.add(.dateJump, "sequence=\(piece.sequence) jump=\(jump.text)")
                }
            }
            expected = (piece.date ?? expected).map { $0 + piece.duration }
        }
    }
}
