import Primitives
import WebRTC

/// Reads one `trak`.
struct TrackReader {
    private let part: Range<Int>
    private let isFragmented: Bool
    private let length: Int64
    private(set) var damages: [MovieDamage] = []

    private var id: UInt32 = 0
    private var kind = MovieTrack.Kind.other(handler: "")
    private var timescale: Int32 = 1

    init(_ part: Range<Int>, isFragmented: Bool, length: Int64) {
        self.part = part
        self.isFragmented = isFragmented
        self.length = length
    }

    /// Nil where it is neither picture nor sound, and cannot be read.
    mutating func track(_ bytes: Span<UInt8>) throws(MovieProblem) -> MovieTrack? {
        do {
            return try wholeTrack(bytes)
        } catch {
            if case .other = kind { return nil }
            throw error
        }
    }

    private mutating func wholeTrack(_ bytes: Span<UInt8>) throws(MovieProblem) -> MovieTrack {
        let head = BoxWalk.first("tkhd", in: part, of: bytes)
        let matrix = head.flatMap { readHead($0, bytes) }
        let media = try need("mdia", in: part, bytes)
        if let handler = BoxWalk.first("hdlr", in: media, of: bytes),
            handler.content.count >= 12
        {
            let type = BoxType(bytes.number32(handler.content.lowerBound + 8))
            kind = type == "vide" ? .picture : type == "soun" ? .sound : .other(handler: type.name)
        }
        let language = try readMediaHead(try need("mdhd", in: media, bytes), bytes)
        let information = try need("minf", in: media, bytes)
        let tables = try need("stbl", in: information, bytes)
        let formats = try readFormats(try need("stsd", in: tables, bytes), bytes)
        var track = MovieTrack(
            id: id, kind: kind, timescale: timescale, formats: formats.map(\.format),
            matrix: matrix ?? [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000],
            edits: try readEdits(bytes), frames: [])
        track.language = language
        if let head, matrix != nil { track.isEnabled = bytes[head.content.lowerBound + 3] & 1 != 0 }
        var frames = FrameTables(tables, bytes)
        guard isFragmented || frames.isComplete || kind != .picture && kind != .sound else {
            throw .badIndex(box: "stbl", track: id)
        }
        if liesElsewhere(formats, information, bytes) {
            damages.append(.mediaElsewhere(track: id))
            return track
        }
        track.frames = try frames.frames(bytes, track, formats.map(\.packing), length: length)
        if frames.beyondEnd > 0 {
            damages.append(.framesBeyondEnd(track: id, count: frames.beyondEnd))
        }
        for box in frames.short { damages.append(.badTable(box: box.name, track: id)) }
        return track
    }

    private func need(
        _ type: BoxType, in part: Range<Int>, _ bytes: Span<UInt8>
    ) throws(MovieProblem) -> Range<Int> {
        guard let box = BoxWalk.first(type, in: part, of: bytes) else {
            throw .badIndex(box: type.name, track: id)
        }
        return box.content
    }

    /// The matrix; also takes the id.
    private mutating func readHead(_ box: BoxPlace, _ bytes: Span<UInt8>) -> [UInt32]? {
        let part = box.content
        guard part.count >= 84 else { return nil }
        let isLong = bytes[part.lowerBound] == 1
        guard !isLong || part.count >= 96 else { return nil }
        id = bytes.number32(part.lowerBound + (isLong ? 20 : 12))
        let first = part.lowerBound + (isLong ? 52 : 40)
        return (0..<9).map { bytes.number32(first + 4 * $0) }
    }

