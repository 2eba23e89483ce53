import Measures
import Media
import Primitives
import WebRTC

/// A player that plays what has been loaded in real time, as far as it goes: it begins as soon as
/// it has a picture, stops where it has run dry, and never hurries to catch up.
///
/// It shows nothing: it says when each picture would have been shown, and how old it was then.
/// Positions are times of the pieces, on one line however often their clocks begin anew.
struct HLSPlayer: Sendable {
    enum Limits {
        /// Pictures that wait to be shown.
        static let pictures = 200_000
        /// A hole that is played over as though nothing were missing.
        static let seam: Duration = .milliseconds(250)
        /// Clocks of pieces that follow each other and differ by more begin anew.
        static let jump: Duration = .seconds(2)
        /// Stretches that are remembered for pictures that are decoded late.
        static let stretches = 64
        /// Dates that are remembered, of pieces that aren't played yet.
        static let dates = 10_000
    }

    private enum State {
        case idle
        case playing
        /// It has run dry; at that instant.
        case dry(Instant)
    }

    /// Playing without a stop: a position is shown so long after `instant`.
    private struct Stretch {
        let instant: Instant
        let position: Duration
    }

    private struct WaitingFrame {
        let position: Duration
        let isKeyframe: Bool
    }

    private struct WaitingCode {
        let position: Duration
        let code: PatternCode?
    }

    private let begun: Instant
    private let wallClock: WallClockAnchor
    /// The sender's clock is so far ahead of ours.
    var clockLead: Duration = .zero

    private var state = State.idle
    private var stretches: [Stretch] = []
    /// What has been loaded and not been played, without holes in each.
    private var ranges: [(start: Duration, end: Duration)] = []
    private var frames = WaitingLine<WaitingFrame>()
    private var codes = WaitingLine<WaitingCode>()
    private var dates = WaitingLine<(position: Duration, date: WallClock)>()
    /// What is added to a piece's own times; before the last break, and since.
    private var shift: Duration = .zero
    private var lastShift: Duration = .zero
    private var loadedEnd: Duration?
    private var lastWasWhole = false
    /// Where playing is to begin.
    private var start: Duration?
    private var hasStamps = false
    /// Nothing more is going to come.
    private(set) var hasEnded = false
    private(set) var isPlayedOut = false
    private(set) var firstPicture: Instant?

    private var lastAdvance: Instant?
    private(set) var meter = ShownMeter()

    init(begun: Instant, wallClock: WallClockAnchor) {
        self.begun = begun
        self.wallClock = wallClock
    }

    // MARK: what is loaded

    /// Takes a piece in; answers how far its beginning is from the end of the one before, where
    /// that is of interest.
    mutating func add(
        _ contents: PieceContents, for wish: PieceWish, now: Instant,
        into measures: inout MeasureSet
    ) -> Duration? {
        advance(to: now, into: &measures)
        measures.count(.framesReceived, Int64(contents.frames.count))
        measures.count(.framesDecoded, Int64(contents.readings.count))
        measures.count(.framesDamaged, Int64(contents.damaged))
        guard let start = contents.start, let end = contents.end, end > start else {
            take(contents.readings, of: nil)
            lastWasWhole = false
            return nil
        }
        let gap = place(start, wish)
        let range = (start: start + shift, end: end + shift)
        if let last = ranges.last, abs(range.start - last.end) <= Limits.seam {
            ranges[ranges.count - 1].end = max(last.end, range.end)
        } else {
            ranges.append(range)
        }
        loadedEnd = range.end
        if let date = wish.date, dates.count < Limits.dates {
            dates.append((range.start, date))
        }
        for frame in contents.frames where frames.count < Limits.pictures {
            frames.append(
                WaitingFrame(
                    position: frame.presentation + shift, isKeyframe: frame.isKeyframe))
        }
        take(contents.readings, of: range)
        let isInteresting = lastWasWhole && wish.isConsecutive && !wish.isBroken
        if case .whole = contents.shape { lastWasWhole = true } else { lastWasWhole = false }
        begin(wish, contents, now, &measures)
        return isInteresting ? gap : nil
    }

    /// Puts a piece on the line: where it says itself, or behind the last one where clocks differ.
    private mutating func place(_ start: Duration, _ wish: PieceWish) -> Duration? {
        guard let loadedEnd else { return nil }
        let gap = start + shift - loadedEnd
        let isFar = wish.isConsecutive ? abs(gap) > Limits.jump : gap < .zero - Limits.jump
        lastShift = shift
        if wish.isBroken || isFar {
            shift = loadedEnd - start
        }
        return gap
    }

    /// The first pictures that a decoder gives may be of the piece before, which it held back:
    /// where the clock has begun anew without a word they stand on that one's line.
    private mutating func take(
        _ readings: [PieceContents.Reading], of range: (start: Duration, end: Duration)?
    ) {
        for reading in readings where codes.count < Limits.pictures {
            var position = reading.presentation + shift
            let before = reading.presentation + lastShift
            if let range, lastShift != shift {
                let isOutside = position < range.start || position >= range.end
                let isNearer = abs(before - range.start) < abs(position - range.start)
                if reading.isBeforeBreak || isOutside && isNearer { position = before }
            }
            codes.append(WaitingCode(position: position, code: reading.code))
        }
    }

