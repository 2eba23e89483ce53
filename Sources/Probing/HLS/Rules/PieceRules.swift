import Primitives

/// What loaded pieces must keep to, each by itself and against the one before.
struct PieceRules: Sendable {
    enum Limits {
        /// What is announced may differ from what is there by one part in so many,
        static let durationPart = 10
        /// and by so much anyway: a picture or two of a short part.
        static let durationTolerance: Duration = .milliseconds(70)
        /// Between the end of one piece and the beginning of the next.
        static let gapTolerance: Duration = .milliseconds(100)
    }

    private var lastFacts: PieceContents.Facts?

    /// Whether something is in it that can be watched.
    mutating func take(
        _ wish: PieceWish, _ contents: PieceContents, gap: Duration?,
        _ remarks: inout HLSRemarks
    ) -> Bool {
        let place = "sequence=\(wish.name.text)"
        switch contents.shape {
        case .truncated:
            remarks.add(.pieceTruncated, place)
        case .unknown, .whole:
            if contents.failure != nil || contents.start == nil {
                remarks.add(.pieceUnreadable, place)
            }
        }
        guard let duration = contents.duration else { return false }
        if case .whole = contents.shape {
            checkDuration(duration, wish, place, &remarks)
        }
        if wish.isIndependent, contents.beginsWithKeyframe == false {
            remarks.add(.keyframeAbsent, place)
        }
        if let gap, abs(gap) > Limits.gapTolerance {
            remarks.add(.timestampGap, "\(place) gap=\(gap.text)")
        }
        if let last = lastFacts, !wish.isBroken, last.differs(from: contents.facts) {
            remarks.add(.formatChanged, place)
        }
        lastFacts = contents.facts
        return true
    }

    private func checkDuration(
        _ duration: Duration, _ wish: PieceWish, _ place: String, _ remarks: inout HLSRemarks
    ) {
        let difference = abs(duration - wish.duration)
        guard difference > Limits.durationTolerance,
            difference * Limits.durationPart > wish.duration
        else { return }
        remarks.add(
            .durationDiffers,
            "\(place) announced=\(wish.duration.text) found=\(duration.text)")
    }
}

extension PieceContents.Facts {
    /// In what both know: a part need not say everything.
    fileprivate func differs(from other: Self) -> Bool {
        func differ<Value: Equatable>(_ one: Value?, _ two: Value?) -> Bool {
            one != nil && two != nil && one != two
        }
        return differ(videoCodec, other.videoCodec) || differ(audioCodec, other.audioCodec)
            || differ(width, other.width) || differ(height, other.height)
    }
}
