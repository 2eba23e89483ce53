/// Writes `stbl`: when each frame of a track is decoded and shown, and where it lies.
struct FrameTableWriter {
    let track: MovieLayout.Track
    /// Which of the layout's runs are of this track.
    let runs: [Int]
    let layout: (runs: [MovieRun], places: [Int64])
    let areLong: Bool

    private var frames: [MovieFrame] { track.track.frames }

    func write(to writer: inout BoxWriter) {
        writer.box("stbl") { writer in
            writer.fullBox("stsd", version: 0, flags: 0) { writer in
                writer.write(UInt32(track.track.formats.count))
                for format in track.track.formats { writer.write(format.entry.span) }
            }
            writeDurations(to: &writer)
            if frames.contains(where: { $0.shift != 0 }) { writeShifts(to: &writer) }
            if frames.contains(where: { !$0.isSync }) { writeSyncs(to: &writer) }
            writeRuns(to: &writer)
            writeSizes(to: &writer)
            writePlaces(to: &writer)
            if let roll = track.roll, !frames.isEmpty { writeRoll(roll, to: &writer) }
        }
    }

    private func writeDurations(to writer: inout BoxWriter) {
        let frames = frames
        writer.fullBox("stts", version: 0, flags: 0) { writer in
            writer.writePairs(frames.count) { index in
                let next = index + 1
                guard next < frames.count else { return frames[index].duration }
                return UInt32(clamping: frames[next].decoding - frames[index].decoding)
            }
        }
    }

    private func writeShifts(to writer: inout BoxWriter) {
        let frames = frames
        let areSigned = frames.contains { $0.shift < 0 }
        writer.fullBox("ctts", version: areSigned ? 1 : 0, flags: 0) { writer in
            writer.writePairs(frames.count) { UInt32(bitPattern: frames[$0].shift) }
        }
    }

    private func writeSyncs(to writer: inout BoxWriter) {
        let frames = frames
        writer.fullBox("stss", version: 0, flags: 0) { writer in
            let count = writer.count
            writer.write(UInt32(0))
            var number: UInt32 = 0
            for (index, frame) in frames.enumerated() where frame.isSync {
                writer.write(UInt32(index + 1))
                number += 1
            }
            writer.patch(number, at: count)
        }
    }

    private func writeRuns(to writer: inout BoxWriter) {
        let (frames, runs, all) = (frames, runs, layout.runs)
        writer.fullBox("stsc", version: 0, flags: 0) { writer in
            let place = writer.count
            writer.write(UInt32(0))
            var number: UInt32 = 0
            var last: (count: Int, format: UInt16)?
            for (index, run) in runs.enumerated() {
                let range = all[run].frames
                let now = (range.count, frames[range.lowerBound].format)
                if let last, last == now { continue }
                last = now
                number += 1
                writer.write(UInt32(index + 1))
                writer.write(UInt32(now.0))
                writer.write(UInt32(now.1) + 1)
            }
            writer.patch(number, at: place)
        }
    }

    private func writeSizes(to writer: inout BoxWriter) {
        let frames = frames
        let first = frames.first?.count ?? 0
        let areSame = first > 0 && frames.allSatisfy { $0.count == first }
        writer.fullBox("stsz", version: 0, flags: 0) { writer in
            writer.write(areSame ? first : 0)
            writer.write(UInt32(frames.count))
            if !areSame { for frame in frames { writer.write(frame.count) } }
        }
    }

    private func writePlaces(to writer: inout BoxWriter) {
        let (runs, places, areLong) = (runs, layout.places, areLong)
        writer.fullBox(areLong ? "co64" : "stco", version: 0, flags: 0) { writer in
            writer.write(UInt32(runs.count))
            for run in runs {
                if areLong {
                    writer.write(UInt64(bitPattern: places[run]))
                } else {
                    writer.write(UInt32(clamping: places[run]))
                }
            }
        }
    }

    private func writeRoll(_ roll: Int16, to writer: inout BoxWriter) {
        let count = frames.count
        writer.writeRoll(roll)
        writer.fullBox("sbgp", version: 0, flags: 0) { writer in
            writer.text("roll")
            writer.write(UInt32(1))
            writer.write(UInt32(count))
            writer.write(UInt32(1))
        }
    }
}

extension BoxWriter {
    /// The group of frames that need those before them (`sgpd`, ISO/IEC 14496-12 10.1).
    mutating func writeRoll(_ roll: Int16) {
        fullBox("sgpd", version: 1, flags: 0) { writer in
            writer.text("roll")
            writer.write(UInt32(2))
            writer.write(UInt32(1))
            writer.write(UInt16(bitPattern: roll))
        }
    }

    /// A table of runs of the same number: how many, and which.
    mutating func writePairs(_ count: Int, _ number: (Int) -> UInt32) {
        let place = self.count
        write(UInt32(0))
        var pairs: UInt32 = 0
        var index = 0
        while index < count {
            let first = number(index)
            var same: UInt32 = 1
            index += 1
            while index < count, number(index) == first {
                same += 1
                index += 1
            }
            write(same)
            write(first)
            pairs += 1
        }
        patch(pairs, at: place)
    }
}
