import Primitives

/// A cut list as an edit decision list (CMX 3600): each event of a picture track is a clip.
struct CutListEDL {
    private(set) var lines: [ClipLine] = []
    private var dropsFrames = false

    init(_ texts: [CutList.Text], frameRate: ClipFrameRate) throws(ClipProblem) {
        for text in texts { try take(text, frameRate) }
    }

    private mutating func take(
        _ text: CutList.Text, _ frameRate: ClipFrameRate
    ) throws(ClipProblem) {
        let upper = text.text.uppercased()
        if upper.hasPrefix("FCM:") {
            dropsFrames = upper.contains("DROP FRAME") && !upper.contains("NON")
            return
        }
        if upper.hasPrefix("*") {
            comment(text.text)
            return
        }
        let words = text.text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        // Number, reel, track, kind of cut, and four timecodes; a dissolve has its length before
        // them.
        guard words.count >= 8, words[0].utf8.allSatisfy(\.isASCIIDigit) else { return }
        let track = words[2].uppercased()
        guard track.contains("V") || track == "B" else { return }
        let codes = words.suffix(4)
        func time(_ index: Int) throws(ClipProblem) -> MediaTime {
            let word = codes[codes.startIndex + index]
            guard let time = frameRate.time(timecode: word, dropsFrames: dropsFrames) else {
                throw .list(line: text.number, .badTime(String(word)))
            }
            return time
        }
        let (start, end) = (try time(0), try time(1))
        // The side of a dissolve that only ends has no length.
        if start == end { return }
        lines.append(
            ClipLine(line: text.number, start: start, end: end, name: nil, sku: nil, title: nil))
        guard lines.count <= CuttingLimits.clips else {
            throw .tooManyClips(limit: CuttingLimits.clips)
        }
    }

    /// `* FROM CLIP NAME: …` names the event before it.
    private mutating func comment(_ text: String) {
        let mark = "FROM CLIP NAME:"
        let body = text.dropFirst().trimmed
        guard !lines.isEmpty, body.uppercased().hasPrefix(mark) else { return }
        let name = body.dropFirst(mark.count).trimmed
        if !name.isEmpty { lines[lines.count - 1].name = name }
    }
}
