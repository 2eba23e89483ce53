import Primitives
import WebRTC

/// Writes `ftyp` and `moov` of a movie without fragments.
struct HeadWriter {
    let timescale: Int32
    let tracks: [MovieLayout.Track]
    let runs: [MovieRun]
    let chapters: ChapterTrack?
    /// Whether places in the file need 64 bits.
    var areLong: Bool

    static let identity: [UInt32] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]
    /// 'und' as three times five bits.
    private static let undeterminedLanguage: UInt16 = 0x55C4

    /// - Parameter mediaPlace: where the content of `mdat` begins.
    func write(mediaPlace: Int64) -> [UInt8] {
        var writer = BoxWriter()
        writer.box("ftyp") { writer in
            writer.text("isom")
            writer.write(UInt32(0x200))
            for brand: StaticString in ["isom", "iso2", "avc1", "mp41"] { writer.text(brand) }
        }
        // Chapters stand before everything else.
        let places = runPlaces(mediaPlace + Int64(chapters?.data.count ?? 0))
        writer.box("moov") { writer in
            writeMovie(to: &writer)
            for index in tracks.indices { write(index, places, to: &writer) }
            if let chapters {
                writeChapters(chapters, place: mediaPlace, to: &writer)
                writer.box("udta") { chapters.writeList(to: &$0) }
            }
        }
        return writer.bytes
    }

    private func runPlaces(_ start: Int64) -> [Int64] {
        var place = start
        return runs.map { run in
            defer { place += run.count }
            return place
        }
    }

    private func writeMovie(to writer: inout BoxWriter) {
        let duration = tracks.map { shown($0.track) }.max() ?? 0
        let count = tracks.count + (chapters == nil ? 0 : 1)
        let isLong = duration > Int64(UInt32.max)
        writer.fullBox("mvhd", version: isLong ? 1 : 0, flags: 0) { writer in
            writer.zeros(isLong ? 16 : 8)
            writer.write(UInt32(timescale))
            writer.writeTime(duration, isLong: isLong)
            writer.write(UInt32(0x1_0000))
            writer.write(UInt16(0x100))
            writer.zeros(10)
            for number in Self.identity { writer.write(number) }
            writer.zeros(24)
            writer.write(UInt32(count + 1))
        }
    }

    /// How long a track is shown, in ticks of the movie.
    private func shown(_ track: MovieTrack) -> Int64 {
        guard track.edits.isEmpty else { return track.edits.reduce(0) { $0 + $1.duration } }
        return Self.rescale(track.length, from: track.timescale, to: timescale)
    }

    static func rescale(_ ticks: Int64, from: Int32, to: Int32) -> Int64 {
        MediaTime(ticks: ticks, timescale: from).rescaled(to: to).ticks
    }

    private func write(_ index: Int, _ places: [Int64], to writer: inout BoxWriter) {
        let track = tracks[index].track
        writer.box("trak") { writer in
            var head = TrackHead(
                id: UInt32(index + 1), duration: shown(track), matrix: track.matrix, flags: 3)
            head.isSound = track.kind == .sound
            head.size = track.displaySize
            head.write(to: &writer)
            if chapters != nil, index == 0 {
                writer.box("tref") { $0.box("chap") { $0.write(UInt32(tracks.count + 1)) } }
            }
            // Decoding begins at zero there.
            let base = track.frames.first?.decoding ?? 0
            Self.writeEdits(track.edits, base: base, to: &writer)
            writer.box("mdia") { writer in
                Self.writeMediaHead(
                    track.timescale, track.length, language: track.language, to: &writer)
                switch track.kind {
                case .picture: Self.writeHandler("vide", "picture", to: &writer)
                case .sound: Self.writeHandler("soun", "sound", to: &writer)
                case .other: Self.writeHandler("meta", "data", to: &writer)
                }
                writer.box("minf") { writer in
                    Self.writeMediaKind(track.kind, to: &writer)
                    Self.writeReference(to: &writer)
                    let tables = FrameTableWriter(
                        track: tracks[index], runs: runs.indices.filter { runs[$0].track == index },
                        layout: (runs, places), areLong: areLong)
                    tables.write(to: &writer)
                }
            }
        }
    }

    private func writeChapters(
        _ chapters: ChapterTrack, place: Int64, to writer: inout BoxWriter
    ) {
        writer.box("trak") { writer in
            let start = Self.rescale(chapters.start, from: ChapterTrack.timescale, to: timescale)
            let length = Self.rescale(chapters.length, from: ChapterTrack.timescale, to: timescale)
            // Not enabled: it is read by those who look for it.
            TrackHead(
                id: UInt32(tracks.count + 1), duration: start + length, matrix: Self.identity,
                flags: 2
            ).write(to: &writer)
            if start > 0 {
                let edits = [
                    MovieEdit(duration: start, start: nil), MovieEdit(duration: length, start: 0),
                ]
                Self.writeEdits(edits, base: 0, to: &writer)
            }
            writer.box("mdia") { writer in
                Self.writeMediaHead(ChapterTrack.timescale, chapters.mediaLength, to: &writer)
                Self.writeHandler("text", "chapters", to: &writer)
                writer.box("minf") { writer in
                    ChapterTrack.writeMediaHeader(to: &writer)
                    Self.writeReference(to: &writer)
                    chapters.writeTables(place: place, isLong: areLong, to: &writer)
                }
            }
        }
    }

    static func writeEdits(_ edits: [MovieEdit], base: Int64, to writer: inout BoxWriter) {
        guard !edits.isEmpty else { return }
        let isLong = edits.contains {
            $0.duration > Int64(UInt32.max) || ($0.start ?? 0) - base > Int64(Int32.max)
        }
        writer.box("edts") { writer in
            writer.fullBox("elst", version: isLong ? 1 : 0, flags: 0) { writer in
                writer.write(UInt32(edits.count))
                for edit in edits {
                    writer.writeTime(edit.duration, isLong: isLong)
                    let start = edit.start.map { $0 - base } ?? -1
                    if isLong {
                        writer.write(UInt64(bitPattern: start))
                    } else {
                        writer.write(UInt32(bitPattern: Int32(clamping: start)))
                    }
                    // At its own speed.
                    writer.write(UInt32(0x1_0000))
                }
            }
        }
    }

    static func writeMediaHead(
        _ timescale: Int32, _ length: Int64, language: String = "und", to writer: inout BoxWriter
    ) {
        let isLong = length > Int64(UInt32.max)
        writer.fullBox("mdhd", version: isLong ? 1 : 0, flags: 0) { writer in
            writer.zeros(isLong ? 16 : 8)
            writer.write(UInt32(timescale))
            writer.writeTime(length, isLong: isLong)
            writer.write(packed(language) ?? undeterminedLanguage)
            writer.write(UInt16(0))
        }
    }

    /// Three letters of ISO 639-2 as three times five bits; nil for anything else.
    private static func packed(_ language: String) -> UInt16? {
        let letters = Array(language.utf8)
        guard letters.count == 3, letters.allSatisfy({ 0x61...0x7A ~= $0 }) else { return nil }
        return letters.reduce(0) { $0 << 5 | UInt16($1 - 0x60) }
    }

    static func writeHandler(
        _ type: StaticString, _ name: StaticString, to writer: inout BoxWriter
    ) {
        writer.fullBox("hdlr", version: 0, flags: 0) { writer in
            writer.zeros(4)
            writer.text(type)
            writer.zeros(12)
            writer.text(name)
            writer.zeros(1)
        }
    }

    static func writeMediaKind(_ kind: MovieTrack.Kind, to writer: inout BoxWriter) {
        switch kind {
        case .picture: writer.fullBox("vmhd", version: 0, flags: 1) { $0.zeros(8) }
        case .sound: writer.fullBox("smhd", version: 0, flags: 0) { $0.zeros(4) }
        case .other: writer.fullBox("nmhd", version: 0, flags: 0) { _ in }
        }
    }

    static func writeReference(to writer: inout BoxWriter) {
        writer.box("dinf") { writer in
            writer.fullBox("dref", version: 0, flags: 0) { writer in
                writer.write(UInt32(1))
                // The media are in this file.
                writer.fullBox("url ", version: 0, flags: 1) { _ in }
            }
        }
    }
}

