package import Media
import Movies
import Primitives
import WebRTC

/// A coded frame that was made here.
package struct EncodedFrame: Sendable, Hashable {
    package let bytes: [UInt8]
    /// In the ticks that its edge was asked for.
    package let presentation: Int64
    package let isSync: Bool
}

/// What became of an edge: frames in the order of decoding, and what a decoder needs before them.
package struct EncodedEdge: Sendable, Hashable {
    package var frames: [EncodedFrame] = []
    /// Whole NAL units.
    package var parameterSets: [[UInt8]] = []
    /// Pictures that could not be decoded, and were told as the one before.
    package var repeated = 0
}

/// Decodes what an edge needs, and encodes what is shown of it. One thread does one edge.
package struct EdgeWork: Sendable {
    package let reader: FrameReader
    package let order: FrameOrder
    package let encoding: ClipEncoding
    package let stop: StopFlag
    /// What is shown at no time before the first and none after the last is moved to them.
    package let from: Int64
    package let to: Int64

    package init(
        reader: FrameReader, order: FrameOrder, encoding: ClipEncoding, stop: StopFlag,
        from: Int64, to: Int64
    ) {
        self.reader = reader
        self.order = order
        self.encoding = encoding
        self.stop = stop
        self.from = from
        self.to = to
    }

    /// Gives each coded frame to `take` as it is made; the presentation is that in the movie.
    package func run(
        _ edge: SplicePlan.Edge, take: (EncodedFrame) throws(SpliceProblem) -> Void
    ) throws(SpliceProblem) -> (parameterSets: [[UInt8]], repeated: Int) {
        var run = EdgeRun(self, edge)
        let near = MediaTime.of(order.start(edge.ranks.lowerBound), reader.track.timescale)
        try run.decode(take, near)
        return try run.finish(take, near)
    }

    package func run(_ edge: SplicePlan.Edge) throws(SpliceProblem) -> EncodedEdge {
        var made = EncodedEdge()
        let ending = try run(edge) { (frame) throws(SpliceProblem) in made.frames.append(frame) }
        made.parameterSets = ending.parameterSets
        made.repeated = ending.repeated
        return made
    }
}

/// An edge while it is worked on.
private struct EdgeRun {
    let work: EdgeWork
    let edge: SplicePlan.Edge
    /// The rank that is to be encoded next.
    var next: Int
    var encoder: ClipEncoder?
    var repeated = 0
    let coded = CodedFrame()
    let picture = Picture()
    let last = Picture()
    var hasLast = false
    let output = CodedFrame()

    init(_ work: EdgeWork, _ edge: SplicePlan.Edge) {
        self.work = work
        self.edge = edge
        next = edge.ranks.lowerBound
    }

    mutating func decode(
        _ take: (EncodedFrame) throws(SpliceProblem) -> Void, _ near: MediaTime
    ) throws(SpliceProblem) {
        let (order, reader) = (work.order, work.reader)
        let first = order.start(edge.ranks.lowerBound)
        let final = order.start(edge.ranks.upperBound - 1)
        var decoder: VideoDecoder?
        var format: UInt16?
        for index in edge.decoded where next < edge.ranks.upperBound {
            if work.stop.isRaised { throw .interrupted }
            let frame = reader.track.frames[index]
            if decoder == nil || frame.format != format {
                if let decoder { try drain(decoder, take, near) }
                decoder = try open(frame.format, near)
                format = frame.format
            }
            guard let decoder else { continue }
            let isWanted = (first...final).contains(frame.presentation)
            decoder.leavesOutUnreferenced = !isWanted
            try reader.read(index, into: coded)
            do { try decoder.send(coded) } catch { throw .media(error, near: near) }
            try receive(decoder, take, near)
        }
        if let decoder, next < edge.ranks.upperBound { try drain(decoder, take, near) }
    }

