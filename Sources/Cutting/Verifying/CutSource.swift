import Media
import Primitives
import WebRTC

/// Pictures of a movie, small.
struct ClipLooks {
    private let isWanted: Bool
    private var scaler: PictureScaler?
    private let small = Picture()
    private(set) var looks: [LumaLook] = []

    enum Limits {
        /// Of a longer clip the rest is not compared: an hour at 30 a second would not fit.
        static let pictures = 20_000
    }

    init(isWanted: Bool) {
        self.isWanted = isWanted
    }

    mutating func add(_ picture: Picture, at time: Int64) throws(MediaError) {
        guard isWanted, looks.count < Limits.pictures else { return }
        let scaler = scaler ?? Self.scaler(for: picture.size)
        self.scaler = scaler
        try scaler.convert(picture, into: small)
        looks.append(LumaLook(small, at: time))
    }

    static func scaler(for shape: PictureSize) -> PictureScaler {
        let height = LumaLook.Limits.height
        let width = shape.width * height / max(1, shape.height)
        // Never with black bars: they would make pictures more alike than they are.
        return PictureScaler(
            size: PictureSize(width: min(max(width & ~1, 16), 4 * height), height: height),
            rotation: 0)
    }
}

extension LumaLook {
    init(_ small: Picture, at time: Int64) {
        self.init(
            time: time,
            luma: Self.rows(small.plane(0), size: small.size, stride: small.stride(of: 0)))
    }

    /// Without what stands behind each row in memory.
    private static func rows(_ plane: Span<UInt8>, size: PictureSize, stride: Int) -> [UInt8] {
        var luma: [UInt8] = []
        luma.reserveCapacity(size.width * size.height)
        for row in 0..<size.height where plane.count >= (row + 1) * stride {
            for column in 0..<size.width { luma.append(plane[row * stride + column]) }
        }
        return luma
    }

    /// How far two pictures are from one another: the sum of all differences.
    func distance(to other: LumaLook) -> Int {
        guard luma.count == other.luma.count else { return .max }
        let (left, right) = (luma.span, other.luma.span)
        var sum = 0
        for index in left.indices { sum += abs(Int(left[index]) - Int(right[index])) }
        return sum
    }
}

/// What a clip was cut out of, by which it is checked to the frame.
package struct CutSource: Sendable {
    private let path: String
    private let range: Stretch

    package enum Limits {
        /// A cut snaps to the nearest frame: it may be off by half of one.
        static let frame: Int64 = 2
        /// Encoded anew, a picture may differ by so many levels a pixel.
        static let levels = 6
        /// A frame of AAC.
        static let sound: Int64 = 25_000
    }

    package init(path: String, range: Stretch) {
        self.path = path
        self.range = range
    }

    /// Each picture of the clip must look most like the one of the source that it is meant to be.
    func compare(
        _ looks: [LumaLook], _ tracks: [DecodedTrack], stop: StopFlag,
        _ report: inout VerifyReport
    ) throws(MediaError) {
        let meant = try pictures(stop: stop)
        guard !meant.isEmpty else { return }
        let picture = tracks.first { $0.isPicture }
        if let count = picture?.count, count != meant.count, looks.count < ClipLooks.Limits.pictures
        {
            report.add(.wrongFrameCount(expected: meant.count, found: count))
        }
        for index in looks.indices where index < meant.count {
            let distance = looks[index].distance(to: meant[index])
            let others = [index - 1, index + 1].filter { meant.indices.contains($0) }
            let nearest = others.map { looks[index].distance(to: meant[$0]) }.min() ?? .max
            let allowed = meant[index].luma.count * Limits.levels
            if distance > nearest, nearest < distance - distance / 4 || distance > allowed {
                report.add(.wrongFrame(number: index), at: looks[index].time)
                break
            }
        }
        if let sound = tracks.first(where: { !$0.isPicture && $0.count > 0 }), let picture {
            let (expected, found) = (picture.end - (picture.first ?? 0), sound.end)
            if abs(expected - found) > Limits.sound {
                report.add(
                    .wrongSoundLength(expectedMicroseconds: expected, foundMicroseconds: found))
            }
        }
    }

    /// The source's pictures in the range, and half a frame beyond its ends.
    private func pictures(stop: StopFlag) throws(MediaError) -> [LumaLook] {
        var found: [LumaLook] = []
        var failure: MediaError?
        guard let scan = try LumaScan(path, stop: stop) else { return [] }
        let half = scan.frameMicroseconds / 2
        do throws(TrimProblem) {
            try scan.pictures(from: range.start - half) { (look) throws(TrimProblem) in
                if look.time >= range.end - half { return false }
                if look.time >= range.start - half { found.append(look) }
                return found.count < ClipLooks.Limits.pictures
            }
        } catch .media(let error, _) {
            failure = error
        } catch {
            failure = .stopped
        }
        if let failure { throw failure }
        return found
    }
}