/// What `tkhd` says of a track.
struct TrackHead {
    let id: UInt32
    /// In ticks of the movie; 0 where fragments tell.
    let duration: Int64
    let matrix: [UInt32]
    let flags: UInt32
    var isSound = false
    /// As shown, in 16.16 pixels.
    var size: (width: UInt32, height: UInt32) = (0, 0)

    func write(to writer: inout BoxWriter) {
        let isLong = duration > Int64(UInt32.max)
        writer.fullBox("tkhd", version: isLong ? 1 : 0, flags: flags) { writer in
            writer.zeros(isLong ? 16 : 8)
            writer.write(id)
            writer.zeros(4)
            writer.writeTime(duration, isLong: isLong)
            writer.zeros(12)
            writer.write(UInt16(isSound ? 0x100 : 0))
            writer.zeros(2)
            let numbers = matrix.count == 9 ? matrix : HeadWriter.identity
            for number in numbers { writer.write(number) }
            writer.write(size.width)
            writer.write(size.height)
        }
    }
}

extension MovieTrack {
    /// How long its frames are decoded, the last one included.
    var length: Int64 {
        guard let first = frames.first, let last = frames.last else { return 0 }
        return last.decoding - first.decoding + Int64(last.duration)
    }

    /// As `tkhd` says it: its pixels made square, in 16.16.
    var displaySize: (width: UInt32, height: UInt32) {
        guard let format = formats.first, case .picture(let size) = format.details else {
            return (0, 0)
        }
        let aspect = format.pixelAspect ?? (1, 1)
        let width = UInt64(clamping: size.width) << 16
        let shown = width.multipliedReportingOverflow(by: UInt64(aspect.width))
        let squared = (shown.overflow ? width : shown.partialValue / UInt64(aspect.height))
        return (UInt32(clamping: squared), UInt32(clamping: UInt64(clamping: size.height) << 16))
    }
}

extension BoxWriter {
    /// A time in 32 bits or, where one of the box needs them, in 64.
    mutating func writeTime(_ time: Int64, isLong: Bool) {
        if isLong { write(UInt64(bitPattern: time)) } else { write(UInt32(clamping: time)) }
    }
}
