import Playlists
import Primitives

extension PlaylistRules {
    /// What must not differ between a playlist and the one before it.
    func compare(
        _ old: MediaPlaylist, _ new: MediaPlaylist, _ remarks: inout HLSRemarks
    ) {
        if new.targetDuration != old.targetDuration {
            remarks.add(
                .targetChanged,
                "from=\(old.targetDuration.text) to=\(new.targetDuration.text)")
        }
        guard let first = new.pieces.first, let known = old.pieces.first else { return }
        let jump = "from=\(old.mediaSequence) to=\(new.mediaSequence)"
        if new.mediaSequence < old.mediaSequence {
            // What the pieces are called by decides whether they have come back or are others.
            remarks.add(.sequenceBack, jump)
            return
        }
        if new.mediaSequence > old.nextSequence {
            remarks.add(.sequenceJump, jump)
            return
        }
        if isShifted(old, new) {
            remarks.add(.sequenceShifted, jump)
            return
        }
        comparePieces(old, new, &remarks)
        let removed = old.pieces.prefix { $0.sequence < first.sequence }
        guard !removed.isEmpty, known.sequence < first.sequence else { return }
        checkRemoval(of: removed, old, new, &remarks)
    }

    /// Whether the same pieces have other numbers now.
    private func isShifted(_ old: MediaPlaylist, _ new: MediaPlaylist) -> Bool {
        guard let first = new.pieces.first,
            let same = old.pieces.first(where: { $0.address == first.address })
        else { return false }
        guard same.sequence != first.sequence else { return false }
        // A playlist that names the same piece twice has no place of its own for it.
        let others = old.pieces.filter { $0.address == first.address }
        return others.count == 1
    }

    private func comparePieces(
        _ old: MediaPlaylist, _ new: MediaPlaylist, _ remarks: inout HLSRemarks
    ) {
        guard let first = new.pieces.first else { return }
        let skipped = max(0, Int(clamping: first.sequence - (old.pieces.first?.sequence ?? 0)))
        for (before, after) in zip(old.pieces.dropFirst(skipped), new.pieces)
        where before.sequence == after.sequence {
            if before.address != after.address || before.duration != after.duration
                || before.isDiscontinuous != after.isDiscontinuous
                    && after.sequence != first.sequence
            {
                remarks.add(.pieceChanged, "sequence=\(after.sequence)")
                return
            }
        }
    }

    private func checkRemoval(
        of removed: ArraySlice<Piece>, _ old: MediaPlaylist, _ new: MediaPlaylist,
        _ remarks: inout HLSRemarks
    ) {
        let least = new.targetDuration * Limits.leastTargets
        if !new.isEnded, new.duration < least {
            remarks.add(
                .pieceRemovedEarly,
                "sequence=\(new.mediaSequence - 1) left=\(new.duration.text) least=\(least.text)")
        }
        let breaks = Int64(removed.count { $0.isDiscontinuous })
        // A break counts as gone with the piece that it stands before, or once that is first.
        let counted = new.discontinuitySequence - old.discontinuitySequence
        let mayCount = breaks + (new.pieces.first?.isDiscontinuous == true ? 1 : 0)
        if counted < breaks || counted > mayCount {
            remarks.add(
                .discontinuityUncounted, "removed=\(breaks) counted=\(counted)")
        }
    }
}

extension Duration {
    /// Seconds to the millisecond, for details.
    var text: String {
        let milliseconds = wholeMilliseconds
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = String(rest)
        let zeros = String(repeating: "0", count: 3 - digits.count)
        return "\(milliseconds < 0 ? "-" : "")\(whole).\(zeros)\(digits)"
    }
}

/// How far apart two are, without the sign.
func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }

extension WallClock {
    static func - (later: WallClock, earlier: WallClock) -> Duration {
        let (milliseconds, overflow) = later.millisecondsSince1970.subtractingReportingOverflow(
            earlier.millisecondsSince1970)
        return .milliseconds(overflow ? Int64.max : milliseconds)
    }
}
