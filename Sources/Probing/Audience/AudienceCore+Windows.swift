import Measures
import Network
import Primitives
import Sessions
import WebRTC

/// What was measured of all viewers, window by window, and of each.
extension AudienceCore {
    /// Puts what has come since the last time into the window that is open, once a second.
    func measure() {
        let now = loop.now
        let passed = max(1, (now - lastTick).wholeNanoseconds / 1000)
        lastTick = now
        var measured = MeasureSet()
        var rates = (bits: Histogram(), frames: Histogram(), jitter: Histogram())
        var opened: Int64 = 0
        var forged: Int64 = 0
        for member in rows.indices {
            opened += rows[member].opened
            forged += rows[member].forged
            guard rows[member].firstAt != 0 else {
                judgeSilence(viewers[member], now)
                continue
            }
            tellStart(viewers[member], &measured)
            tell(member, passed, now, &measured, &rates)
            judgeSilence(viewers[member], now)
        }
        measured.add(rates.bits, to: .bitRate)
        measured.add(rates.frames, to: .frameRate)
        measured.add(rates.jitter, to: .jitter)
        takeHistograms(&measured)
        log.current.merge(measured)
        watch.note(ProcessFigures.current(), drops: group.drops, now: now)
        log.roll(now: now)
        figures.opened = Int(opened)
        figures.forged = Int(forged)
        figures.machine = watch.report
        figures.windows = log.windows(now: now)
        onFigures?(figures)
        figures.failures = []
    }

    private func takeHistograms(_ measured: inout MeasureSet) {
        measured.add(frameGaps, to: .frameGap)
        measured.add(lossRuns, to: .lossRun)
        measured.add(freezes, to: .freeze)
        measured.add(rebuffers, to: .rebuffer)
        measured.add(keyframeIntervals, to: .keyframeInterval)
        frameGaps = Histogram()
        lossRuns = Histogram()
        freezes = Histogram()
        rebuffers = Histogram()
        keyframeIntervals = Histogram()
    }

    private typealias Rates = (bits: Histogram, frames: Histogram, jitter: Histogram)

    private func tell(
        _ member: Int, _ passed: Int64, _ now: Instant, _ measured: inout MeasureSet,
        _ rates: inout Rates
    ) {
        let (expected, received, missed) = (
            rows[member].expected, rows[member].received, rows[member].missed
        )
        let (repaired, repeated) = (rows[member].repaired, rows[member].repeated)
        var told = rows[member].told
        measured.count(.packetsExpected, expected - told.expected)
        measured.count(.packetsReceived, received - told.received)
        // One that came late after all is set off against the next that is missed.
        if missed > told.missed {
            measured.count(.packetsMissed, missed - told.missed)
            told.missed = missed
        }
        measured.count(.packetsRepaired, repaired - told.repaired)
        measured.count(.packetsRepeated, repeated - told.repeated)
        let bytes = rows[member].bytes - told.bytes
        measured.count(.bytesReceived, bytes)
        measured.count(.nacks, rows[member].nacks - told.nacks)
        measured.count(.keyframesAsked, rows[member].keyframesAsked - told.keyframesAsked)
        let pictures = rows[member].pictures.pictures - told.pictures
        measured.count(.framesReceived, pictures)
        if rows[member].looksAlways {
            measured.count(.keyframes, rows[member].pictures.keyframes - told.keyframes)
        }
        // Of a moment there is no rate.
        let hasRates = passed >= AudienceLimits.leastRated
        if rows[member].isWatching, hasRates {
            rates.bits.add(bytes &* 8_000_000 / passed)
            rates.jitter.add(Int64(rows[member].video.jitterTicks) * 1_000_000 / 90_000)
        }
        if let firstAt = rows[member].pictures.firstAt, rows[member].isWatching {
            let watched = min(passed, max(0, (now.nanoseconds - firstAt) / 1000))
            measured.count(.watchedMicroseconds, watched)
            // The first window has the frames that a server keeps for who joins.
            if told.hasPictures, hasRates { rates.frames.add(pictures &* 1_000_000_000 / passed) }
            told.hasPictures = true
        }
        told.expected = expected
        told.received = received
        told.repaired = repaired
        told.repeated = repeated
        told.bytes = rows[member].bytes
        told.nacks = rows[member].nacks
        told.keyframesAsked = rows[member].keyframesAsked
        told.pictures = rows[member].pictures.pictures
        told.keyframes = rows[member].pictures.keyframes
        rows[member].told = told
    }