    mutating func finish(
        _ take: (EncodedFrame) throws(SpliceProblem) -> Void, _ near: MediaTime
    ) throws(SpliceProblem) -> (parameterSets: [[UInt8]], repeated: Int) {
        guard let encoder, hasLast || next == edge.ranks.upperBound else {
            throw .undecodable(near: near)
        }
        while next < edge.ranks.upperBound { try encode(last, isRepeated: true, take, near) }
        do { try encoder.send(nil) } catch { throw .media(error, near: near) }
        try collect(encoder, take, near)
        return (EdgeRun.units(encoder.parameterSets), repeated)
    }

    private func open(_ format: UInt16, _ near: MediaTime) throws(SpliceProblem) -> VideoDecoder {
        let track = work.reader.track
        let timeBase = TimeBase(numerator: 1, denominator: max(1, track.timescale))
        let index = Int(format)
        let configuration =
            track.formats.indices.contains(index) ? track.formats[index].configuration : []
        do {
            return try VideoDecoder(
                .webRTC(work.reader.codec), configuration: configuration, timeBase: timeBase,
                threads: work.encoding.threads)
        } catch {
            throw .media(error, near: near)
        }
    }

    private mutating func drain(
        _ decoder: VideoDecoder, _ take: (EncodedFrame) throws(SpliceProblem) -> Void,
        _ near: MediaTime
    ) throws(SpliceProblem) {
        do { try decoder.send(nil) } catch { throw .media(error, near: near) }
        try receive(decoder, take, near)
    }

    private mutating func receive(
        _ decoder: VideoDecoder, _ take: (EncodedFrame) throws(SpliceProblem) -> Void,
        _ near: MediaTime
    ) throws(SpliceProblem) {
        while next < edge.ranks.upperBound {
            do { guard try decoder.receive(into: picture) else { return } } catch {
                throw .media(error, near: near)
            }
            guard let time = picture.presentation, time >= work.order.start(next) else { continue }
            // Those that were not decoded look like the one before them, or the first one after.
            while next < edge.ranks.upperBound, work.order.start(next) < time {
                try encode(hasLast ? last : picture, isRepeated: true, take, near)
            }
            guard next < edge.ranks.upperBound, work.order.start(next) == time else { continue }
            try encode(picture, isRepeated: false, take, near)
            do { try last.share(picture) } catch { throw .media(error, near: near) }
            hasLast = true
        }
    }

    private mutating func encode(
        _ image: Picture, isRepeated: Bool,
        _ take: (EncodedFrame) throws(SpliceProblem) -> Void, _ near: MediaTime
    ) throws(SpliceProblem) {
        defer { next += 1 }
        let (start, end) = (work.order.start(next), work.order.end(next))
        // Frames that are shown for no time are not shown.
        guard end > start, end > work.from, start < work.to else { return }
        if isRepeated { repeated += 1 }
        do {
            let encoder = try self.encoder ?? ClipEncoder(work.encoding, like: image)
            self.encoder = encoder
            let own = image.presentation
            image.presentation = max(start, work.from)
            try encoder.send(image)
            image.presentation = own
            try collect(encoder, take, near)
        } catch let error as MediaError {
            throw .media(error, near: near)
        } catch let error as SpliceProblem {
            throw error
        } catch {
            throw .interrupted
        }
    }

    private func collect(
        _ encoder: ClipEncoder, _ take: (EncodedFrame) throws(SpliceProblem) -> Void,
        _ near: MediaTime
    ) throws(SpliceProblem) {
        while true {
            do { guard try encoder.receive(into: output) else { return } } catch {
                throw .media(error, near: near)
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(output.count + 64)
            let output = output
            do {
                try NALFraming.annexB.convert(
                    output.bytes, to: .lengthPrefixed(.four), into: &bytes)
            } catch {
                throw .undecodable(near: near)
            }
            try take(
                EncodedFrame(
                    bytes: bytes, presentation: output.presentation ?? 0,
                    isSync: output.isKeyframe))
        }
    }

    private static func units(_ bytes: [UInt8]) -> [[UInt8]] {
        var units: [[UInt8]] = []
        var walk = NALWalk(.annexB)
        while let range = try? walk.next(in: bytes.span) { units.append(Array(bytes[range])) }
        return units
    }
}
