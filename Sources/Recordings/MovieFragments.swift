import Movies
import Primitives
import WebRTC

/// Collects frames and writes them as fragments of an MP4: pure, file and clock are the caller's.
///
/// Each fragment says when it begins, so that no error adds up from one to the next.
struct MovieFragments: ~Copyable {
    /// Frames of one track in one fragment; whoever sends more than this a fragment is hostile.
    static let maximumFrames = 16_384
    /// Fragments with a keyframe that the index at the end can name: two weeks of two seconds.
    static let maximumIndexEntries = 600_000

    private struct Frame {
        let time: Int64
        let count: Int
        let isSync: Bool
    }

    private struct Pending {
        let track: RecordingTrack
        var frames: [Frame] = []
        var data: [UInt8] = []
        /// Where the last fragment's last frame ends; decoding times never go back behind it.
        var decodedUpTo: Int64 = 0
        /// Of the last frame whose successor was known.
        var usualDuration: Int64

        /// How much later a frame is shown than it is decoded.
        var delay: Int64 {
            let milliseconds = RecordingTrack.reorderingDelay.wholeMilliseconds
            return track.mayReorder ? Int64(track.timescale) * milliseconds / 1000 : 0
        }
    }

    private struct IndexEntry {
        let time: Int64
        let place: Int64
    }

    private var tracks: [Pending]
    private var writer = BoxWriter()
    private var sequence: UInt32 = 0
    private var index: [IndexEntry] = []
    private var order: [Int64] = []

    init(_ tracks: [RecordingTrack]) {
        self.tracks = tracks.map {
            Pending(track: $0, usualDuration: Int64($0.timescale) / ($0.kind == .video ? 30 : 50))
        }
    }

    var isEmpty: Bool { tracks.allSatisfy { $0.frames.isEmpty } }

    /// Bytes that wait for the fragment to be written.
    var pendingBytes: Int { tracks.reduce(0) { $0 + $1.data.count } }

    var isFull: Bool { tracks.contains { $0.frames.count >= Self.maximumFrames } }

    /// When the first frame of a track that waits begins, in its ticks.
    func firstTime(_ track: Int) -> Int64? { tracks[track].frames.first?.time }

    func lastTime(_ track: Int) -> Int64? { tracks[track].frames.last?.time }

    mutating func append(_ track: Int, time: Int64, isSync: Bool, _ bytes: Span<UInt8>) {
        tracks[track].frames.append(Frame(time: time, count: bytes.count, isSync: isSync))
        tracks[track].data.append(bytes)
    }

    /// Writes all that waits. Times in `following` are those of the frames that come next, by
    /// track; where there is none the last frame lasts as long as the one before it.
    mutating func write(
        at place: Int64, following: [Int64?], _ take: (Span<UInt8>) throws(RecordingProblem) -> Void
    ) throws(RecordingProblem) {
        guard !isEmpty else { return }
        writer.removeAll()
        sequence &+= 1
        var offsetPlaces: [(place: Int, track: Int)] = []
        let number = sequence
        // Taken out, so that the closures below may change them.
        var tracks: [Pending] = []
        swap(&tracks, &self.tracks)
        var order: [Int64] = []
        swap(&order, &self.order)
        writer.box("moof") { writer in
            writer.fullBox("mfhd", version: 0, flags: 0) { $0.write(number) }
            for track in tracks.indices where !tracks[track].frames.isEmpty {
                let offset = Self.write(
                    &tracks[track], UInt32(track + 1), following[track], &order, to: &writer)
                offsetPlaces.append((offset, track))
            }
        }
        swap(&tracks, &self.tracks)
        swap(&order, &self.order)
        var offset = writer.count + 8
        let head = writer.count
        for (place, track) in offsetPlaces {
            writer.patch(UInt32(truncatingIfNeeded: offset), at: place)
            offset += self.tracks[track].data.count
        }
        writer.write(UInt32(truncatingIfNeeded: offset - head))
        writer.text("mdat")
        for track in self.tracks.indices {
            let data = self.tracks[track].data
            writer.write(data.span)
        }
        remember(place)
        for track in self.tracks.indices {
            self.tracks[track].frames.removeAll(keepingCapacity: true)
            self.tracks[track].data.removeAll(keepingCapacity: true)
        }
        try take(writer.bytes.span)
    }

