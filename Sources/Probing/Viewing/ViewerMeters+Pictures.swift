import Measures
import Media
import Primitives
import WebRTC

extension ViewerMeters {
    /// Takes a picture as it is shown, and tells what its row says.
    mutating func take(_ picture: DecodedPicture) -> FrameRow {
        let frame = picture.frame
        let burned = picture.code.map { code in
            let reading = clock.wall(picture.done) &+ clock.ahead
            let time = code.wallClock(
                near: WallClock(millisecondsSince1970: reading / 1_000_000))
            return FrameMeter.Stamp(
                number: Int64(code.number),
                captured: clock.instant(ofSender: time.millisecondsSince1970 * 1_000_000))
        }
        let beside = picture.sei.map {
            FrameMeter.Stamp(
                number: Int64($0.number), captured: clock.instant(ofSender: $0.captured))
        }
        if burned != nil {
            hasBurned = true
            set.count(.stampsRead)
        } else if hasBurned {
            set.count(.stampsUnread)
        }
        // Two rows of numbers must not be mixed.
        let stamp = hasBurned ? burned : beside
        if let luma = picture.headLuma, flashes.take(luma: luma, at: frame.shown) {
            sync.flash(at: frame.shown, into: &set)
        }
        let gap = lastPicture.map { picture.done - $0 }
        lastPicture = picture.done
        let standing = frames.decode(
            stamp, timestamp: frame.timestamp, at: picture.done, into: &set)
        set.add(picture.begun - frame.arrival, to: .delayBuffer)
        set.add(picture.done - picture.begun, to: .delayDecode)
        var row = FrameRow(frame, medium: .video)
        row.number = stamp?.number
        row.buffered = picture.begun - frame.arrival
        row.decoded = picture.done - picture.begun
        row.gap = gap
        tellLatency(of: picture, burned, beside, standing, &row)
        return row
    }

    private mutating func tellLatency(
        of picture: DecodedPicture, _ burned: FrameMeter.Stamp?, _ beside: FrameMeter.Stamp?,
        _ standing: FrameMeter.Standing, _ row: inout FrameRow
    ) {
        let frame = picture.frame
        let captured = frame.captured.map { clock.instant(ofSender: $0) }
        let mapped = frame.senderTime.map { clock.instant(ofSender: $0) }
        let first = burned?.captured ?? beside?.captured ?? captured
        // Nothing but the sender's reports may tell the age of a frame: that is good enough here.
        // What comes long after the start is from no cache, whatever a clock that is wrong says.
        if frame.arrival < joined + Limits.caching, let age = first ?? mapped, age < joined {
            if standing != .cached { set.count(.framesCached) }
            return
        }
        if let lead = reportedLead(of: frame) { set.add(lead, to: .avLeadReported) }
        if let first { set.add(frame.arrival - first, to: .delayNetwork) }
        guard standing != .repeated else { return }
        let latencies: [(Measure, Duration?)] = [
            (.latencyBurned, burned.map { picture.done - $0.captured }),
            (.latencySEI, beside.map { picture.done - $0.captured }),
            (.latencyCapture, captured.map { frame.arrival - $0 }),
            (.latencyNetwork, networkLatency(of: frame)),
        ]
        for case (let measure, let latency?) in latencies {
            set.add(latency, to: measure)
            guard row.latency == nil else { continue }
            (row.latency, row.latencyMeasure) = (latency, measure)
        }
    }

    /// Takes a sound as it is played, and tells what its row says.
    mutating func take(_ sound: DecodedSound) -> FrameRow {
        let frame = sound.frame
        if let loudness = sound.loudness { set.merge(loudness) }
        for place in sound.chirps { sync.chirp(at: frame.shown + place, into: &set) }
        var row = FrameRow(frame, medium: .audio)
        row.buffered = sound.begun - frame.arrival
        row.decoded = sound.done - sound.begun
        let captured = frame.captured.map { clock.instant(ofSender: $0) }
        let latencies: [(Measure, Duration?)] = [
            (.latencyCapture, captured.map { frame.arrival - $0 }),
            (.latencyNetwork, networkLatency(of: frame)),
        ]
        for case (let measure, let latency?) in latencies where row.latency == nil {
            (row.latency, row.latencyMeasure) = (latency, measure)
        }
        return row
    }
}

extension FrameRow {
    /// `arrived` is counted from the start of the clock; who has the rows counts it from theirs.
    fileprivate init(_ frame: ViewerFrame, medium: Medium) {
        self.init(
            medium: medium, arrived: .nanoseconds(frame.arrival.nanoseconds), bytes: frame.bytes,
            isKeyframe: frame.isKeyframe, rtpTimestamp: frame.timestamp)
    }
}