    /// The language; also takes the timescale.
    private mutating func readMediaHead(
        _ part: Range<Int>, _ bytes: Span<UInt8>
    ) throws(MovieProblem) -> String {
        guard part.count >= 22 else { throw .badIndex(box: "mdhd", track: id) }
        let isLong = bytes[part.lowerBound] == 1
        guard !isLong || part.count >= 34 else { throw .badIndex(box: "mdhd", track: id) }
        guard
            let timescale = Int32(
                exactly: bytes.number32(part.lowerBound + (isLong ? 20 : 12))),
            1...MovieTime.largestTimescale ~= timescale
        else { throw .badIndex(box: "mdhd", track: id) }
        self.timescale = timescale
        // Three letters of five bits; QuickTime has numbers below 1024 instead.
        let packed = bytes.number16(part.lowerBound + (isLong ? 32 : 20))
        guard packed >= 0x400 else { return "und" }
        var language = ""
        for shift in [10, 5, 0] as [UInt16] {
            let letter = UInt8(packed >> shift & 0x1F)
            guard 1...26 ~= letter else { return "und" }
            language.unicodeScalars.append(Unicode.Scalar(letter + 0x60))
        }
        return language
    }

    private func readFormats(
        _ part: Range<Int>, _ bytes: Span<UInt8>
    ) throws(MovieProblem) -> [FormatReader.Found] {
        guard part.count >= 8 else { throw .badIndex(box: "stsd", track: id) }
        let version = bytes[part.lowerBound]
        var formats: [FormatReader.Found] = []
        var walk = BoxWalk(part.lowerBound + 8..<part.upperBound)
        while formats.count < MovieLimits.formats, let box = walk.next(in: bytes) {
            let result = FormatReader(box, kind, version).read(bytes)
            if result.isEncrypted, kind == .picture || kind == .sound {
                throw .encrypted(track: id)
            }
            formats.append(result)
        }
        guard !formats.isEmpty else { throw .badIndex(box: "stsd", track: id) }
        return formats
    }

    private func readEdits(_ bytes: Span<UInt8>) throws(MovieProblem) -> [MovieEdit] {
        guard let list = BoxWalk.first("edts", in: part, of: bytes),
            let box = BoxWalk.first("elst", in: list.content, of: bytes)?.content, box.count >= 8
        else { return [] }
        let isLong = bytes[box.lowerBound] == 1
        let width = isLong ? 20 : 12
        let count = min(Int(bytes.number32(box.lowerBound + 4)), (box.count - 8) / width)
        guard count <= MovieLimits.edits else { throw .tooManyEdits(track: id) }
        var edits: [MovieEdit] = []
        for index in 0..<count {
            let place = box.lowerBound + 8 + index * width
            let duration =
                isLong
                ? Int64(clamping: bytes.number64(place)) : Int64(bytes.number32(place))
            let start =
                isLong
                ? Int64(bitPattern: bytes.number64(place + 8))
                : Int64(Int32(bitPattern: bytes.number32(place + 4)))
            guard duration < MovieTime.limit(MovieTime.largestTimescale),
                start < MovieTime.limit(timescale)
            else { throw .badIndex(box: "elst", track: id) }
            // Some write the rate as a whole number; 0 holds one frame for all of the edit.
            let rate = bytes.number32(place + width - 4)
            guard start < 0 || rate == 0x1_0000 || rate == 1 else {
                throw .editAtOtherRate(track: id)
            }
            edits.append(MovieEdit(duration: duration, start: start < 0 ? nil : start))
        }
        return edits
    }

    /// Whether the media are said to be in another file.
    private func liesElsewhere(
        _ formats: [FormatReader.Found], _ information: Range<Int>, _ bytes: Span<UInt8>
    ) -> Bool {
        guard let part = BoxWalk.first("dinf", in: information, of: bytes)?.content,
            let list = BoxWalk.first("dref", in: part, of: bytes)?.content, list.count >= 8
        else { return false }
        var isElsewhere: [Bool] = []
        var walk = BoxWalk(list.lowerBound + 8..<list.upperBound)
        while isElsewhere.count < MovieLimits.formats, let box = walk.next(in: bytes) {
            let isHere = box.content.count < 4 || bytes[box.content.lowerBound + 3] & 1 != 0
            isElsewhere.append(!isHere)
        }
        return formats.contains { format in
            1...max(isElsewhere.count, 1) ~= format.reference
                && format.reference <= isElsewhere.count && isElsewhere[format.reference - 1]
        }
    }
}