    /// One track's part; gives where the offset of its data is to be put in.
    private static func write(
        _ pending: inout Pending, _ id: UInt32, _ following: Int64?, _ order: inout [Int64],
        to writer: inout BoxWriter
    ) -> Int {
        let frames = pending.frames
        // Frames are decoded as they came, at the times at which one of them is shown.
        order.removeAll(keepingCapacity: true)
        for frame in frames { order.append(frame.time - pending.delay) }
        order.sort()
        for index in order.indices {
            let earliest = index == 0 ? pending.decodedUpTo : order[index - 1] + 1
            order[index] = max(order[index], earliest)
        }
        let isReordered = frames.indices.contains { frames[$0].time != order[$0] }
        if order.count > 1 {
            pending.usualDuration = order[order.count - 1] - order[order.count - 2]
        }
        let last = order[order.count - 1]
        let next = following.map { $0 - pending.delay }
        let end = max(next ?? (last + pending.usualDuration), last + 1)
        pending.decodedUpTo = end
        var offsetPlace = 0
        writer.box("traf") { writer in
            // Places count from the start of the 'moof'.
            writer.fullBox("tfhd", version: 0, flags: 0x2_0000) { $0.write(id) }
            writer.fullBox("tfdt", version: 1, flags: 0) { writer in
                writer.write(UInt64(bitPattern: order[0]))
            }
            // Offset of the data; duration, size, flags of each frame; how much later it is shown.
            let flags: UInt32 = 0x1 | 0x100 | 0x200 | 0x400 | (isReordered ? 0x800 : 0)
            writer.fullBox("trun", version: 1, flags: flags) { writer in
                writer.write(UInt32(frames.count))
                offsetPlace = writer.count
                writer.write(UInt32(0))
                for index in frames.indices {
                    let next = index + 1 < order.count ? order[index + 1] : end
                    writer.write(UInt32(clamping: next - order[index]))
                    writer.write(UInt32(frames[index].count))
                    // Depends on no other; or does, and is no place to begin.
                    writer.write(UInt32(frames[index].isSync ? 0x200_0000 : 0x101_0000))
                    if isReordered {
                        let later = Int32(clamping: frames[index].time - order[index])
                        writer.write(UInt32(bitPattern: later))
                    }
                }
            }
        }
        return offsetPlace
    }

    /// The index names the fragments that begin with a keyframe, of the first track of pictures.
    private mutating func remember(_ place: Int64) {
        guard index.count < Self.maximumIndexEntries,
            let frame = tracks[indexedTrack].frames.first, frame.isSync
        else { return }
        index.append(IndexEntry(time: frame.time, place: place))
    }

    private var indexedTrack: Int { tracks.firstIndex { $0.track.kind == .video } ?? 0 }

    /// The index that ends the file: where to begin for which time.
    mutating func writeIndex(
        _ take: (Span<UInt8>) throws(RecordingProblem) -> Void
    ) throws(RecordingProblem) {
        writer.removeAll()
        let entries = index
        let id = UInt32(indexedTrack + 1)
        writer.box("mfra") { writer in
            writer.fullBox("tfra", version: 1, flags: 0) { writer in
                writer.write(id)
                writer.write(UInt32(0))
                writer.write(UInt32(entries.count))
                for entry in entries {
                    writer.write(UInt64(bitPattern: entry.time))
                    writer.write(UInt64(bitPattern: entry.place))
                    // The first run of the first part, and its first frame.
                    for _ in 0..<3 { writer.write(UInt8(1)) }
                }
            }
            writer.fullBox("mfro", version: 0, flags: 0) { $0.write(UInt32(0)) }
        }
        // Its last number is its own length.
        writer.patch(UInt32(writer.count), at: writer.count - 4)
        try take(writer.bytes.span)
    }
}