    /// Once the first keyframe has come, which is when the start is over.
    private func tellStart(_ viewer: CountingViewer, _ measured: inout MeasureSet) {
        guard !rows[viewer.member].told.hasStart,
            rows[viewer.member].pictures.firstAt != nil || viewer.agreement?.hasVideo == false
        else { return }
        rows[viewer.member].told.hasStart = true
        addStart(viewer, to: &measured)
    }

    private func addStart(_ viewer: CountingViewer, to measured: inout MeasureSet) {
        let start = viewer.start
        if let timings = start.timings, !timings.isReused {
            measured.add(timings.resolved, to: .startDNS)
            measured.add(timings.connected, to: .startTCP)
            if let secured = timings.secured { measured.add(secured, to: .startTLS) }
        }
        let row = rows[viewer.member]
        let phases: [(Measure, Instant?)] = [
            (.startPOST, start.answered), (.startICE, start.selected),
            (.startDTLS, start.connected),
            (.startPacket, row.firstAt == 0 ? nil : Instant(nanoseconds: row.firstAt)),
            (.startKeyframe, row.pictures.firstKeyframeAt.map(Instant.init(nanoseconds:))),
        ]
        for (measure, instant) in phases {
            if let instant { measured.add(max(.zero, instant - start.setOut), to: measure) }
        }
    }

    /// Who gets nothing is told apart from who gets something that cannot be watched.
    private func judgeSilence(_ viewer: CountingViewer, _ now: Instant) {
        guard viewer.phase == .watching, let connected = viewer.start.connected else { return }
        let member = viewer.member
        if let since = viewer.doubtfulSince, now - since >= AudienceLimits.doubt {
            guard now.nanoseconds - rows[member].lastAt < AudienceLimits.doubt.wholeNanoseconds
            else { return fail(viewer, .session(.left)) }
            viewer.doubtfulSince = nil
        }
        guard now - connected >= AudienceLimits.media else { return }
        if rows[member].firstAt == 0 {
            fail(viewer, .noMedia)
        } else if viewer.agreement?.hasVideo == true, rows[member].pictures.firstAt == nil,
            rows[member].video.isStarted
        {
            fail(viewer, .noKeyframe)
        }
    }

    // MARK: - Each viewer

    /// What each viewer got, over all its time.
    func reports() -> [ProbeReport.Viewer] {
        viewers.map { viewer in
            var measures = MeasureSet()
            measures.count(.viewersAsked)
            var failure: String?
            if case .ended(let reason?) = viewer.phase { failure = reason.code }
            let hasJoined = viewer.start.connected != nil
            measures.count(
                hasJoined ? .viewersJoined : .viewersFailed, hasJoined || failure != nil ? 1 : 0)
            if hasJoined, failure != nil { measures.count(.viewersLost) }
            addStart(viewer, to: &measures)
            addRow(viewer, to: &measures)
            return ProbeReport.Viewer(
                number: plan.firstNumber + viewer.member, isDecoding: false, failure: failure,
                measures: measures)
        }
    }

    private func addRow(_ viewer: CountingViewer, to measures: inout MeasureSet) {
        let row = rows[viewer.member]
        measures.count(.packetsExpected, row.expected)
        measures.count(.packetsReceived, row.received)
        measures.count(.packetsMissed, row.missed)
        measures.count(.packetsRepaired, row.repaired)
        measures.count(.packetsRepeated, row.repeated)
        measures.count(.bytesReceived, row.bytes)
        measures.count(.nacks, row.nacks)
        measures.count(.keyframesAsked, row.keyframesAsked)
        measures.count(.framesReceived, row.pictures.pictures)
        for freeze in viewer.freezes { measures.add(freeze, to: .freeze) }
        for rebuffer in viewer.rebuffers { measures.add(rebuffer, to: .rebuffer) }
        guard let firstAt = row.pictures.firstAt else { return }
        // Up to the last packet, or to the end of the watch where that was silent.
        let watched = max(0, (max(row.lastAt, row.pictures.lastAt) - firstAt) / 1000)
        measures.count(.watchedMicroseconds, watched)
        guard watched > 0 else { return }
        measures.add((row.pictures.pictures - 1) * 1_000_000_000 / watched, to: .frameRate)
        let seconds = Double(max(1, row.lastAt - row.firstAt)) / 1e9
        measures.add(Int64(Double(row.bytes) * 8 / seconds), to: .bitRate)
        measures.add(Int64(row.video.jitterTicks) * 1_000_000 / 90_000, to: .jitter)
    }
}

extension ViewerRow {
    var expected: Int64 { video.expected + audio.expected }
    var received: Int64 { video.received + audio.received }
    var missed: Int64 { video.missed + audio.missed }
    var repaired: Int64 { video.repaired + audio.repaired }
    var repeated: Int64 { video.repeated + audio.repeated + repeatedRepairs }
}
