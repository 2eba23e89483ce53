import Commerce
import Primitives

/// A timeline of anybody's, in any form: what is read keeps its limits, is written in every form
/// without a trap, reads back as itself, and survives every cut.
package func fuzzTimeline(_ bytes: [UInt8]) {
    guard let timeline = try? Timeline(bytes) else { return }
    precondition(timeline.events.count <= TimelineLimits.events, "too many events")
    checkReadsBack(timeline)
    let end = timeline.knownEnd
    for stretches in [
        timeline.pins(until: end), timeline.flashes(until: end), timeline.soldOut(until: end),
    ] {
        precondition(stretches.allSatisfy { 0 <= $0.start && $0.start < $0.end && $0.end <= end })
    }
    precondition(timeline.chapters(until: end).allSatisfy { $0.start < $0.end && $0.end <= end })
    _ = timeline.state(at: end).standing
    let ranges = [1000..<3000, 0..<2000, 5000..<Int64(5000 + bytes.count)]
    guard let map = try? CutMap(timescale: 1000, ranges: ranges) else { return }
    let cut = timeline.cut(by: map, media: nil)
    let length = map.duration.milliseconds
    precondition(
        cut.events.allSatisfy { (0...length).contains($0.mediaTime ?? -1) }, "out of the cut")
    for offset in [Int64(-5), 1_000_000_000_000] {
        _ = try? timeline.aligned(offset: offset, media: nil)
    }
}

private func checkReadsBack(_ timeline: Timeline) {
    let lines = timeline.lines
    guard let again = try? Timeline(lines: lines) else {
        preconditionFailure("it does not read what it wrote")
    }
    precondition(again.lines == lines, "it reads something else than it wrote")
    for format in [TimelineFormat.otio, .vtt, .csv] where timeline.isAligned {
        do {
            let written = try timeline.bytes(as: format)
            let back = try Timeline(written, as: format)
            let kept = format == .vtt ? byStart(timeline).lines : lines
            precondition(back.lines == kept, "\(format) lost something")
        } catch TimelineProblem.document(.notJSON(.tooDeep)) {
            // Events stand deeper there than in a line of their own.
            precondition(format == .otio, "only one of them nests")
        } catch {
            preconditionFailure("it does not read its own \(format)")
        }
    }
    _ = try? timeline.bytes(as: .ffmetadata)
}

/// Cues of WebVTT stand by their starts; events of one moment keep their order.
private func byStart(_ timeline: Timeline) -> Timeline {
    var sorted = timeline
    let starts = timeline.events.map { max(0, $0.mediaTime ?? 0) }
    sorted.events = timeline.events.indices
        .sorted { (starts[$0], $0) < (starts[$1], $1) }.map { timeline.events[$0] }
    return sorted
}
