/// Writes a track as fragments, each of which can be read with the head alone (CMAF, ISO/IEC
/// 23000-19): one track a file, times exact from the first frame on.
package struct FragmentWriter: Sendable {
    /// One frame of a fragment.
    package struct Frame: Sendable {
        package var count: UInt32
        package var duration: UInt32
        /// How much later than decoded it is shown; before, where it is less than zero.
        package var shift: Int32
        package var isSync: Bool
        /// Which of its bytes are in clear and which protected, in turn; empty where all are
        /// protected, or none.
        package var parts: [ProtectedPart]

        package init(
            count: UInt32, duration: UInt32, shift: Int32, isSync: Bool, parts: [ProtectedPart]
        ) {
            self.count = count
            self.duration = duration
            self.shift = shift
            self.isSync = isSync
            self.parts = parts
        }
    }

    package let kind: MovieTrack.Kind
    package let timescale: Int32
    package let format: MovieFormat
    package let matrix: [UInt32]
    package let roll: Int16?

    package init(
        kind: MovieTrack.Kind, timescale: Int32, format: MovieFormat, matrix: [UInt32],
        roll: Int16?
    ) {
        self.kind = kind
        self.timescale = timescale
        self.format = format
        self.matrix = matrix
        self.roll = roll
    }

    /// What stands before all fragments: the track, and that fragments follow.
    ///
    /// - Parameter hidden: ticks of the fragments' time before presentation begins, such as an
    ///   encoder's priming.
    package func head(hidden: Int64) -> [UInt8] {
        var writer = BoxWriter()
        writer.box("ftyp") { writer in
            writer.text("cmfc")
            writer.write(UInt32(0))
            writer.text("iso6")
            writer.text("cmfc")
            writer.text("mp41")
        }
        writer.box("moov") { writer in
            writer.fullBox("mvhd", version: 0, flags: 0) { writer in
                writer.zeros(8)
                writer.write(UInt32(timescale))
                writer.write(UInt32(0))
                writer.write(UInt32(0x1_0000))
                writer.write(UInt16(0x100))
                writer.zeros(10)
                for number in HeadWriter.identity { writer.write(number) }
                writer.zeros(24)
                writer.write(UInt32(2))
            }
            writeTrack(hidden: hidden, to: &writer)
            writer.box("mvex") { writer in
                writer.fullBox("trex", version: 0, flags: 0) { writer in
                    writer.write(UInt32(1))
                    writer.write(UInt32(1))
                    writer.zeros(12)
                }
            }
        }
        return writer.bytes
    }

    private func writeTrack(hidden: Int64, to writer: inout BoxWriter) {
        let track = MovieTrack(
            id: 1, kind: kind, timescale: timescale, formats: [format], matrix: matrix, edits: [],
            frames: [])
        writer.box("trak") { writer in
            var head = TrackHead(id: 1, duration: 0, matrix: matrix, flags: 3)
            head.isSound = kind == .sound
            head.size = track.displaySize
            head.write(to: &writer)
            if hidden > 0 {
                // As long as the fragments are.
                HeadWriter.writeEdits(
                    [MovieEdit(duration: 0, start: hidden)], base: 0, to: &writer)
            }
            writer.box("mdia") { writer in
                HeadWriter.writeMediaHead(timescale, 0, to: &writer)
                if kind == .sound {
                    HeadWriter.writeHandler("soun", "sound", to: &writer)
                } else {
                    HeadWriter.writeHandler("vide", "picture", to: &writer)
                }
                writer.box("minf") { writer in
                    HeadWriter.writeMediaKind(kind, to: &writer)
                    HeadWriter.writeReference(to: &writer)
                    writeEmptyTables(to: &writer)
                }
            }
        }
    }

    private func writeEmptyTables(to writer: inout BoxWriter) {
        writer.box("stbl") { writer in
            writer.fullBox("stsd", version: 0, flags: 0) { writer in
                writer.write(UInt32(1))
                writer.write(format.entry.span)
            }
            writer.fullBox("stts", version: 0, flags: 0) { $0.write(UInt32(0)) }
            writer.fullBox("stsc", version: 0, flags: 0) { $0.write(UInt32(0)) }
            writer.fullBox("stsz", version: 0, flags: 0) { $0.zeros(8) }
            writer.fullBox("stco", version: 0, flags: 0) { $0.write(UInt32(0)) }
            if let roll { writer.writeRoll(roll) }
        }
    }

    /// Writes `moof` and the start of `mdat`; the bytes of the frames are to follow.
    ///
    /// - Parameter decoding: when the first of the frames is decoded; not before zero.
    package func write(
        sequence: UInt32, decoding: Int64, _ frames: [Frame], to writer: inout BoxWriter
    ) {
        let start = writer.count
        var placeOfData = 0
        var placeOfParts: (entry: Int, first: Int)?
        writer.box("moof") { writer in
            writer.fullBox("mfhd", version: 0, flags: 0) { $0.write(sequence) }
            writer.box("traf") { writer in
                // Places count from the start of the 'moof'.
                writer.fullBox("tfhd", version: 0, flags: 0x2_0000) { $0.write(UInt32(1)) }
                writer.fullBox("tfdt", version: 1, flags: 0) {
                    $0.write(UInt64(clamping: decoding))
                }
                placeOfData = writeRun(frames, to: &writer)
                if roll != nil {
                    writer.fullBox("sbgp", version: 0, flags: 0) { writer in
                        writer.text("roll")
                        writer.write(UInt32(1))
                        writer.write(UInt32(frames.count))
                        writer.write(UInt32(1))
                    }
                }
                placeOfParts = ProtectedPart.write(frames, to: &writer)
            }
        }
        writer.patch(UInt32(truncatingIfNeeded: writer.count - start + 8), at: placeOfData)
        if let parts = placeOfParts {
            writer.patch(UInt32(truncatingIfNeeded: parts.first - start), at: parts.entry)
        }
        let content = frames.reduce(0) { $0 + Int($1.count) }
        writer.write(UInt32(truncatingIfNeeded: content + 8))
        writer.text("mdat")
    }

    /// Gives where the place of the data is to be put in.
    private func writeRun(_ frames: [Frame], to writer: inout BoxWriter) -> Int {
        let isShifted = frames.contains { $0.shift != 0 }
        // The place of the data; duration, size, flags of each frame; how much later it is shown.
        let flags: UInt32 = 0x1 | 0x100 | 0x200 | 0x400 | (isShifted ? 0x800 : 0)
        var place = 0
        writer.fullBox("trun", version: 1, flags: flags) { writer in
            writer.write(UInt32(frames.count))
            place = writer.count
            writer.write(UInt32(0))
            for frame in frames {
                writer.write(frame.duration)
                writer.write(frame.count)
                // Depends on no other; or does, and is no place to begin.
                writer.write(UInt32(frame.isSync ? 0x200_0000 : 0x101_0000))
                if isShifted { writer.write(UInt32(bitPattern: frame.shift)) }
            }
        }
        return place
    }
}
