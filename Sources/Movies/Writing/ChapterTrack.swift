import Primitives

/// Chapters as a track of text, as QuickTime has them, and as a list, as Nero had them: between
/// them all players find what they look for.
struct ChapterTrack {
    static let timescale: Int32 = 1000
    /// Of a list; a track may have more.
    private static let maximumListed = 255
    /// Bytes of a title.
    private static let maximumTitle = 1024

    /// When the first begins.
    let start: Int64
    /// From there to the end of the last.
    let length: Int64
    /// How long its texts are: longer at the end by what is empty at the start, since FFmpeg takes
    /// this for when the last chapter ends. The edit says how much of it counts.
    var mediaLength: Int64 { start + length }
    /// What stands in `mdat`.
    let data: [UInt8]
    private let texts: [(start: Int64, duration: Int64, size: Int, title: [UInt8])]

    /// Nil where there are none.
    init?(_ chapters: [MovieChapter]) {
        guard let first = chapters.first, let last = chapters.last else { return nil }
        var data: [UInt8] = []
        var texts: [(start: Int64, duration: Int64, size: Int, title: [UInt8])] = []
        start = max(0, first.start.rescaled(to: Self.timescale).ticks)
        var time = start
        for (index, chapter) in chapters.enumerated() {
            let next = index + 1 < chapters.count ? chapters[index + 1].start : last.end
            let end = max(time, next.rescaled(to: Self.timescale).ticks)
            let title = Self.title(chapter.title)
            data += [UInt8(title.count >> 8), UInt8(title.count & 0xFF)]
            data += title
            // It is UTF-8.
            data += [0, 0, 0, 12] + Array("encd".utf8) + [0, 0, 1, 0]
            texts.append((time, end - time, title.count + 14, title))
            time = end
        }
        length = time - start
        self.data = data
        self.texts = texts
    }

    private static func title(_ text: String, atMost limit: Int = maximumTitle) -> [UInt8] {
        var text = text
        while text.utf8.count > limit { text.removeLast() }
        return Array(text.utf8)
    }

    func writeList(to writer: inout BoxWriter) {
        let listed = texts.prefix(Self.maximumListed)
        writer.fullBox("chpl", version: 1, flags: 0) { writer in
            writer.write(UInt32(0))
            writer.write(UInt8(listed.count))
            for text in listed {
                // In units of 100 ns.
                writer.write(UInt64(text.start) * 10_000)
                let title = Self.title(String(decoding: text.title, as: UTF8.self), atMost: 255)
                writer.write(UInt8(title.count))
                writer.write(title.span)
            }
        }
    }

    static func writeMediaHeader(to writer: inout BoxWriter) {
        writer.box("gmhd") { writer in
            writer.fullBox("gmin", version: 0, flags: 0) { writer in
                // How it would be drawn: a copy, dithered, in grey.
                writer.write(UInt16(0x40))
                for _ in 0..<3 { writer.write(UInt16(0x8000)) }
                writer.zeros(4)
            }
            writer.box("text") { writer in
                for number in HeadWriter.identity { writer.write(number) }
            }
        }
    }

    func writeTables(place: Int64, isLong: Bool, to writer: inout BoxWriter) {
        let texts = texts
        writer.box("stbl") { writer in
            writer.fullBox("stsd", version: 0, flags: 0) { writer in
                writer.write(UInt32(1))
                writer.box("text") { writer in
                    writer.zeros(6)
                    writer.write(UInt16(1))
                    // Shown nowhere, in the first of fonts that has no name.
                    writer.write(UInt32(1))
                    writer.zeros(18)
                    writer.write(UInt16(1))
                    writer.zeros(6)
                    writer.box("ftab") { writer in
                        writer.write(UInt16(1))
                        writer.write(UInt16(1))
                        writer.write(UInt8(0))
                    }
                }
            }
            writer.fullBox("stts", version: 0, flags: 0) { writer in
                writer.writePairs(texts.count) { index in
                    let more = index == texts.count - 1 ? start : 0
                    return UInt32(clamping: texts[index].duration + more)
                }
            }
            writer.fullBox("stsc", version: 0, flags: 0) { writer in
                for number in [1, 1, UInt32(texts.count), 1] { writer.write(number) }
            }
            writer.fullBox("stsz", version: 0, flags: 0) { writer in
                writer.write(UInt32(0))
                writer.write(UInt32(texts.count))
                for text in texts { writer.write(UInt32(text.size)) }
            }
            writer.fullBox(isLong ? "co64" : "stco", version: 0, flags: 0) { writer in
                writer.write(UInt32(1))
                writer.writeTime(place, isLong: isLong)
            }
        }
    }
}
