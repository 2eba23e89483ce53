package import Media
package import Primitives
import WebRTC

/// Why a recording could not be aligned by its picture.
package enum AlignProblem: Error {
    case media(MediaError, at: Int64?)
    case noPicture
    /// So many pictures were looked at, and none had a clock.
    case noClock(looked: Int)
    /// Nothing in the timeline says on which day it was.
    case noTimes
    case stopped
}

/// What the burned clocks of a recording say.
package struct StampReadings: Sendable, Equatable {
    package struct Reading: Sendable, Equatable {
        package let mediaMilliseconds: Int64
        package let wall: WallClock

        package init(mediaMilliseconds: Int64, wall: WallClock) {
            self.mediaMilliseconds = mediaMilliseconds
            self.wall = wall
        }

        /// The wall clock at the start of the media, as this one has it.
        package var start: Int64 { wall.millisecondsSince1970 - mediaMilliseconds }
    }

    package let readings: [Reading]
    /// The wall clock at the start of the media: the median.
    package let start: WallClock
    /// How far the readings lie apart.
    package let spreadMilliseconds: Int64

    /// Nil without a reading.
    package init?(_ readings: [Reading]) {
        let starts = readings.map(\.start).sorted()
        guard let first = starts.first, let last = starts.last else { return nil }
        self.readings = readings
        start = WallClock(millisecondsSince1970: starts[starts.count / 2])
        spreadMilliseconds = last - first
    }
}

/// Reads the clock that the test pattern, or a stamp, has in the pictures of a recording: at
/// keyframes here and there.
package final class StampScan {
    package enum Limits {
        /// A median of so many is not moved by a few that were read wrong.
        package static let places = 24
        /// Keyframes after a place that are looked at before the next one.
        static let keyframes = 2
    }

    private let reader: InputReader
    private let track: TrackDescription
    private let decoder: VideoDecoder
    private let frame = CodedFrame()
    private let picture = Picture()
    private var stamps = StampReader()
    private var searchTime = Instant(nanoseconds: 0)
    private var looked = 0
    /// The last one that was looked at, in ticks of the track.
    private var lastKeyframe = Int64.min

    package init(_ path: String, stop: StopFlag) throws(AlignProblem) {
        do throws(MediaError) {
            let options = InputOptions(start: .zero, probing: .quick, timeout: .seconds(60))
            reader = try InputReader(.file(path: path), options: options, stop: stop)
            guard let track = reader.tracks.first(where: { $0.kind == .video }) else {
                throw MediaError.noTracks
            }
            self.track = track
            for other in reader.tracks where other.index != track.index {
                reader.discard(track: other.index)
            }
            decoder = try VideoDecoder(track: track.index, of: reader, threads: 1)
        } catch .noTracks {
            throw .noPicture
        } catch .stopped {
            throw .stopped
        } catch {
            throw .media(error, at: nil)
        }
    }

    /// - Parameters:
    ///   - duration: how far the places to look at are spread.
    ///   - origin: what the media's own times count from.
    ///   - reference: a time that is known to be within a day of the recording: clocks begin anew
    ///     every three days.
    package func readings(
        duration: MediaTime, origin: MediaTime, near reference: WallClock
    ) throws(AlignProblem) -> StampReadings {
        var readings: [StampReadings.Reading] = []
        let length = max(0, duration.milliseconds)
        let originMicroseconds = origin.rescaled(to: 1_000_000).ticks
        var last: Int64?
        for place in 0..<Limits.places {
            let target = length / Int64(Limits.places) * Int64(place) * 1000 + originMicroseconds
            for look in try pictures(from: target) where look.time > last ?? .min {
                last = look.time
                readings.append(
                    StampReadings.Reading(
                        mediaMilliseconds: MediaTime(
                            ticks: look.time - originMicroseconds, timescale: 1_000_000
                        ).milliseconds,
                        wall: look.code.wallClock(near: reference)))
                break
            }
        }
        guard let found = StampReadings(readings) else { throw .noClock(looked: looked) }
        return found
    }

    private struct Look {
        let time: Int64
        let code: PatternCode
    }

    /// The clocks in the next few keyframes.
    private func pictures(from microseconds: Int64) throws(AlignProblem) -> [Look] {
        var looks: [Look] = []
        do throws(MediaError) {
            try reader.seek(to: .microseconds(microseconds) - reader.startTime)
            decoder.reset()
            var keyframes = 0
            while keyframes < Limits.keyframes, try reader.read(into: frame) {
                guard frame.track == track.index, frame.isKeyframe else { continue }
                let time = frame.presentation ?? .min
                // Places are closer than keyframes there: the next place finds the next one.
                guard time > lastKeyframe else { break }
                lastKeyframe = time
                keyframes += 1
                try decoder.send(frame)
                // A picture alone comes out when there is nothing more.
                try decoder.send(nil)
                while try decoder.receive(into: picture) {
                    if let look = look(at: picture) { looks.append(look) }
                }
                decoder.reset()
                if !looks.isEmpty { break }
            }
        } catch .stopped {
            throw .stopped
        } catch {
            throw .media(error, at: microseconds)
        }
        return looks
    }

    private func look(at picture: Picture) -> Look? {
        looked += 1
        searchTime = searchTime + StampReader.Limits.searchInterval
        guard let ticks = picture.presentation else { return nil }
        let luma = picture.plane(0)
        let reading = stamps.read(
            luma: luma, stride: picture.stride(of: 0), size: picture.size,
            now: searchTime)
        return reading.code.map {
            Look(time: track.timeBase.rescale(ticks, to: .microseconds), code: $0)
        }
    }
}