    private mutating func begin(
        _ wish: PieceWish, _ contents: PieceContents, _ now: Instant,
        _ measures: inout MeasureSet
    ) {
        switch state {
        case .playing: break
        case .idle:
            guard let range = ranges.first else { return }
            let position = start ?? range.start + (wish.startsAt ?? .zero)
            start = position
            // A part may end before it.
            guard ranges.count > 1 || range.end > position,
                contents.frames.isEmpty || !codes.isEmpty
            else { return }
            // Pictures before it are decoded, and nobody sees them.
            while let first = frames.first, first.position < position { frames.removeFirst() }
            while let first = codes.first, first.position < position { codes.removeFirst() }
            play(from: position, at: now)
            firstPicture = now
            lastAdvance = now
            measures.add(now - begun, to: .startup)
        case .dry:
            guard let range = ranges.first else { return }
            // Where nothing is missing it goes on where it stopped.
            let position = max(range.start, position(at: now) ?? range.start)
            guard position < range.end else { return }
            play(from: position, at: now)
        }
    }

    private mutating func play(from position: Duration, at now: Instant) {
        if stretches.count >= Limits.stretches { stretches.removeFirst() }
        stretches.append(Stretch(instant: now, position: position))
        state = .playing
    }

    /// There will be no more pieces: running dry is the end.
    mutating func finishLoading() {
        hasEnded = true
    }

    /// Pictures that were shown since it was last asked.
    mutating func takeShownCount() -> Int64 { meter.takeShownCount() }

    // MARK: what is played

    /// So much has been loaded that isn't played yet.
    func ahead(now: Instant) -> Duration {
        guard let loadedEnd else { return .zero }
        guard let position = position(at: now) else {
            return ranges.first.map { loadedEnd - $0.start } ?? .zero
        }
        return max(.zero, loadedEnd - position)
    }

    /// Where playing is; where it stopped, if it has run dry.
    private func position(at now: Instant) -> Duration? {
        guard let stretch = stretches.last else { return nil }
        if case .dry(let since) = state { return stretch.position + (since - stretch.instant) }
        return stretch.position + (now - stretch.instant)
    }

    /// When a position was shown, or would have been.
    private func instant(of position: Duration) -> Instant? {
        let stretch = stretches.last { $0.position <= position } ?? stretches.first
        return stretch.map { $0.instant + (position - $0.position) }
    }

    /// Plays on until an instant, and measures all that is shown by then.
    mutating func advance(to now: Instant, into measures: inout MeasureSet) {
        guard let before = lastAdvance else { return }
        if now > before, !isPlayedOut {
            measures.count(.watchedMicroseconds, (now - before).wholeMicroseconds)
            lastAdvance = now
        }
        while case .playing = state, let stretch = stretches.last, let range = ranges.first {
            let end = stretch.instant + (range.end - stretch.position)
            show(until: min(range.end, stretch.position + (now - stretch.instant)), &measures)
            guard end <= now else { return }
            ranges.removeFirst()
            if let next = ranges.first {
                play(from: next.start, at: end)
            } else {
                state = .dry(end)
                isPlayedOut = hasEnded
            }
        }
        if case .dry = state, hasEnded, ranges.isEmpty { isPlayedOut = true }
    }

    private mutating func show(until position: Duration, _ measures: inout MeasureSet) {
        while let frame = frames.first, frame.position < position {
            frames.removeFirst()
            guard let instant = instant(of: frame.position) else { continue }
            meter.show(
                at: instant, position: frame.position, isKeyframe: frame.isKeyframe, &measures)
            if let taken = date(at: frame.position) {
                measures.add(latency(of: taken, at: instant), to: .latencyCapture)
            }
        }
        while let reading = codes.first, reading.position < position {
            codes.removeFirst()
            guard let instant = instant(of: reading.position) else { continue }
            guard let code = reading.code else {
                // Most shows carry no stamp at all.
                if hasStamps { measures.count(.stampsUnread) }
                meter.missNumber()
                continue
            }
            hasStamps = true
            measures.count(.stampsRead)
            guard meter.isNew(code, &measures) else { continue }
            let near = WallClock(millisecondsSince1970: microseconds(at: instant) / 1000)
            let taken = code.wallClock(near: near)
            measures.add(latency(of: taken, at: instant), to: .latencyBurned)
        }
    }

    /// When what is at a position was taken, by the dates of the playlist.
    private mutating func date(at position: Duration) -> WallClock? {
        while let next = dates.second, next.position <= position { dates.removeFirst() }
        guard let first = dates.first, first.position <= position else { return nil }
        return first.date + (position - first.position)
    }

    /// On the sender's clock, since 1970.
    private func microseconds(at instant: Instant) -> Int64 {
        (wallClock.nanosecondsSince1970 &+ (instant - wallClock.instant).wholeNanoseconds
            &+ clockLead.wholeNanoseconds) / 1000
    }

    /// In microseconds; a date of a playlist may be any.
    private func latency(of taken: WallClock, at instant: Instant) -> Int64 {
        let (product, overflow) = taken.millisecondsSince1970.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return 0 }
        return microseconds(at: instant) &- product
    }

    /// What is still going on counts as far as it has gone.
    mutating func finish(now: Instant, into measures: inout MeasureSet) {
        advance(to: now, into: &measures)
        if case .dry = state, !isPlayedOut { meter.finish(at: now, &measures) }
    }
}

/// Values in order, taken from the front without moving the others.
struct WaitingLine<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { head < elements.count ? elements[head] : nil }
    var second: Element? { head + 1 < elements.count ? elements[head + 1] : nil }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func removeFirst() {
        guard head < elements.count else { return }
        head += 1
        if head == elements.count || head > 4096 {
            elements.removeSubrange(..<head)
            head = 0
        }
    }
}
